#include <QTest>
#include <cmath>

#include "core/data/ResidentDataset.h"
#include "core/engine/methods/ActorCritic.h"
#include "core/engine/methods/Magnitudes.h"
#include "tests/core/PlanTools.h"
#include "tests/engine/OracleTools.h"

using namespace uada;
using namespace uada::test;

namespace {

/// Every tenth of batchOf()'s samples and those between.
ResidentDataset samples(int count) {
  ResidentDataset data;
  data.width = data.height = 32;
  data.classCount = 2;
  for (int i = 0; i < count; ++i) data.labels.push_back(i % 2);
  return data;
}

Choice methodWith(const char* name, const std::vector<std::pair<std::string, Json>>& settings = {}) {
  Choice method = methodFromJson(name, "test");
  for (const auto& [key, value] : settings) method.set(key, value);
  return method;
}

bool isNear(double a, double b, double within = 1e-6) { return std::abs(a - b) <= within; }

/// What a step was asked to train on.
class Listening : public PlanContext {
 public:
  using PlanContext::PlanContext;
  Trained train(const TrainedOn& on) override {
    asked = on;
    return PlanContext::train(on);
  }
  TrainedOn asked;
};

}  // namespace

/// EntAugment and AdaAugment: a magnitude for each sample.
class TestMagnitudes : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Probabilities 1/2, 1/4, 1/4: H = 1.5 ln 2. All alike: 1. One class alone: 0.
  void measuresEntropy() {
    const at::Tensor logits =
        at::tensor({std::log(2.0), 0.0, 0.0, 3.0, 3.0, 3.0, 1000.0, 0.0, 0.0}).view({3, 3});
    const at::Tensor found = relativeEntropy(logits);
    QVERIFY(isNear(found[0].item<double>(), 1.5 * std::log(2) / std::log(3)));
    QVERIFY(isNear(found[1].item<double>(), 1) && isNear(found[2].item<double>(), 0));
  }

  /// min(int(30 M) + 1, 30).
  void saysTheLevel() {
    Plan plan;
    plan.grid = Grid::ta31;
    plan.add(makeStep("rotate", 0));
    const auto level = [&](double magnitude) { return atMagnitude(plan, magnitude).chain()[0].at[0]; };
    QCOMPARE(level(0), 1);
    QCOMPARE(level(0.05), 2);
    QCOMPARE(level(0.5), 16);
    QCOMPARE(level(0.99), 30);
    QCOMPARE(level(1), 30);
    Magnitudes magnitudes(3);
    magnitudes.set(1, 1.5);
    magnitudes.set(2, std::nan(""));
    QCOMPARE(magnitudes.of(0), 0.0F);
    QCOMPARE(magnitudes.of(1), 1.0F);
    QCOMPARE(magnitudes.of(2), 0.0F);
    QVERIFY_THROWS_EXCEPTION(c10::Error, magnitudes.of(3));
  }

  /// The first epochs draw the level; then it is that of the entropy when the image was last trained on.
  void entAugmentFollowsTheNetwork() {
    const ResidentDataset data = samples(60);
    const Choice choice = methodWith("ent-augment", {{"warm_up", 1}});
    const auto space = makeSpace(policyOf(choice), {squareInput(32)});
    const auto method = makeMethod(choice, {*space, 5, &data});
    Batch first = batchOf(6), second = batchOf(6);
    first.epoch = 1;
    PlanContext warmUp(6, 6), trained(6, 6);
    method->step(first, warmUp);
    const auto drawn = samplePlans(first, *space);
    for (std::size_t b = 0; b < 6; ++b) QVERIFY(warmUp.shown[0][b] == space->clamped(drawn[b]));
    QVERIFY(method->known(second) == shownVariants(expected(second, *space, warmUp), 6, *space));
    const StepOutcome outcome = method->step(second, trained);
    for (std::size_t b = 0; b < 6; ++b) {
      QVERIFY(trained.shown[0][b] == space->clamped(expected(second, *space, warmUp)[b]));
      QVERIFY(space->clamped(outcome.decided[b]) == trained.shown[0][b]);
    }
    QVERIFY(trained.probes.empty() && trained.candidates.empty());  // no forward beside training
  }

  /// EntLoss adds the mean relative entropy, with its gradient.
  void entLossIsATermOfTheObjective() {
    const ResidentDataset data = samples(60);
    for (const bool isOn : {false, true}) {
      const Choice choice = methodWith("ent-augment", {{"ent_loss", isOn}});
      const auto space = makeSpace(policyOf(choice), {squareInput(32)});
      Listening context(6);
      makeMethod(choice, {*space, 5, &data})->step(batchOf(6), context);
      QCOMPARE(static_cast<bool>(context.asked.term), isOn);
      if (!isOn) continue;
      const at::Tensor logits = at::tensor({1.0, 2.0, 0.5, 0.5}).view({2, 2}).requires_grad_();
      const at::Tensor term = context.asked.term({logits});
      const double p = 1 / (1 + std::exp(1.0));
      const double entropy = -(p * std::log(p) + (1 - p) * std::log(1 - p)) / std::log(2);
      QVERIFY(isNear(term.item<double>(), (entropy + 1) / 2));
      term.backward();
      QVERIFY(logits.grad()[0][0].item<double>() > 0);  // the less likely class becomes less so
    }
  }

  /// Density of Beta(2, 3) at 0.25: 12 x (1 - x)^2.
  void knowsTheBetaDistribution() {
    const at::Tensor x = at::tensor({0.25}), alpha = at::tensor({2.0}), beta = at::tensor({3.0});
    QVERIFY(isNear(betaLogDensity(x, alpha, beta).item<double>(), std::log(12 * 0.25 * 0.75 * 0.75)));
    double sum = 0, squares = 0;
    constexpr int kCount = 20000;
    Random random(1, 2, 3, Purpose::test);
    for (int i = 0; i < kCount; ++i) {
      const double drawn = drawnBeta(random, 2, 3);
      QVERIFY(drawn > 0 && drawn < 1);
      sum += drawn;
      squares += drawn * drawn;
    }
    const double mean = sum / kCount;
    QVERIFY(isNear(mean, 0.4, 0.006));                             // alpha / (alpha + beta)
    QVERIFY(isNear(squares / kCount - mean * mean, 0.04, 0.002));  // alpha beta / (25 * 6)
  }

  /// A good action becomes likelier, a bad one less; the critic comes nearer to the target.
  void agentLearnsFromRewards() {
    ActorCritic agent(3, 1e-3, 7);
    const at::Tensor states = at::tensor({1.0F, 0.5F, -0.2F}).view({1, 3});
    const at::Tensor action = at::tensor({0.8F});
    const auto density = [&] {
      const at::NoGradGuard noGrad;
      const auto [alpha, beta] = agent.policy(states);
      return betaLogDensity(action, alpha, beta).item<double>();
    };
    const auto value = [&] {
      const at::NoGradGuard noGrad;
      return agent.value(states).item<double>();
    };
    // reward + 0.99 V(0) is the target.
    const at::Tensor next = at::zeros({1, 3});
    double before = density(), valueBefore = value();
    agent.learn({states, action, next, at::tensor({2.0F})}, 1);
    QVERIFY(density() > before && value() > valueBefore);
    before = density();
    valueBefore = value();
    agent.learn({states, action, next, at::tensor({-2.0F})}, 0);
    QCOMPARE(density(), before);  // no rate, no change
    QCOMPARE(value(), valueBefore);
    for (int i = 0; i < 200; ++i) agent.learn({states, action, next, at::tensor({2.0F})}, 1);
    QVERIFY(density() > 0.5);
    ActorCritic bad(3, 1e-3, 7);
    for (int i = 0; i < 20; ++i) bad.learn({states, action, next, at::tensor({-2.0F})}, 1);
    const at::NoGradGuard noGrad;
    const auto [alpha, beta] = bad.policy(states);
    QVERIFY(betaLogDensity(action, alpha, beta).item<double>() < before);
  }

  /// The critic's target is r + 0.99 V(next): with V far below it, the gradient of its last bias is 2 (V -
  /// target), and Adam's first step is the rate against its sign.
  void criticTakesTheTemporalDifference() {
    const at::Tensor states = at::tensor({1.0F, 0.5F, -0.2F}).view({1, 3});
    const at::Tensor next = at::tensor({-1.0F, 2.0F, 0.3F}).view({1, 3});
    ActorCritic agent(3, 1e-3, 7);
    double own = 0, later = 0;
    {
      const at::NoGradGuard noGrad;
      own = agent.value(states).item<double>();
      later = agent.value(next).item<double>();
    }
    const auto moved = [&](double reward) {  // the sign of target - V decides
      ActorCritic one(3, 1e-3, 7);
      one.learn({states, at::tensor({0.5F}), next, at::tensor({static_cast<float>(reward)})}, 1);
      const at::NoGradGuard noGrad;
      return one.value(states).item<double>() - own;
    };
    const double turning = own - 0.99 * later;  // the reward with target = V
    QVERIFY(moved(turning + 0.05) > 0 && moved(turning - 0.05) < 0);
  }

  /// Three views of each image; what is said of `none` chooses the next magnitude.
  void adaAugmentShowsThreeViews() {
    const ResidentDataset data = samples(60);
    const Choice choice = methodWith("ada-augment");
    const auto space = makeSpace(policyOf(choice), {squareInput(32)});
    const auto method = makeMethod(choice, {*space, 5, &data, 4, 3});
    PlanContext before(60), context(6, 6);
    method->beginEpoch(1, before);
    const Batch batch = batchOf(6);
    const std::vector<Shown> known = method->known(batch);
    const StepOutcome outcome = method->step(batch, context);
    QCOMPARE(context.shown.size(), std::size_t{3});
    QCOMPARE(context.probes, (std::vector<int>{0, 1}));
    QCOMPARE(context.variants, std::vector<int>(6, 2));
    int different = 0;
    for (std::size_t b = 0; b < 6; ++b) {
      const Plan &none = context.shown[0][b], &full = context.shown[1][b], &ada = context.shown[2][b];
      QVERIFY(none.chain().empty() && !isFlipped(none) && !none.find("cutout") && none.find("crop"));
      QCOMPARE(full.chain()[0].at[0], 30);
      QVERIFY(full.find("cutout") && ada.find("cutout"));
      QVERIFY(ada.chain()[0].at[0] >= 1 && ada.chain()[0].at[0] <= 30);
      different += ada.chain()[0].at[0] != context.shown[2][0].chain()[0].at[0];
      QVERIFY(space->clamped(outcome.decided[b]) == ada);
    }
    QVERIFY(different > 0);
    QVERIFY(method->known(batch) != known);  // the magnitudes are new
  }

  void costsWhatTheTableSays() {
    const auto cost = [](const Choice& method) {
      return findMethod(method.name).passes(method, *makeSpace(policyOf(method), {squareInput(32)}));
    };
    QCOMPARE(cost(methodWith("ent-augment")).relativeToRaUc(), 1.0);
    const Passes ada = cost(methodWith("ada-augment"));
    QVERIFY(isNear(ada.relativeToRaUc(), 1.67, 0.01));
    QCOMPARE(ada.chains, 3.0);
  }

  void needsFeatures() {
    const ResidentDataset data = samples(60);
    const Choice choice = methodWith("ada-augment");
    const auto space = makeSpace(policyOf(choice), {squareInput(32)});
    QVERIFY_THROWS_EXCEPTION(Error, makeMethod(choice, {*space, 5, &data, 4, 0}));
  }

 private:
  /// The plans of a batch at the magnitudes that follow from what was said of the rows of `before`.
  static std::vector<Plan> expected(const Batch& batch, const Space& space, const PlanContext& before) {
    std::vector<Plan> plans = samplePlans(batch, space);
    for (std::size_t b = 0; b < plans.size(); ++b) {
      const at::Tensor said = before.said(before.shown[0][b]).main;
      plans[b] = atMagnitude(plans[b], static_cast<float>(1 - relativeEntropy(said).item<double>()));
    }
    return plans;
  }
};

QTEST_GUILESS_MAIN(TestMagnitudes)
#include "tst_magnitudes.moc"

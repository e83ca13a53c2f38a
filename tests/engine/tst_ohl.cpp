#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>

#include "core/augment/PlanSpace.h"
#include "core/data/ResidentDataset.h"
#include "core/engine/RunImages.h"
#include "core/engine/methods/PairPolicy.h"
#include "tests/core/PlanTools.h"
#include "tests/engine/Attempt.h"
#include "tests/engine/OracleTools.h"

using namespace uada;
using namespace uada::test;

namespace {

ResidentDataset samples(int count) {
  ResidentDataset data;
  data.width = data.height = 32;
  data.classCount = 2;
  for (int i = 0; i < count; ++i) data.labels.push_back(i % 2);
  return data;
}

/// A network of one number, to which a training adds the row number of its first row and 1.
class OneNumber : public PlanContext {
 public:
  using PlanContext::PlanContext;
  Trained train(const TrainedOn& on) override {
    state += on.rows[0].item<double>() + 1;
    return PlanContext::train(on);
  }
  Snapshot save() const override { return {{at::tensor(state)}}; }
  void load(const Snapshot& snapshot) override { state = snapshot.values[0].item<double>(); }
  double score(std::span<const std::uint32_t> held) override {
    scored.assign(held.begin(), held.end());
    return scores.at(state);
  }
  double state = 100;
  std::map<double, double> scores;
  std::vector<std::uint32_t> scored;
};

}  // namespace

class TestOhl : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void hasThirtySixElements() {
    const auto& all = ohlElements();
    QCOMPARE(all.size(), std::size_t{36});
    QCOMPARE(ops()[all[5].op].name, std::string("shear_y"));
    QCOMPARE(all[5].level, 2);
    QCOMPARE(ops()[all[35].op].name, std::string("invert"));
  }

  /// Two trajectories showed 3 : 1 and 1 : 3, with rewards 0.8 and 0.6. Mean log p has the gradients (1/4,
  /// -1/4) and (-1/4, 1/4), the rewards are 0.1 above and below their mean: (0.025, -0.025). Adam's first
  /// step is the rate along its sign.
  void learnsByReinforce() {
    PairPolicy policy(2, 0.05);
    QVERIFY(policy.probabilities().equal(at::tensor({0.5, 0.5}, at::kDouble)));
    const at::Tensor counts = at::tensor({3, 1, 1, 3}, at::kLong).view({2, 2});
    policy.learn(counts, at::tensor({0.8, 0.6}, at::kDouble));
    const double p = 1 / (1 + std::exp(-0.1));
    QVERIFY(std::abs(policy.probabilities()[0].item<double>() - p) < 1e-6);
    // From there the gradients are (3/4 - p, p - 3/4) and (1/4 - p, p - 1/4), and with rewards 0.1 below and
    // above (-0.025, 0.025). Adam's mean is 0.5 * 0.5 * 0.025 - 0.5 * 0.025 over 1 - 0.5^2, its root still
    // 0.025: a third of a step back.
    policy.learn(counts, at::tensor({0.6, 0.8}, at::kDouble));
    const double first = 0.5 * 0.025, mean = (0.5 * first - 0.5 * 0.025) / 0.75;
    const double theta = 0.05 + 0.05 * mean / 0.025;
    const double q = 1 / (1 + std::exp(-2 * theta));
    QVERIFY2(std::abs(policy.probabilities()[0].item<double>() - q) < 1e-5,
             std::to_string(policy.probabilities()[0].item<double>()).c_str());
    // Equal rewards say nothing.
    PairPolicy same(2, 0.05);
    same.learn(counts, at::tensor({0.7, 0.7}, at::kDouble));
    QVERIFY(same.probabilities().allclose(at::tensor({0.5, 0.5}, at::kDouble)));
  }

  void drawsWhatItLearned() {
    PairPolicy policy(3, 0.7);
    const at::Tensor counts = at::tensor({4, 0, 0, 0, 2, 2}, at::kLong).view({2, 3});
    for (int i = 0; i < 3; ++i) policy.learn(counts, at::tensor({1.0, 0.0}, at::kDouble));
    std::vector<int> seen(3);
    for (std::uint32_t i = 0; i < 4000; ++i) {
      Random random(1, 1, i, Purpose::test);
      ++seen[static_cast<std::size_t>(policy.draw(random))];
    }
    for (int c = 0; c < 3; ++c)
      QVERIFY(std::abs(seen[static_cast<std::size_t>(c)] / 4000.0 -
                       policy.probabilities()[c].item<double>()) < 0.03);
    QVERIFY(seen[0] > 3000);
  }

  /// Each trajectory goes on from its own state; at the end of an epoch all go on from the best.
  void trajectoriesTakeTurns() {
    const ResidentDataset data = samples(100);
    Choice choice = methodFromJson("ohl", "test");
    choice.set("trajectories", 3);
    choice.set("held_out", 0.2);
    const auto space = makeSpace(policyOf(choice), {squareInput(32)});
    const auto method = makeMethod(choice, {*space, 5, &data});
    const std::vector<std::uint32_t> kept = method->keptBack();
    QCOMPARE(kept.size(), std::size_t{20});
    QVERIFY(std::ranges::is_sorted(kept));
    QCOMPARE(std::ranges::count_if(kept, [](std::uint32_t i) { return i % 2 == 0; }), std::ptrdiff_t{10});
    OneNumber context(5, 3);
    method->begin(context);
    method->beginEpoch(2, context);
    const StepOutcome outcome = method->step(batchOf(5), context);
    QCOMPARE(context.shown.size(), std::size_t{3});
    QCOMPARE(context.variants, (std::vector<int>{0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2}));
    for (const auto& shown : context.shown)
      for (const Plan& plan : shown) QCOMPARE(plan.chain().size(), std::size_t{2});
    QVERIFY(context.shown[0] != context.shown[1]);
    QCOMPARE(outcome.policy.count, 15);
    // Rows 0, 5 and 10 of each step come first: states 101, 106, 111.
    QCOMPARE(context.state, 111.0);
    context.scores = {{101, 0.5}, {106, 0.75}, {111, 0.25}};
    method->beforeTest(2, context);
    QCOMPARE(context.scored, kept);
    QCOMPARE(context.state, 106.0);
    context.state = 7;
    method->beforeTest(2, context);  // again, after a resume within the test: nothing is left to do
    QCOMPARE(context.state, 7.0);
    OneNumber next(5);
    method->beginEpoch(3, next);
    method->step(batchOf(5), next);
    QCOMPARE(next.state, 106.0 + 11);
  }

  /// No step is on what is kept back, and the run says how many images it trains on.
  void keepsImagesBack() {
    const StripedImages images(20, 4);
    RunConfig config = tinyConfig(images.folder(), "ohl", 2, 4);
    config.method.set("trajectories", 2);
    config.method.set("held_out", 0.2);
    config.runtime.pictured = 4;
    config.runtime.pictureEvery = 1;
    const Attempt attempt(config, {});
    QCOMPARE(attempt.state, RunState::finished);
    QCOMPARE(attempt.sink.steps.size(), std::size_t{8});  // 16 images in batches of 4, twice
    const auto data = runImages(config.recipe.dataset, Split::train, images.folder());
    const auto kept = asideOf(*data, 0.2, 3);
    QCOMPARE(kept.size(), std::size_t{4});
    for (const Decision& decision : attempt.sink.decisions)
      QVERIFY(!std::ranges::binary_search(kept, decision.index));
    QVERIFY(std::ranges::any_of(
        attempt.sink.states, [](const StateReport& state) { return state.text == "training on 16 images"; }));
  }

  void costsAPassForEachTrajectory() {
    const Choice choice = methodFromJson("ohl", "test");
    const Passes passes = findMethod("ohl").passes(choice, *makeSpace(policyOf(choice), {squareInput(32)}));
    QCOMPARE(passes.relativeToRaUc(), 8.0);
    QCOMPARE(passes.chains, 8.0);
  }
};

QTEST_GUILESS_MAIN(TestOhl)
#include "tst_ohl.moc"

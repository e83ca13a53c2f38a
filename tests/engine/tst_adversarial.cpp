#include <QTest>
#include <cmath>
#include <map>
#include <set>

#include "core/augment/FramedSpace.h"
#include "core/engine/methods/Controller.h"
#include "tests/core/PlanTools.h"
#include "tests/engine/OracleTools.h"

using namespace uada;
using namespace uada::test;

namespace {

Choice adversarial(int policies) {
  Choice method = methodFromJson("adversarial", "test");
  method.set("policies", policies);
  return method;
}

std::unique_ptr<Space> adversarialSpace() {
  return makeSpace(policyFromJson("adversarial-space", "test"), {squareInput(32)});
}

/// All that is visited.
class Recording : public StateVisitor {
 public:
  void tensor(const std::string& name, at::Tensor value) override {
    QVERIFY2(!values.contains(name), name.c_str());
    values[name] = value;
  }
  std::map<std::string, at::Tensor> values;
};

}  // namespace

class TestAdversarial : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Every image once under each policy: the same few chains through an epoch, others in the next.
  void showsEveryImageUnderEveryPolicy() {
    const auto space = adversarialSpace();
    const auto method = makeMethod(adversarial(3), {*space, 5});
    PlanContext context(20, 20);
    method->beginEpoch(2, context);
    const StepOutcome outcome = method->step(batchOf(20), context);
    QCOMPARE(context.shown.size(), std::size_t{3});
    QCOMPARE(context.variants.size(), std::size_t{60});
    QCOMPARE(outcome.policy.count, 60);
    std::vector<std::set<std::string>> chains(3);
    for (std::size_t m = 0; m < 3; ++m)
      for (const Plan& plan : context.shown[m]) {
        QCOMPARE(plan.chain().size(), std::size_t{2});
        QVERIFY(plan.order() == RenderOrder::cropFirst && plan.find("cutout"));
        std::string chain;
        for (const Part& step : plan.chain()) {
          QVERIFY(step.at[0] >= 0 && step.at[0] <= 9 && step.fired);
          chain += ops()[step.op].name + std::to_string(step.at[0]) + ' ';
        }
        chains[m].insert(chain);
      }
    for (const auto& own : chains) QVERIFY(own.size() > 1 && own.size() <= Controller::kSubpolicies);
    QVERIFY(chains[0] != chains[1]);
    PlanContext again(20, 20), next(20, 20);
    method->beginEpoch(2, again);
    method->step(batchOf(20), again);
    QVERIFY(again.shown == context.shown);
    method->beginEpoch(3, next);
    method->step(batchOf(20), next);
    QVERIFY(next.shown != context.shown);
  }

  /// The pictured samples walk through the policies; what is recorded of each is what was trained on.
  void recordsASampleUnderEachPolicy() {
    const auto space = adversarialSpace();
    const auto method = makeMethod(adversarial(3), {*space, 5});
    PlanContext context(6, 4);
    method->beginEpoch(2, context);
    const StepOutcome outcome = method->step(batchOf(6), context);
    QCOMPARE(outcome.decisions.size(), std::size_t{4});
    for (std::size_t b = 0; b < 4; ++b) {
      QVERIFY(space->clamped(outcome.decided[b]) == context.shown[b % 3][b]);
      QVERIFY(outcome.decisions[b].plan == outcome.decided[b]);
    }
  }

  /// One step of the controller makes policies of positive advantage likelier, and those of negative less.
  void learnsWhatIsHard() {
    Controller controller({15, 10}, 0.01, 3);
    const auto policies = controller.draw(4, 3, 1);
    const at::Tensor before = controller.logProbabilities(policies);
    // At the start every decision is nearly uniform: 10 of 15 ops, 10 of 10 levels.
    for (int m = 0; m < 4; ++m)
      QVERIFY(std::abs(before[m].item<float>() + 10 * std::log(15.0F) + 10 * std::log(10.0F)) < 1);
    controller.learn(policies, at::tensor({2.0F, 0.0F, -2.0F, 0.0F}), 0);
    const at::Tensor change = controller.logProbabilities(policies) - before;
    QVERIFY(change[0].item<float>() > 0.01F);
    QVERIFY(change[2].item<float>() < -0.01F);
  }

  /// Without advantages the entropy alone moves the weights: decisions become no less uniform.
  void keepsPoliciesVaried() {
    Controller controller({15, 10}, 0.01, 3);
    const auto policies = controller.draw(4, 3, 1);
    controller.learn(policies, at::zeros({4}), 1);
    const double uniform = -10 * std::log(150.0);
    const double mean = controller.logProbabilities(policies).mean().item<double>();
    QVERIFY2(std::abs(mean - uniform) < 0.3, std::to_string(mean).c_str());
  }

  /// The draws follow the probabilities: a controller that was pushed to a policy draws it.
  void drawsWhatItLearned() {
    Controller controller({3, 2}, 0.05, 3);
    std::vector<Controller::Policy> wanted(1);  // the same two steps in every sub-policy
    for (std::size_t i = 0; i < wanted[0].all.size(); i += 2) {
      wanted[0].all[i] = {2, 1};
      wanted[0].all[i + 1] = {0, 0};
    }
    for (int i = 0; i < 60; ++i) controller.learn(wanted, at::tensor({1.0F}), 0);
    const auto likely = controller.logProbabilities(wanted)[0].item<float>();
    QVERIFY2(likely > -0.5F, std::to_string(likely).c_str());
    int same = 0;
    for (const auto& policy : controller.draw(50, 4, 1)) same += policy == wanted[0];
    QVERIFY(same > 25);
  }

  /// What an epoch adds up is the loss of each policy's rows; at its end it is used up.
  void keepsAllItHasLearned() {
    const auto space = adversarialSpace();
    const auto method = makeMethod(adversarial(2), {*space, 5});
    PlanContext context(4, 0);
    method->beginEpoch(2, context);
    method->step(batchOf(4), context);
    Recording state;
    method->visit(state);
    QCOMPARE(state.values.at("method.samples").item<std::int64_t>(), std::int64_t{4});
    for (std::size_t m = 0; m < 2; ++m) {
      double sum = 0;
      for (const Plan& plan : context.shown[m]) sum += context.loss(plan);
      QVERIFY(std::abs(state.values.at("method.loss_sums")[static_cast<int>(m)].item<double>() - sum) < 1e-4);
    }
    const at::Tensor weight = state.values.at("controller.op_weight").detach().clone();
    method->endEpoch(2, context);
    QVERIFY(!state.values.at("controller.op_weight").equal(weight));
    QCOMPARE(state.values.at("method.samples").item<std::int64_t>(), std::int64_t{0});
    QCOMPARE(state.values.at("method.loss_sums").abs().sum().item<double>(), 0.0);
    QCOMPARE(state.values.at("steps.controller.embedding").item<std::int64_t>(), std::int64_t{1});
    QVERIFY(state.values.at("mean.controller.op_bias").abs().sum().item<double>() > 0);
  }

  void costsAPassForEachPolicy() {
    const Passes passes = findMethod("adversarial").passes(adversarial(8), *adversarialSpace());
    QCOMPARE(passes.relativeToRaUc(), 8.0);
    QCOMPARE(passes.chains, 8.0);
  }
};

QTEST_GUILESS_MAIN(TestAdversarial)
#include "tst_adversarial.moc"

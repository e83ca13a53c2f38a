#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>

#include "core/ops/Op.h"
#include "tests/core/PlanTools.h"
#include "tests/engine/OracleTools.h"

using namespace uada;
using namespace uada::test;

class TestMethods : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// docs/methods.md, "Cost": (1 + N) probe and N candidate forwards of one variant each, 2N + 1 chains.
  void asksForTwoNPlusOneForwards() {
    const auto space = uadaSpace();
    PlanContext context(6, 6);
    const auto method = makeMethod(uadaChoice(1), {*space});
    method->step(batchOf(6), context);
    QCOMPARE(context.probes, (std::vector<int>{0, 1, 2, 3, 4}));
    QCOMPARE(context.candidates, (std::vector<int>{5, 6, 7, 8}));
    QCOMPARE(context.shown.size(), std::size_t{9});
    const Passes passes = findMethod("uada").passes(uadaChoice(1), *space);
    QCOMPARE(passes.forwardsNoGrad, 9.0);
    QCOMPARE(passes.chains, 9.0);
  }

  void drawsEachSamplesOwnStream() {
    const auto space = uadaSpace();
    const Batch whole = batchOf(6);
    Batch part = whole;
    part.indices = {whole.indices[4], whole.indices[1]};
    part.step = 77;
    const auto plans = samplePlans(whole, *space), some = samplePlans(part, *space);
    QVERIFY(some[0] == plans[4] && some[1] == plans[1]);
    Batch next = whole;
    ++next.epoch;
    QVERIFY(samplePlans(next, *space) != plans);
  }

  /// Probe i differs from the base only through group i, candidates likewise (1.6, 3).
  void movesOneGroupAtATime() {
    const auto space = uadaSpace();
    PlanContext context(40, 40);
    makeMethod(uadaChoice(1), {*space})->step(batchOf(40), context);
    for (std::size_t v = 1; v < 9; ++v) {
      int moved = 0;
      for (std::size_t b = 0; b < 40; ++b) {
        const Plan &base = context.shown[0][b], &plan = context.shown[v][b];
        const Group group = space->groups()[(v - 1) % 4];
        QVERIFY(group == groupNamed("flip") || samePart(plan, base, "flip"));
        QVERIFY(group == groupNamed("crop") || samePart(plan, base, "crop"));
        QVERIFY(group == groupNamed("chain") || stepsOf(plan) == stepsOf(base));
        QVERIFY(group == groupNamed("cutout") || samePart(plan, base, "cutout"));
        moved += plan != base;
      }
      QVERIFY(moved > 0);
    }
  }

  void choosesTheHardest() {
    const auto space = uadaSpace();
    const Batch batch = batchOf(60);
    PlanContext context(60, 60);
    const StepOutcome chosen = makeMethod(uadaChoice(1), {*space})->step(batch, context);
    std::map<int, int> wins;
    for (std::size_t b = 0; b < 60; ++b) {
      QVERIFY(chosen.best[b] >= chosen.unperturbed[b]);
      float most = chosen.unperturbed[b];
      for (std::size_t v = 5; v < 9; ++v) most = std::max(most, context.loss(context.shown[v][b]));
      QCOMPARE(chosen.best[b], most);
      const auto variant = static_cast<std::size_t>(context.variants[b]);
      QCOMPARE(context.loss(context.shown[variant][b]), most);
      QVERIFY(space->clamped(chosen.decided[b]) == context.shown[variant][b]);
      ++wins[chosen.decisions[b].winner];
    }
    QVERIFY(wins.size() >= 4);
    QCOMPARE(chosen.policy.unperturbedWins, wins[-1]);
    for (std::size_t g = 0; g < 4; ++g) QCOMPARE(chosen.policy.groups[g].wins, wins[static_cast<int>(g)]);
  }

  /// 1.5: of equal candidates the first in the order flip, crop, chain, cutout, unperturbed wins.
  void breaksTies() {
    const auto space = uadaSpace();
    FlatContext flat(3, 3);
    const StepOutcome all = makeMethod(uadaChoice(1), {*space})->step(batchOf(3), flat);
    for (const Decision& decision : all.decisions) QCOMPARE(decision.winner, 0);
    ScriptedContext context(1, {{1.0f}, {0.9f}, {1.2f}, {1.0f}, {0.7f}, {1.0f}, {1.15f}, {1.0f}, {1.15f}});
    const StepOutcome example = makeMethod(uadaChoice(1), {*space})->step(batchOf(1), context);
    QCOMPARE(example.decisions[0].winner, 1);
    QCOMPARE(context.variants[0], 6);
  }

  void includesTheUnperturbedOnlyIfAsked() {
    const auto space = uadaSpace();
    const std::vector<std::vector<float>> script{{2.0f}, {1.0f}, {1.0f}, {1.0f}, {1.0f},
                                                 {0.5f}, {0.4f}, {0.9f}, {0.3f}};
    ScriptedContext with(1, script), without(1, script);
    QCOMPARE(makeMethod(uadaChoice(1, true), {*space})->step(batchOf(1), with).decisions[0].winner, -1);
    const StepOutcome literal = makeMethod(uadaChoice(1, false), {*space})->step(batchOf(1), without);
    QCOMPARE(literal.decisions[0].winner, 2);
    QCOMPARE(literal.best[0], 0.9f);
  }

  /// From delta, dL and the coordinates before anyone can recompute those after: equation (5).
  void recordsDecisionsThatCanBeRecomputed_data() {
    QTest::addColumn<int>("epsilon");
    QTest::newRow("1") << 1;
    QTest::newRow("3") << 3;
  }
  void recordsDecisionsThatCanBeRecomputed() {
    QFETCH(int, epsilon);
    const auto space = uadaSpace();
    PlanContext context(80, 80);
    const StepOutcome chosen = makeMethod(uadaChoice(epsilon), {*space})->step(batchOf(80), context);
    QCOMPARE(chosen.decisions.size(), std::size_t{80});
    int moved = 0;
    for (const Decision& decision : chosen.decisions) {
      QCOMPARE(decision.groups.size(), std::size_t{4});
      for (const GroupDecision& g : decision.groups) {
        QCOMPARE(g.dL.size(), std::size_t{1});
        QCOMPARE(g.dL[0], static_cast<double>(static_cast<float>(g.probeLoss[0]) -
                                              static_cast<float>(decision.unperturbedLoss)));
        const int sign = (g.dL[0] > 0) - (g.dL[0] < 0);
        for (std::size_t k = 0; k < g.before.size(); ++k) {
          const bool flip = g.group == "flip";
          const int step = flip ? (sign > 0 ? g.delta[k] : 0) : epsilon * sign * g.delta[k];
          QCOMPARE(g.after[k], g.before[k] + step);
          QVERIFY(g.delta[k] == 1 || g.delta[k] == -1);
          moved += step != 0;
        }
      }
    }
    QVERIFY(moved > 300);
  }

  /// A probe that ends where it began says nothing, whatever the two forwards gave.
  void takesNoNoiseForAGradient() {
    class Noisy : public PlanContext {
     public:
      using PlanContext::PlanContext;
      std::vector<float> lossesOf(int variant) override {
        std::vector<float> losses = PlanContext::lossesOf(variant);
        for (float& loss : losses) loss += 0.001f * static_cast<float>(variant);
        return losses;
      }
    };
    const auto space = uadaSpace();
    Noisy context(300, 300);
    const StepOutcome chosen = makeMethod(uadaChoice(1), {*space})->step(batchOf(300), context);
    int unchanged = 0;
    for (std::size_t b = 0; b < 300; ++b) {
      for (std::size_t g = 0; g < 4; ++g) {
        const GroupDecision& part = chosen.decisions[b].groups[g];
        if (context.shown[1 + g][b] != context.shown[0][b]) continue;
        ++unchanged;
        QCOMPARE(part.dL, std::vector{0.0});
        QVERIFY(part.before == part.after);
      }
    }
    QVERIFY(unchanged > 0);
  }

  void addsUpThePolicy() {
    const auto space = uadaSpace();
    PlanContext context(200, 200);
    const StepOutcome chosen = makeMethod(uadaChoice(1), {*space})->step(batchOf(200), context);
    const PolicyReport& policy = chosen.policy;
    QCOMPARE(policy.count, 200);
    QCOMPARE(policy.step, std::int64_t{3});
    int steps = 0, probed = 0, chainWins = 0;
    std::map<std::string, std::pair<double, int>> before;
    for (const Decision& d : chosen.decisions) {
      for (const Part& s : d.plan.chain()) {
        before[ops()[s.op].name].first += s.at[0];
        ++before[ops()[s.op].name].second;
      }
    }
    for (const OpStatistics& op : policy.ops) {
      steps += op.count;
      probed += op.probed;
      chainWins += op.wins;
      QCOMPARE(op.plus + op.minus + op.zero, op.probed);
      QCOMPARE(op.count, before[op.op].second);
      QVERIFY(std::abs(op.beforeMean - before[op.op].first / op.count) < 1e-12);
      QVERIFY(op.beforeSpread >= 0 && op.afterMean >= 0 && op.afterMean <= 9);
      if (!findOp(op.op).hasValue) QCOMPARE(op.inert, op.probed);
    }
    QCOMPARE(steps, 400);
    QCOMPARE(probed, 200);
    QCOMPARE(policy.groups.size(), std::size_t{4});
    QCOMPARE(policy.groups[2].group, std::string("chain"));
    QCOMPARE(policy.groups[2].wins, chainWins);
    int wins = policy.unperturbedWins;
    for (const GroupStatistics& group : policy.groups) {
      wins += group.wins;
      QCOMPARE(group.count, 200);
      QCOMPARE(group.plus + group.minus + group.zero, 200);
    }
    QCOMPARE(wins, 200);
  }

  /// Epsilon 0 is the plain policy, with the plans of ra-uc.
  void isPlainWithoutAStep() {
    const auto space = uadaSpace();
    PlanContext none(5, 2), plain(5, 2);
    const StepOutcome zero = makeMethod(uadaChoice(0), {*space})->step(batchOf(5), none);
    const StepOutcome raUc =
        makeMethod(methodFromJson(Json("ra-uc"), "test"), {*space})->step(batchOf(5), plain);
    QVERIFY(none.shown == plain.shown);
    QVERIFY(none.probes.empty() && none.candidates.empty());
    QVERIFY(zero.unperturbed.empty());
    QCOMPARE(none.variants, std::vector<int>(5, 0));
    QCOMPARE(zero.decisions.size(), std::size_t{2});
    QVERIFY(zero.decisions[0].groups.empty() && std::isnan(zero.decisions[0].unperturbedLoss));
    QCOMPARE(raUc.policy.unperturbedWins, 5);
    QVERIFY(!raUc.policy.ops.empty() && raUc.policy.groups.empty());
    for (const OpStatistics& op : raUc.policy.ops) QCOMPARE(op.beforeMean, op.afterMean);
  }
};

QTEST_GUILESS_MAIN(TestMethods)
#include "tst_methods.moc"

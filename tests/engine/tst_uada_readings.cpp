#include <QTest>
#include <algorithm>

#include "core/base/Error.h"
#include "tests/core/PlanTools.h"
#include "tests/engine/OracleTools.h"

using namespace uada;
using namespace uada::test;

namespace {

Choice choice(const char* settings) {
  return findMethod("uada").read("uada", parseJson(settings, "test"), "test");
}

int signOf(double x) { return (x > 0) - (x < 0); }

/// Equation (5) said again, of all samples of a batch and with every coordinate's own dL.
/// against  the sign is turned round
/// size     of the probes' deltas, in units
void checkMoves(const StepOutcome& chosen, bool against, int size = 1) {
  for (const Decision& decision : chosen.decisions) {
    for (const GroupDecision& g : decision.groups) {
      const bool each = g.dL.size() > 1;
      QVERIFY(!each || g.dL.size() == g.before.size());
      for (std::size_t k = 0; k < g.before.size(); ++k) {
        const int sign = (against ? -1 : 1) * signOf(g.dL[each ? k : 0]);
        const int step = g.group == "flip" ? (sign > 0 ? g.delta[k] : 0) : sign * g.delta[k] / size;
        QCOMPARE(g.after[k], g.before[k] + step);
      }
    }
  }
}

}  // namespace

/// The readings of Algorithm 1 that are settings (docs/methods.md, "Choices").
class TestUadaReadings : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Crop takes 2 probes and cutout 4: 1 + 8 probe and 4 candidate forwards.
  void coordinatewiseProbesEachCoordinate() {
    const auto space = makeSpace(
        findPolicy("uada-cifar").read("uada-cifar", parseJson(R"({"coordinatewise":true})", "test"), "test"),
        {squareInput(32)});
    PlanContext context(50, 50);
    const auto method = makeMethod(uadaChoice(1), {*space});
    const StepOutcome chosen = method->step(batchOf(50), context);
    QCOMPARE(context.probes.size(), std::size_t{9});
    QCOMPARE(context.candidates, (std::vector<int>{9, 10, 11, 12}));
    QCOMPARE(findMethod("uada").passes(uadaChoice(1), *space).chains, 13.0);
    const std::size_t expected[] = {1, 2, 1, 4};
    for (std::size_t g = 0; g < 4; ++g) QCOMPARE(chosen.decisions[0].groups[g].dL.size(), expected[g]);
    checkMoves(chosen, false);
    const GroupStatistics& cutout = chosen.policy.groups[3];
    QCOMPARE(cutout.count, 50);
    QCOMPARE(cutout.plus + cutout.minus + cutout.zero, 200);
    // The first variant after the unperturbed and the flip moves the crop's row alone.
    for (std::size_t b = 0; b < 50; ++b)
      QCOMPARE(test::at(context.shown[2][b], "crop", 1), test::at(context.shown[0][b], "crop", 1));
  }

  /// granularity batch: one plan, one move, one winner; the mean loss decides.
  void aBatchDecidesAsOne() {
    const auto space = uadaSpace();
    ScriptedContext context(2,
                            {{1, 3}, {1, 2}, {0, 8}, {1, 3}, {1, 1}, {5, 0}, {0, 5.5f}, {4, 0}, {9, 0.5f}});
    const StepOutcome chosen =
        makeMethod(choice(R"({"granularity":"batch"})"), {*space})->step(batchOf(2), context);
    for (const std::vector<Plan>& variant : context.shown) QVERIFY(variant[0] == variant[1]);
    const double dL[] = {-0.5, 2, 0, -1};  // means of the probes' losses less the unperturbed ones'
    for (const Decision& decision : chosen.decisions) {
      QCOMPARE(decision.winner, 3);  // means 2.5, 2.75, 2, 4.75 and 2 unperturbed
      QCOMPARE(decision.unperturbedLoss, 2.0);
      for (std::size_t g = 0; g < 4; ++g) {
        QCOMPARE(decision.groups[g].dL[0], dL[g]);
        QCOMPARE(decision.groups[g].probeLoss[0], 2 + dL[g]);
      }
      QCOMPARE(decision.groups[3].candidateLoss, 4.75);
    }
    QCOMPARE(context.variants, (std::vector<int>{8, 8}));
    QCOMPARE(chosen.best, (std::vector<float>{4.75f, 4.75f}));
    checkMoves(chosen, false);
  }

  /// update random: no probe is shown; half of all coordinates move each way, half of the flips are kept;
  /// still the hardest.
  void randomUpdatesAskForNoProbe() {
    const auto space = uadaSpace();
    PlanContext context(400, 400);
    const Choice random = choice(R"({"update":"random"})");
    const auto method = makeMethod(random, {*space});
    QCOMPARE(findMethod("uada").passes(random, *space).forwardsNoGrad, 5.0);
    const StepOutcome chosen = method->step(batchOf(400), context);
    QCOMPARE(context.probes, std::vector<int>{0});
    QCOMPARE(context.candidates, (std::vector<int>{1, 2, 3, 4}));
    int flipped = 0, up = 0;
    for (std::size_t b = 0; b < 400; ++b) {
      const Decision& decision = chosen.decisions[b];
      for (const GroupDecision& g : decision.groups) QVERIFY(g.dL.empty() && g.probeLoss.empty());
      flipped += decision.groups[0].after != decision.groups[0].before;
      up += decision.groups[3].after[0] > decision.groups[3].before[0];
      float most = chosen.unperturbed[b];
      for (std::size_t v = 1; v < 5; ++v) most = std::max(most, context.loss(context.shown[v][b]));
      QCOMPARE(chosen.best[b], most);
    }
    QVERIFY(flipped > 150 && flipped < 250);
    QVERIFY(up > 130 && up < 250);  // a few are past the edge and stay
    for (const GroupStatistics& group : chosen.policy.groups)
      QCOMPARE(group.plus + group.minus + group.zero, 0);
  }

  /// Both settings of Table 6: against the gradient, and the easiest.
  void minimisesBothWays() {
    const auto space = uadaSpace();
    PlanContext context(80, 80);
    const StepOutcome chosen = makeMethod(choice(R"({"update":"against","selection":"easiest"})"), {*space})
                                   ->step(batchOf(80), context);
    checkMoves(chosen, true);
    for (std::size_t b = 0; b < 80; ++b) {
      float least = chosen.unperturbed[b];
      for (std::size_t v = 5; v < 9; ++v) least = std::min(least, context.loss(context.shown[v][b]));
      QCOMPARE(chosen.best[b], least);
    }
    FlatContext flat(3, 3);
    const StepOutcome ties =
        makeMethod(choice(R"({"selection":"easiest"})"), {*space})->step(batchOf(3), flat);
    for (const Decision& decision : ties.decisions) QCOMPARE(decision.winner, 0);
  }

  /// delta 3: probes lie three units away, candidates one.
  void probesMayBeLarger() {
    const auto space = uadaSpace();
    for (const char* settings : {R"({"delta":3})", R"({"delta":3,"estimator":"central"})"}) {
      PlanContext context(80, 80);
      const StepOutcome chosen = makeMethod(choice(settings), {*space})->step(batchOf(80), context);
      checkMoves(chosen, false, 3);
      const bool isCentral = std::string_view(settings).find("central") != std::string_view::npos;
      for (std::size_t b = 0; b < 80; ++b) {
        const GroupDecision& g = chosen.decisions[b].groups[1];
        QCOMPARE(g.group, std::string("crop"));
        for (std::size_t k = 0; k < 2; ++k) {
          QCOMPARE(std::abs(g.delta[k]), 3);
          const int shown = test::at(context.shown[2][b], "crop", k);
          QCOMPARE(shown, std::clamp(g.before[k] + g.delta[k], 0, 8));
        }
        for (std::size_t k = 0; k < 2 && isCentral; ++k)
          QCOMPARE(test::at(context.shown[3][b], "crop", k), std::clamp(g.before[k] - g.delta[k], 0, 8));
      }
    }
    // Every second candidate is its probe only where both are as far away.
    const auto forwards = [&](const char* settings) {
      return findMethod("uada").passes(choice(settings), *space).forwardsNoGrad;
    };
    QCOMPARE(forwards(R"({"mode":"fast","delta":2,"epsilon":2})"), forwards(R"({"mode":"fast"})"));
    QCOMPARE(forwards(R"({"mode":"fast","delta":2})"), 9.0);
    QVERIFY_THROWS_EXCEPTION(UsageError, choice(R"({"delta":0})"));
    QVERIFY_THROWS_EXCEPTION(UsageError, choice(R"({"delta":10})"));
  }

  void unknownReadingsAreRefused() {
    QVERIFY_THROWS_EXCEPTION(UsageError, choice(R"({"granularity":"image"})"));
    QVERIFY_THROWS_EXCEPTION(UsageError, choice(R"({"update":"backward"})"));
    QVERIFY_THROWS_EXCEPTION(UsageError, choice(R"({"selection":"first"})"));
  }
};

QTEST_GUILESS_MAIN(TestUadaReadings)
#include "tst_uada_readings.moc"

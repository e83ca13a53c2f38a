#include <QTest>
#include <cmath>

#include "core/augment/Parts.h"
#include "core/base/Error.h"
#include "core/tables/LabelDamage.h"
#include "tests/core/AugmentTools.h"

using namespace uada;

namespace {

/// A decision of one group, whose candidate won or not.
Decision decisionOf(std::uint32_t sample, const char* op, bool hasWon) {
  Decision d;
  d.step = 10 * (sample + 1);
  d.index = sample;
  d.plan.add(test::makeStep(op, 3));
  GroupDecision chain;
  chain.group = "chain";
  chain.candidate = d.plan;
  chain.candidate.chain()[0].at[0] = 7;
  d.groups = {chain};
  d.winner = hasWon ? 0 : -1;
  return d;
}

ClassChances says(int truth, int predicted, double loss) {
  ClassChances said;
  said.truth = truth;
  said.best = {{predicted, 0.9}};
  said.loss = loss;
  return said;
}

/// Four decisions of a network whose answers are known:
///   0  rotate, class 1: recognised, as drawn, lost by the candidate: through adapting. Adds 2.5, 2 of it so
///   1  rotate, class 1: recognised, and lost already as drawn. Adds 3, 1 of it by adapting
///   2  color,  class 0: recognised throughout. Adds 0.25; the plan won as it was
///   3  color,  class 0: not recognised at first, which is no loss. Adds 4
std::vector<Decision> fourDecisions() {
  return {decisionOf(0, "rotate", true), decisionOf(1, "rotate", true), decisionOf(2, "color", false),
          decisionOf(3, "color", true)};
}
std::vector<ClassChances> fourAnswers() {
  return {says(1, 1, 0.5),  says(1, 1, 1),   says(1, 7, 3),    //
          says(1, 1, 0.5),  says(1, 2, 2.5), says(1, 2, 3.5),  //
          says(0, 0, 0.25), says(0, 0, 0.5), says(0, 0, 0.5),  //
          says(0, 4, 1),    says(0, 4, 2),   says(0, 4, 5)};
}

}  // namespace

class TestLabelDamage : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void threeImagesOfEachDecision() {
    const auto decisions = fourDecisions();
    const auto images = imagesToJudge(decisions);
    QCOMPARE(images.size(), std::size_t{12});
    QVERIFY(!images[0].plan);
    QVERIFY(images[1].plan == decisions[0].plan);
    QVERIFY(images[2].plan == decisions[0].groups[0].candidate);
    QVERIFY(images[8].plan == decisions[2].plan);  // which won
    QCOMPARE(images[11].sample, 3U);
  }

  void lossAndLostAreCounted() {
    const LabelDamage damage = labelDamage(fourDecisions(), fourAnswers());
    QCOMPARE(damage.all.decisions, 4);
    QCOMPARE(damage.all.recognised, 3);
    QCOMPARE(damage.all.lost, 2);
    QCOMPARE(damage.all.lostByAdapting, 1);
    QCOMPARE(damage.all.lostShare(), 2.0 / 3);
    QCOMPARE(damage.all.added, (2.5 + 3 + 0.25 + 4) / 4);
    QCOMPARE(damage.all.addedByAdapting, (2.0 + 1 + 0 + 3) / 4);
    QCOMPARE(lostText(damage.all), std::string("2 of 3 (66.7 %)"));
    // The hardest first.
    std::vector<std::uint32_t> order;
    for (const JudgedDecision& one : damage.decisions) order.push_back(one.sample);
    QCOMPARE(order, (std::vector<std::uint32_t>{3, 1, 0, 2}));
    QVERIFY(!damage.decisions[0].isLost());  // it was not recognised before either
    QVERIFY(damage.decisions[1].isLost() && !damage.decisions[1].isLostByAdapting());
    QVERIFY(damage.decisions[2].isLostByAdapting());
    QCOMPARE(damage.decisions[2].winner, std::string("chain"));
    QCOMPARE(damage.decisions[3].winner, std::string("unperturbed"));
  }

  void byOpAndClass() {
    const LabelDamage damage = labelDamage(fourDecisions(), fourAnswers());
    QCOMPARE(damage.ops.size(), std::size_t{2});
    QCOMPARE(damage.ops[0].name, std::string("rotate"));
    QCOMPARE(damage.ops[0].lost, 2);
    QCOMPARE(damage.ops[0].recognised, 2);
    QCOMPARE(damage.ops[0].added, 2.75);
    QCOMPARE(damage.ops[1].name, std::string("color"));
    QCOMPARE(damage.ops[1].recognised, 1);
    QCOMPARE(damage.ops[1].lost, 0);
    QCOMPARE(damage.classes[0].name, std::string("1"));
    QCOMPARE(damage.classes[1].addedByAdapting, 1.5);
  }

  void oddCases() {
    QVERIFY_THROWS_EXCEPTION(Error, labelDamage(fourDecisions(), std::vector<ClassChances>(11)));
    const LabelDamage none = labelDamage({}, {});
    QVERIFY(none.decisions.empty() && std::isnan(none.all.lostShare()));
    QCOMPARE(lostText(none.all), std::string("none is recognised"));
    // An op twice in a chain, or one that did not fire, counts once or not at all; NaN comes last.
    auto decisions = fourDecisions();
    Plan& won = decisions[0].groups[0].candidate;
    won.add(test::makeStep("rotate", 2));
    won.add(test::makeStep("solarize", 2));
    won.chain()[2].fired = false;
    auto said = fourAnswers();
    said[11].loss = std::nan("");
    const LabelDamage damage = labelDamage(decisions, said);
    QCOMPARE(damage.ops.size(), std::size_t{2});
    QCOMPARE(damage.ops[0].decisions, 2);
    QCOMPARE(damage.decisions.back().sample, 3U);
  }
};

QTEST_GUILESS_MAIN(TestLabelDamage)
#include "tst_label_damage.moc"

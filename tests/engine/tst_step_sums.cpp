#include <QTest>
#include <cmath>

#include "core/engine/train/StepSums.h"

using namespace uada;

/// What two ranks report of their parts of a batch adds up to the whole batch's, worked out by hand.
class TestStepSums : public QObject {
  Q_OBJECT

 private:
  static OpStatistics levels(const char* op, std::vector<double> before) {
    OpStatistics own{.op = op, .count = static_cast<int>(before.size())};
    for (const double level : before) own.beforeMean += level / own.count;
    for (const double level : before)
      own.beforeSpread += (level - own.beforeMean) * (level - own.beforeMean) / own.count;
    own.beforeSpread = std::sqrt(own.beforeSpread);
    return own;
  }
  static void add(std::vector<double>& sums, const std::vector<double>& more) {
    QCOMPARE(more.size(), sums.size());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += more[i];
  }

 private Q_SLOTS:
  void meansAreOverAllSamples() {
    StepReport first{.unperturbedLoss = 1, .gain = 0.5, .count = 3}, second = first;
    second.count = 1, second.unperturbedLoss = 5, second.gain = 0.1;
    first.counts = {.forwardsNoGrad = 9, .forwardsTrain = 1, .backwards = 1, .chains = 27};
    second.counts = {.forwardsNoGrad = 7, .forwardsTrain = 1, .backwards = 1, .chains = 7};
    PolicyReport none;
    std::vector<double> sums = stepSums(first, none);
    add(sums, stepSums(second, none));
    putStepSums(sums, first, none);
    QCOMPARE(first.count, 4);
    QCOMPARE(first.unperturbedLoss, 2.0);  // (3 * 1 + 5) / 4
    QCOMPARE(first.gain, 0.4);
    QCOMPARE(first.counts.forwardsNoGrad, 8.5);
    QCOMPARE(first.counts.backwards, 1.0);
    QCOMPARE(first.counts.chains, std::int64_t{34});
  }

  void whatAMethodHasNotStaysNone() {
    StepReport own{.unperturbedLoss = std::nan(""), .gain = std::nan(""), .count = 2};
    PolicyReport none;
    std::vector<double> sums = stepSums(own, none);
    add(sums, stepSums(own, none));
    putStepSums(sums, own, none);
    QVERIFY(std::isnan(own.unperturbedLoss) && std::isnan(own.gain));
    QVERIFY(none.ops.empty());
  }

  /// An op may be in one rank's part alone; levels 1, 2 and 6 have the mean 3 and the variance 14 / 3.
  void opsAndGroupsAddUp() {
    StepReport step{.count = 2};
    PolicyReport first{.unperturbedWins = 1, .count = 2}, second{.count = 2};
    first.ops = {levels("rotate", {1, 2})};
    first.ops[0].probed = 1, first.ops[0].plus = 1, first.ops[0].meanDL = 0.3, first.ops[0].meanGain = 1;
    second.ops = {levels("posterize", {4}), levels("rotate", {6})};
    second.ops[1].probed = 2, second.ops[1].minus = 2, second.ops[1].meanDL = 0.6, second.ops[1].wins = 1;
    first.groups = {{.group = "crop", .count = 2, .plus = 2, .meanDL = 0.5, .wins = 1, .meanGain = 1}};
    second.groups = {{.group = "crop", .count = 2, .plus = 1, .zero = 1, .meanDL = 0.1, .meanGain = 2}};
    std::vector<double> sums = stepSums(step, first);
    add(sums, stepSums(step, second));
    putStepSums(sums, step, first);
    QCOMPARE(first.unperturbedWins, 1);
    QCOMPARE(first.count, 4);
    QCOMPARE(first.ops.size(), std::size_t{2});
    const OpStatistics& rotate = first.ops[0].op == "rotate" ? first.ops[0] : first.ops[1];
    QCOMPARE(rotate.count, 3);
    QCOMPARE(rotate.beforeMean, 3.0);
    QVERIFY(std::abs(rotate.beforeSpread * rotate.beforeSpread - 14.0 / 3) < 1e-12);
    QCOMPARE(rotate.probed, 3);
    QCOMPARE(rotate.meanDL, 0.5);  // (0.3 + 2 * 0.6) / 3
    QCOMPARE(rotate.wins, 1);
    QCOMPARE(first.groups[0].meanDL, 0.3);
    QCOMPARE(first.groups[0].meanGain, 1.5);
    QCOMPARE(first.groups[0].plus, 3);
  }
};

QTEST_GUILESS_MAIN(TestStepSums)
#include "tst_step_sums.moc"

#include <QTest>
#include <cmath>
#include <limits>

#include "widgets/plot/SeedCurve.h"

using namespace uada;

/// Seeds that are drawn as one mean with a band.
class TestSeedCurve : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void theBandIsTheSampleDeviation() {
    const SeedCurve curve = overSeeds({{{1, 2}, {1, 10}}, {{1, 2}, {3, 10}}});
    QCOMPARE(curve.x, (std::vector<double>{1, 2}));
    QCOMPARE(curve.mean, (std::vector<double>{2, 10}));
    QCOMPARE(curve.bandLow, (std::vector<double>{2 - std::sqrt(2.0), 10}));
    QCOMPARE(curve.bandHigh, (std::vector<double>{2 + std::sqrt(2.0), 10}));
  }

  /// Seeds need not have values at the same places: time is never the same.
  void betweenItsValuesASeedLiesOnTheLine() {
    const SeedCurve curve = overSeeds({{{0, 4}, {0, 8}}, {{0, 1, 4}, {0, 6, 8}}});
    QCOMPARE(curve.x, (std::vector<double>{0, 1, 4}));
    QCOMPARE(curve.mean, (std::vector<double>{0, 4, 8}));
  }

  void aSeedThatEndsEarlierNoLongerCounts() {
    const SeedCurve curve = overSeeds({{{1, 2, 3}, {1, 1, 1}}, {{1, 2}, {3, 3}}});
    QCOMPARE(curve.count, (std::vector<int>{2, 2, 1}));
    QCOMPARE(curve.mean, (std::vector<double>{2, 2, 1}));
    QCOMPARE(curve.bandX, (std::vector<double>{1, 2}));
  }

  void whatIsNoNumberDoesNotCount() {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const SeedCurve curve = overSeeds({{{1, 2, 3}, {nan, nan, 4}}, {{1, 2, 3}, {2, nan, 6}}});
    QCOMPARE(curve.x, (std::vector<double>{1, 3}));
    QCOMPARE(curve.mean, (std::vector<double>{2, 5}));
    QVERIFY(overSeeds({}).x.empty());
    QVERIFY(overSeeds({{}}).x.empty());
  }

  void manyPlacesBecomeEvenOnes() {
    SeedValues one, two;
    for (int i = 0; i < 10000; ++i) {
      one.x.push_back(i);
      one.y.push_back(2.0 * i);
      two.x.push_back(i + 0.5);
      two.y.push_back(2.0 * i + 1);
    }
    const SeedCurve curve = overSeeds({one, two});
    QCOMPARE(curve.x.size(), kMostPlaces);
    QCOMPARE(curve.x.front(), 0.0);
    QCOMPARE(curve.x.back(), 9999.5);
    for (std::size_t i = 0; i < curve.x.size(); ++i) QVERIFY(std::abs(curve.mean[i] - 2 * curve.x[i]) < 1e-6);
  }

  void oneSeedHasNoDeviation() {
    QVERIFY(std::isnan(momentOf({5}).deviation));
    QCOMPARE(momentOf({5}).mean, 5.0);
    QCOMPARE(momentOf({}).count, 0);
    QCOMPARE(momentOf({2, 4, 9}).deviation, std::sqrt(13.0));
  }

  /// Two pairs with the differences 1 and 3 everywhere: mean 2, deviation sqrt 2, and half of the 95 %
  /// interval t(0.975; 1) sqrt 2 / sqrt 2 = 12.7062. The second seed ends earlier: from there on a pair alone
  /// has none.
  void pairsHaveADifferenceWithItsInterval() {
    const SeedCurve curve =
        overPairs({{{{1, 2, 3}, {5, 6, 7}}, {{1, 3}, {4, 6}}}, {{{1, 2}, {9, 9}}, {{0, 1, 2}, {0, 6, 6}}}});
    QVERIFY(curve.x == (std::vector<double>{1, 2, 3}));
    QVERIFY(curve.mean == (std::vector<double>{2, 2, 1}));
    QVERIFY(curve.count == (std::vector<int>{2, 2, 1}));
    QVERIFY(curve.bandX == (std::vector<double>{1, 2}));
    QVERIFY(std::abs(curve.bandHigh[0] - 2 - 12.7062) < 1e-4);
    QVERIFY(std::abs(curve.bandLow[1] - 2 + 12.7062) < 1e-4);
    // Where the other one has no value there is no difference.
    QVERIFY(overPairs({{{{1, 2}, {5, 6}}, {{2, 3}, {1, 1}}}}).x == (std::vector<double>{2}));
    QVERIFY(overPairs({}).x.empty());
  }
};

QTEST_APPLESS_MAIN(TestSeedCurve)
#include "tst_seed_curve.moc"

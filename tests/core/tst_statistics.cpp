#include <QTest>
#include <cmath>
#include <limits>

#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/tables/Statistics.h"
#include "tests/core/GoldenScript.h"

using namespace uada;

namespace {

constexpr const char* kScript = PROJECT_DIR "/tests/golden/table_statistics.py";
constexpr const char* kNumbers = PROJECT_DIR "/tests/golden/table_statistics.json";

bool near(double a, double b) { return std::abs(a - b) < 1e-6; }

std::vector<double> numbers(const Json& json) {
  std::vector<double> values;
  for (const Json& value : json.asArray()) values.push_back(value.asDouble());
  return values;
}

std::vector<std::int64_t> counted(std::size_t count, std::int64_t first) {
  std::vector<std::int64_t> seeds;
  for (std::size_t i = 0; i < count; ++i) seeds.push_back(first + static_cast<std::int64_t>(i));
  return seeds;
}

/// Of a case of the script: with the same seeds on both sides, or with others.
std::optional<Difference> differenceOf(const Json& made) {
  const auto a = numbers(made.at("a")), b = numbers(made.at("b"));
  const auto ofA = counted(a.size(), 1), ofB = counted(b.size(), made.at("paired").asBool() ? 1 : 100);
  return difference({a, ofA}, {b, ofB});
}

}  // namespace

/// The statistics of tables and comparisons.
class TestStatistics : public QObject {
  Q_OBJECT
 private:
  const Json golden_ = parseJson(readTextFile(kNumbers, 1 << 20), kNumbers);

 private Q_SLOTS:
  void differencesAsTheScriptHasThem() {
    for (const Json& made : golden_.at("differences").asArray()) {
      const auto d = differenceOf(made);
      QVERIFY2(d && d->interval && d->p, made.dump().c_str());
      QCOMPARE(d->isPaired, made.at("paired").asBool());
      QVERIFY2(near(d->mean, made.at("mean").asDouble()), made.dump().c_str());
      QVERIFY2(near(d->interval->low, made.at("low").asDouble()), made.dump().c_str());
      QVERIFY2(near(d->interval->high, made.at("high").asDouble()), made.dump().c_str());
      QVERIFY2(near(*d->p, made.at("p").asDouble()), made.dump().c_str());
    }
  }

  void powerAndSeedsAsTheScriptHasThem() {
    for (const Json& made : golden_.at("differences").asArray()) {
      const auto d = differenceOf(made);
      for (const auto& [seeds, power] : made.at("power").asObject()) {
        const double found = powerOf(*d, std::stoi(seeds));
        QVERIFY2(near(found, power.asDouble()), (made.dump() + seeds + " " + std::to_string(found)).c_str());
      }
      const Json& needed = made.at("needed");
      const auto seeds = seedsFor(*d);
      QCOMPARE(seeds.value_or(0), needed.isNull() ? 0 : static_cast<int>(needed.asInt()));
    }
  }

  void holmAsTheScriptHasIt() {
    for (const Json& family : golden_.at("holm").asArray()) {
      const auto expected = numbers(family.at("adjusted")), found = holm(numbers(family.at("p")));
      QCOMPARE(found.size(), expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) QVERIFY(near(found[i], expected[i]));
    }
    // By hand: 3 x 0.01; 2 x 0.02 = 0.04; 1 x 0.03, raised to the one before.
    const auto found = holm({0.02, 0.01, 0.03});
    QVERIFY(near(found[0], 0.04) && near(found[1], 0.03) && near(found[2], 0.04));
  }

  void scriptGivesTheStoredNumbers() {
    QString version;
    const QString python = pythonThatRuns("import sys; print(sys.version.split()[0])", version);
    if (python.isEmpty()) QSKIP("not run: computing the statistics again needs Python 3.9 or newer");
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(python, {kScript, "--check", kNumbers});
    QVERIFY2(process.waitForFinished(100'000), "the script did not end in 100 s");
    QVERIFY2(process.exitCode() == 0, process.readAll().constData());
  }

  /// By hand: differences 1, 2, 3 have mean 2 and standard error 1 / sqrt(3); t(0.975; 2) = 4.302653.
  void theSameSeedsArePairs() {
    const std::vector<double> a{11, 22, 33}, turned{33, 11, 22}, b{10, 20, 30};
    const std::vector<std::int64_t> seeds{1, 2, 3}, turnedSeeds{3, 1, 2}, others{1, 2, 4}, twice{1, 2, 2};
    for (const auto& d :
         {difference({a, seeds}, {b, seeds}), difference({turned, turnedSeeds}, {b, seeds})}) {
      QVERIFY(d && d->isPaired && near(d->mean, 2));
      QVERIFY(near(d->interval->low, 2 - 4.302653 / std::sqrt(3.0)));
    }
    for (const auto& apart : {others, twice, std::vector<std::int64_t>{1, 2}}) {
      const auto d = difference({a, seeds}, {b, apart});
      QVERIFY(d && !d->isPaired && d->interval);
      QVERIFY(near(*d->p, *difference(a, b)->p));
    }
  }

  void pairsThatDifferByTheSameHaveNoInterval() {
    const std::vector<double> a{96.95, 97.05, 96.35}, b{94.95, 95.05, 94.35};  // but for rounding
    const std::vector<std::int64_t> seeds{1, 2, 3}, one{1};
    const auto d = difference({a, seeds}, {b, seeds});
    QVERIFY(d && near(d->mean, 2) && !d->interval && !d->p);
    QCOMPARE(d->why, std::string(kNoSpread));
    QVERIFY(!seedsFor(*d));
    const std::vector<double> single{1}, other{2};
    QCOMPARE(difference({single, one}, {other, one})->why, std::string(kOneSeed));
    const std::vector<double> bad{1, std::nan(""), 2},
        infinite{1, std::numeric_limits<double>::infinity(), 2};
    QVERIFY(!difference({bad, seeds}, {a, seeds}) && !difference({a, seeds}, {infinite, seeds}));
  }

  /// From a difference that two seeds show to one that no number of seeds would.
  void seedsForExtremes() {
    Difference d{.mean = 1e6, .interval = Interval{}, .p = 0.0, .why = {}, .variance = 1, .otherVariance = 1};
    QCOMPARE(seedsFor(d).value_or(0), 2);
    QCOMPARE(powerOf(d, 3), 1.0);
    d.mean = 1e-9;
    QVERIFY(!seedsFor(d) && near(powerOf(d, 2), 0.05) && near(powerOf(d, kMostSeeds), 0.05));
    for (const double mean : {0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0}) {
      d.mean = mean;
      double before = 0;
      for (const int seeds : {2, 3, 4, 8, 50, 1000, kMostSeeds}) {
        const double power = powerOf(d, seeds);
        QVERIFY2(power >= before - 1e-9 && power <= 1, qPrintable(QString::number(power)));
        before = power;
      }
    }
    d.mean = 0.03;  // some 2 (1.96 + 0.84)^2 2 / 0.03^2 = 17,400 are needed
    QVERIFY(!seedsFor(d));
    d.mean = 0.1;  // 2 (1.96 + 0.84)^2 / 0.1^2 = 1570, and one or two for Student's t
    QVERIFY(seedsFor(d).value_or(0) >= 1570 && seedsFor(d).value_or(0) <= 1573);
  }
};

QTEST_GUILESS_MAIN(TestStatistics)
#include "tst_statistics.moc"

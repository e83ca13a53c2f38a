#include <QTest>
#include <map>

#include "core/base/Error.h"
#include "core/tables/Table.h"
#include "tests/engine/Attempt.h"

using namespace uada;

namespace {

constexpr int kEpochs = 100, kImages = 200, kBatch = 20, kTestImages = 1000, kSeeds = 3;

/// Of few images, seen so often that what augmentation adds counts.
RunConfig configFor(const char* method, int seed) {
  RunConfig config = tinyConfig("", method, kEpochs, kBatch);
  config.recipe.dataset = {"fashion_mnist", DataSettings{"", kImages, kTestImages}};
  config.recipe.model.set("width", 8);
  config.recipe.schedule = scheduleFromJson(Json("cosine"), "test");
  config.runtime.pictured = 0;
  config.seed = seed;
  return config;
}

/// Of the runs of one method: top-1 after the last epoch in percent, and the mean gain in each epoch.
struct Learned {
  std::vector<double> accuracies;
  std::vector<std::vector<double>> gains;  ///< [seeds][epochs]
};

Learned learned(const char* method) {
  Learned all;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const Attempt attempt(configFor(method, seed), {});
    if (attempt.state != RunState::finished) throw Error(attempt.sink.states.back().text);
    all.accuracies.push_back(100 * metricOf(attempt.sink.epochs.back().test, "top1"));
    std::map<int, std::pair<double, int>> sums;  // of an epoch: gains, samples
    for (const StepReport& step : attempt.sink.steps) {
      sums[step.epoch].first += step.gain * step.count;
      sums[step.epoch].second += step.count;
    }
    all.gains.emplace_back();
    for (const auto& [epoch, sum] : sums) all.gains.back().push_back(sum.first / sum.second);
  }
  return all;
}

}  // namespace

/// UADA on a small real set, beside its own space without adaptation, over three seeds at equal epochs.
class TestLearning : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    try {
      locateDataset(findDataset("fashion_mnist"), "");
    } catch (const Error& error) {
      QSKIP(error.what());
    }
    raUc_ = learned("ra-uc");
    uada_ = learned("uada");
  }

  /// What it trains on is harder for the network than what was drawn, from the first epoch to the last.
  void gainsInEveryEpoch() {
    for (const std::vector<double>& gains : uada_.gains) {
      QCOMPARE(gains.size(), std::size_t{kEpochs});
      for (std::size_t epoch = 0; epoch < gains.size(); ++epoch)
        QVERIFY2(gains[epoch] > 0, fmt::format("epoch {}: {}", epoch + 1, gains[epoch]).c_str());
    }
    for (const std::vector<double>& gains : raUc_.gains)
      QVERIFY(std::isnan(gains.front()));  // it moves nothing
  }

  /// It is no worse than without adaptation, as far as three seeds can tell, and both have learned.
  void learnsNoWorse() {
    const auto apart = difference(uada_.accuracies, raUc_.accuracies);
    QVERIFY(apart && apart->interval);
    qInfo("top-1 of uada %s, of ra-uc %s: %.2f apart, 95 %% interval %.2f to %.2f", qPrintable(listed(uada_)),
          qPrintable(listed(raUc_)), apart->mean, apart->interval->low, apart->interval->high);
    QVERIFY2(apart->interval->high >= 0, "uada is worse");
    for (const Learned* each : {&raUc_, &uada_})
      for (const double accuracy : each->accuracies) QVERIFY2(accuracy > 50, qPrintable(listed(*each)));
  }

 private:
  static QString listed(const Learned& of) {
    QStringList texts;
    for (const double accuracy : of.accuracies) texts << QString::number(accuracy, 'f', 1);
    return texts.join(", ");
  }

  Learned raUc_, uada_;
};

QTEST_GUILESS_MAIN(TestLearning)
#include "tst_learning.moc"

#include <QCheckBox>
#include <QComboBox>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/base/Csv.h"
#include "core/base/Files.h"
#include "tests/core/FakeEngine.h"
#include "widgets/panels/live/LivePanel.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr int kEpochs = 4;

/// The loss of seed 1 is infinite at step 15 and no number at step 16; its second test has none.
double lossOf(double level, std::int64_t seed, std::int64_t step) {
  if (seed == 1 && step == 15) return kInfinite;
  if (seed == 1 && step == 16) return kNone;
  return level + static_cast<double>(seed) + static_cast<double>(step) / 1024;
}

void record(ProjectWriter& project, const char* method, std::int64_t seed, std::int64_t steps) {
  const double level = std::string(method) == "uada" ? 10 : 20;
  const std::int64_t run = project.createRun(fakeConfig(method, seed, kEpochs)).id;
  const int attempt = project.beginAttempt(run, currentManifest(), "");
  for (std::int64_t i = 1; i <= steps; ++i) {
    StepReport report;
    report.step = i;
    report.epoch = static_cast<int>((i - 1) * kEpochs / steps) + 1;
    report.count = 10;
    report.loss = lossOf(level, seed, i);
    report.gain = level == 10 ? -0.5 : kNone;
    report.unperturbedLoss = level == 10 ? 1 : kNone;
    report.learningRate = 0.25;
    report.gradientNorm = i == 20 ? kNone : 2;
    report.metrics = {{"top1", 0.5}};
    report.timings.train = 0.5;
    project.append(run, attempt, report);
  }
  for (int epoch = 1; epoch <= kEpochs; ++epoch)
    project.append(run, attempt,
                   EpochReport{.epoch = epoch,
                               .step = steps * epoch / kEpochs,
                               .test = {{"loss", 1.0}, {"top1", seed == 1 && epoch == 2 ? kNone : 0.25}}});
  project.append(run, attempt,
                 ResultReport{.metric = "top1", .best = 0.25, .bestEpoch = 1, .last = {{"top1", 0.25}}});
  project.append(run, attempt, StateReport{RunState::finished, "", "cpu", 1, "images", true});
}

/// "UADA seed 1 (5f0c2a)" -> "UADA seed 1 "
std::string withoutKey(const std::string& name) {
  return name.ends_with(')') ? name.substr(0, name.rfind('(')) : name;
}

using Numbers = std::map<std::string, std::vector<std::pair<double, double>>>;  ///< of each curve

/// At a step; where the file has no such row, no number that is compared.
double at(const Numbers& numbers, const std::string& name, double step) {
  for (const auto& [x, y] : numbers.at(name))
    if (x == step) return y;
  return -1e9;
}

}  // namespace

/// What the charts of Live write: every value, whatever the length, of what is seen.
class TestLiveNumbers : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void cleanup();
  void longRunsAreWrittenWhole();
  void shortAndLongRunsAreWrittenAlike();
  void whatIsSeenIsWritten();
  void minusWritesDifferencesOfPairs();
  void linesDoNotJoinAcrossGaps();
  void logIsOfAllThatIsPositive();

 private:
  void show(std::int64_t steps);
  Plot* plot(const char* name) const { return panel_->findChild<Plot*>(name); }
  Numbers written(const char* plot, std::string* head = nullptr) const;
  /// As the legend calls them.
  std::string nameOf(const char* method) const;

  std::map<QString, QString> names_;  ///< of the curves, by their colours
  std::unique_ptr<QTemporaryDir> folder_;
  FakeEngine engine_;
  Theme theme_{Theme::Kind::light};
  std::unique_ptr<QSettings> settings_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Workbench> workbench_;
  std::unique_ptr<LivePanel> panel_;
};

void TestLiveNumbers::init() { folder_ = std::make_unique<QTemporaryDir>(); }

void TestLiveNumbers::cleanup() {
  panel_.reset();
  workbench_.reset();
  session_.reset();
}

/// Two seeds of two methods, and a plot of each number.
void TestLiveNumbers::show(std::int64_t steps) {
  cleanup();
  const QString file = folder_->filePath(QStringLiteral("%1.uada").arg(steps));
  {
    ProjectWriter project(file.toStdString());
    for (const char* method : {"uada", "ra-uc"})
      for (const std::int64_t seed : {1, 2}) record(project, method, seed, steps);
  }
  settings_ = std::make_unique<QSettings>(folder_->filePath("s.ini"), QSettings::IniFormat);
  settings_->clear();
  settings_->setValue("live/scalars", QStringList{"loss", "gain", "main", "learning_rate", "gradient_norm",
                                                  "images_per_second", "train/top1"});
  session_ = std::make_unique<Session>(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
  session_->openProject(file);
  workbench_ = std::make_unique<Workbench>(Workbench{*session_, *settings_, theme_});
  for (const RunSummary& run : session_->runs()) session_->selection().setChecked(run.id, true);
  panel_ = std::make_unique<LivePanel>(*workbench_);
  QTRY_VERIFY(plot("gradient_norm") && plot("gradient_norm")->figure().curves.size() == 2);
  names_.clear();
  for (const Curve& curve : plot("loss")->figure().curves) names_[curve.colour.name()] = curve.name;
}

Numbers TestLiveNumbers::written(const char* name, std::string* head) const {
  const QString file = folder_->filePath("n.csv");
  plot(name)->exportTo(file);
  const QStringList lines = QString::fromStdString(readTextFile(file.toStdString(), 1 << 28)).split('\n');
  if (head) *head = lines.front().toStdString();
  Numbers numbers;
  for (qsizetype i = 1; i + 1 < lines.size(); ++i) {
    const std::vector<std::string> cells = csvValues(lines[i].toStdString());
    numbers[cells.at(0)].emplace_back(std::stod(cells.at(1)), std::stod(cells.at(2)));
  }
  return numbers;
}

std::string TestLiveNumbers::nameOf(const char* method) const {
  for (const RunSummary& run : session_->runs())
    if (run.method == method) return names_.at(session_->groupColour(run.id).name()).toStdString();
  return {};
}

/// Of more steps than are drawn of a seed of a group, and of all numbers, not of the loss alone.
void TestLiveNumbers::longRunsAreWrittenWhole() {
  constexpr std::int64_t kSteps = 3000;
  show(kSteps);
  for (const char* name :
       {"loss", "gain", "learning_rate", "gradient_norm", "images_per_second", "train/top1"}) {
    QVERIFY2(plot(name)->figure().isReduced, name);
    const Numbers numbers = written(name);
    const bool isGain = std::string(name) == "gain";  // which ra-uc does not have
    QCOMPARE(numbers.size(), std::size_t(isGain ? 5 : 10));
    const auto& mean = numbers.at(nameOf("uada") + " mean");
    QCOMPARE(mean.size(), std::size_t(kSteps));
    QCOMPARE(mean[100].first, 101.0);
  }
  const Numbers loss = written("loss");
  QCOMPARE(loss.at(nameOf("uada") + " mean").at(99).second, 11.5 + 100.0 / 1024);
  QCOMPARE(at(loss, nameOf("uada") + " high", 100), 11.5 + 100.0 / 1024 + std::sqrt(0.5));
  QCOMPARE(written("images_per_second").at(nameOf("uada") + " mean").at(2999).second, 20.0);
  QCOMPARE(written("train/top1").at(nameOf("ra-uc") + " mean").at(5).second, 50.0);
}

/// One meaning: the rows of the first steps are the same, and what is no number is there.
void TestLiveNumbers::shortAndLongRunsAreWrittenAlike() {
  std::string shortHead, longHead;
  show(40);
  QVERIFY(!plot("loss")->figure().isReduced);
  const Numbers few = written("loss", &shortHead);
  const Numbers tests = written("test");
  show(3000);
  const Numbers many = written("loss", &longHead);
  QCOMPARE(shortHead, std::string("curve,Step,Training loss"));
  QCOMPARE(longHead, shortHead);
  QCOMPARE(few.size(), many.size());
  bool hasInfinity = false, hasNone = false;
  for (const auto& [name, values] : few) {
    const auto same = std::ranges::find_if(many, [&](const auto& other) {
      return withoutKey(other.first) == withoutKey(name);  // which differ
    });
    QVERIFY2(same != many.end(), name.c_str());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double one = values[i].second, other = same->second.at(i).second;
      QVERIFY2(one == other || (std::isnan(one) && std::isnan(other)), name.c_str());
      hasInfinity = hasInfinity || std::isinf(one);
      hasNone = hasNone || std::isnan(one);
    }
  }
  QVERIFY(hasInfinity && hasNone);
  int none = 0;
  for (const auto& [name, values] : tests)
    if (name.find(" seed 1 ") != name.npos) none += std::isnan(values.at(1).second) ? 1 : 0;
  QCOMPARE(none, 2);
}

void TestLiveNumbers::whatIsSeenIsWritten() {
  show(40);
  auto* legend = panel_->findChild<QTreeWidget*>("legend");
  const std::string hidden = legend->topLevelItem(0)->text(0).toStdString();
  legend->topLevelItem(0)->setCheckState(0, Qt::Unchecked);
  QTRY_COMPARE(plot("loss")->figure().curves.size(), std::size_t{1});
  const Numbers numbers = written("loss");
  QCOMPARE(numbers.size(), std::size_t{5});
  for (const auto& [name, values] : numbers) QVERIFY2(!name.starts_with(hidden), name.c_str());
  panel_->findChild<QCheckBox*>("groups")->click();
  QTRY_VERIFY(plot("loss")->figure().bands.empty());
  for (const auto& [name, values] : written("loss")) QVERIFY2(!name.ends_with(" mean"), name.c_str());
}

/// By hand: seed by seed 10 less everywhere, so that the interval is of no width.
void TestLiveNumbers::minusWritesDifferencesOfPairs() {
  show(3000);
  auto* minus = panel_->findChild<QComboBox*>("minus");
  minus->setCurrentIndex(minus->findText(QString::fromStdString(nameOf("ra-uc"))));
  Q_EMIT minus->activated(minus->currentIndex());
  QTRY_COMPARE(plot("loss")->figure().curves.size(), std::size_t{1});
  std::string head;
  const Numbers numbers = written("loss", &head);
  QCOMPARE(head, std::string("curve,Step,\"Training loss, difference\""));
  const std::string name = nameOf("uada") + " minus " + nameOf("ra-uc");
  QCOMPARE(numbers.size(), std::size_t{5});
  for (const char* part : {" mean", " low", " high"}) {
    QVERIFY2(numbers.contains(name + part), part);
    QCOMPARE(at(numbers, name + part, 2000), -10.0);
    QCOMPARE(at(numbers, name + part, 3000), -10.0);
  }
  QCOMPARE(plot("loss")->figure().bands.front().name.toStdString(), nameOf("uada"));
  QVERIFY(!plot("loss")->figure().bands.front().inLegend);
}

void TestLiveNumbers::linesDoNotJoinAcrossGaps() {
  show(40);
  panel_->findChild<QCheckBox*>("groups")->click();
  QTRY_COMPARE(plot("gradient_norm")->figure().curves.size(), std::size_t{4});
  for (const Curve& curve : plot("gradient_norm")->figure().curves) {
    QCOMPARE(curve.x.size(), std::size_t{40});
    QVERIFY(std::isnan(curve.y.at(19)) && std::isnan(curve.mean.at(19)) && curve.y.at(20) == 2);
  }
  int gaps = 0;
  for (const Curve& curve : plot("test")->figure().curves) {
    QCOMPARE(curve.x.size(), std::size_t{kEpochs});
    gaps += std::isnan(curve.y.at(1)) ? 1 : 0;
  }
  QCOMPARE(gaps, 2);
}

void TestLiveNumbers::logIsOfAllThatIsPositive() {
  show(40);
  panel_->findChild<QCheckBox*>("log")->click();
  QTRY_VERIFY(plot("loss")->figure().left.log);
  for (const char* name : {"learning_rate", "gradient_norm", "images_per_second"})
    QVERIFY2(plot(name)->figure().left.log, name);
  for (const char* name : {"gain", "test", "train/top1"})  // below 0; shares
    QVERIFY2(!plot(name)->figure().left.log, name);
}

QTEST_MAIN(TestLiveNumbers)
#include "tst_live_numbers.moc"

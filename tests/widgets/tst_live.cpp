#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>
#include <algorithm>
#include <cmath>

#include "tests/core/FakeEngine.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/live/LivePanel.h"
#include "widgets/plot/CostBars.h"
#include "widgets/plot/Plot.h"
#include "widgets/plot/PlotText.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace std::chrono_literals;

/// What Live says of runs: how far they are, where their steps lie by epoch, and what they cost beside ra-uc.
class TestLive : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void progressFollowsTheEngine();
  void unfinishedRunsLieWithinTheirEpoch();
  void runsOfUnknownLengthAreSaidToBe();
  void timesAreReadable();
  void costsAreComparedWithTheSameRecipe();
  void costsOfSeedsAreOneBar();
  void longRunsAreDrawnInPartAndReadOutExactly();
  void seedsAreOneCurveWithABand();
  void theLegendShowsAndHidesCurves();
  void differencesAreOfCommonSeeds();
  void plotsAreLookedAtTogether();
  void whatIsRecordedCanBeDrawn();

 private:
  QString file() const { return folder_->filePath("live.uada"); }
  void open();
  /// Trains it to its end, or to a stop after so many steps.
  void train(const RunConfig& config, std::int64_t stopAfter = 0);
  /// Of a run: what stands beside its bar, and behind that.
  QString ratioOf(qint64 run) { return rowOf(run).ratio; }
  QString helpOf(qint64 run) { return rowOf(run).ratioHelp; }
  CostBars::Row rowOf(qint64 run);

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<FakeEngine> engine_;
  Theme theme_{Theme::Kind::light};
  std::unique_ptr<QSettings> settings_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<LivePanel> panel_;  // looks at the session
};

void TestLive::init() {
  panel_.reset();
  session_.reset();
  folder_ = std::make_unique<QTemporaryDir>();
  settings_ = std::make_unique<QSettings>(folder_->filePath("settings.ini"), QSettings::IniFormat);
  engine_ = std::make_unique<FakeEngine>();
  open();
}

void TestLive::open() {
  panel_.reset();
  session_ = std::make_unique<Session>(theme_, [this]() -> Engine& { return *engine_; }, Answers::atOnce);
  session_->openProject(file());
}

void TestLive::train(const RunConfig& config, std::int64_t stopAfter) {
  session_->start(config);
  if (stopAfter > 0) {
    QTRY_VERIFY_WITH_TIMEOUT(session_->progress().step >= stopAfter, 20000);
    session_->training()->stopNow();
  }
  QTRY_VERIFY_WITH_TIMEOUT(!session_->isLive(), 20000);
}

CostBars::Row TestLive::rowOf(qint64 run) {
  const QString name = session_->list()->nameOf(run);
  for (const CostBars::Row& row : panel_->findChild<CostBars*>()->rows())
    if (row.colour == session_->groupColour(run) && name.startsWith(row.name.section(": ", -1))) return row;
  return {};
}

/// The data set's published size says 6,000 steps an epoch; what is there has 40.
void TestLive::progressFollowsTheEngine() {
  engine_ = std::make_unique<FakeEngine>(FakeSettings{.stepDelay = 5ms, .stepsPerEpoch = 40});
  RunConfig config = fakeConfig("uada", 1, 3);
  config.recipe.dataset.set("train_limit", 0);
  session_->start(config);
  QCOMPARE(session_->progress().steps, qint64{0});  // nothing is known before the data is read
  QTRY_VERIFY_WITH_TIMEOUT(session_->progress().step >= 60, 20000);
  const RunProgress progress = session_->progress();
  QCOMPARE(progress.steps, qint64{120});
  QCOMPARE(progress.stepsPerEpoch, qint64{40});
  QCOMPARE(progress.share, static_cast<double>(progress.step) / 120);
  QVERIFY(progress.secondsLeft >= 0);
  QVERIFY2(statusText(*session_).contains(QString("%1 %").arg(progress.step * 100 / 120)),
           qPrintable(statusText(*session_)));
  session_->training()->stopNow();
  QTRY_VERIFY_WITH_TIMEOUT(!session_->isLive(), 20000);
  QCOMPARE(session_->runs().front().stepsPerEpoch, std::int64_t{40});
  QCOMPARE(session_->runs().front().plannedSteps(), std::int64_t{120});
}

/// Also when the project is opened again.
void TestLive::unfinishedRunsLieWithinTheirEpoch() {
  engine_ = std::make_unique<FakeEngine>(FakeSettings{.stepDelay = 5ms, .stepsPerEpoch = 1000});
  train(fakeConfig("uada", 1, 3), 3);
  for (const bool again : {false, true}) {
    if (again) open();
    const Workbench workbench{*session_, *settings_, theme_};
    const qint64 run = session_->runs().front().id;
    session_->selection().setChecked(run, true);
    panel_ = std::make_unique<LivePanel>(workbench);
    panel_->findChild<QComboBox*>("x")->setCurrentIndex(1);
    const auto curves = [&] { return panel_->findChild<Plot*>("loss")->figure().curves; };
    QTRY_VERIFY(!curves().empty() && curves().back().x.back() < 1);
    QCOMPARE(curves().back().x.front(), 0.001);
    QCOMPARE(curves().back().x.back(), static_cast<double>(session_->histories().of(run).lastStep()) / 1000);
    panel_.reset();
  }
}

/// Of runs of earlier versions without a finished epoch: no position is made up.
void TestLive::runsOfUnknownLengthAreSaidToBe() {
  engine_ =
      std::make_unique<FakeEngine>(FakeSettings{.stepDelay = 5ms, .stepsPerEpoch = 1000, .saysSteps = false});
  train(fakeConfig("uada", 1, 3), 3);
  open();
  const Workbench workbench{*session_, *settings_, theme_};
  session_->selection().setChecked(session_->runs().front().id, true);
  QCOMPARE(session_->runs().front().plannedSteps(), std::int64_t{0});
  panel_ = std::make_unique<LivePanel>(workbench);
  Plot* loss = panel_->findChild<Plot*>("loss");
  QTRY_COMPARE(loss->figure().curves.size(), std::size_t{1});  // by step
  panel_->findChild<QComboBox*>("x")->setCurrentIndex(1);
  QTRY_VERIFY(loss->figure().curves.empty());
  QVERIFY2(loss->figure().empty.contains("the steps of an epoch are not known of ") &&
               loss->figure().empty.contains("choose x: step"),
           qPrintable(loss->figure().empty));
  panel_.reset();
}

void TestLive::timesAreReadable() {
  QCOMPARE(stepTimeText(0), QString("0.000 ms"));
  QCOMPARE(stepTimeText(3.5), QString("3.500 ms"));
  QCOMPARE(stepTimeText(518.24), QString("518.2 ms"));
  QCOMPARE(stepTimeText(999.96), QString("1.00 s"));
  QCOMPARE(stepTimeText(2298.0), QString("2.30 s"));
}

/// 11.5 ms a step beside 3.5 ms: the fake's times.
void TestLive::costsAreComparedWithTheSameRecipe() {
  const auto wide = [](RunConfig config) {
    config.recipe.model.set("width", 32);
    return config;
  };
  train(wide(fakeConfig("uada", 1, 1)));
  const qint64 wideUada = session_->runs().front().id;
  train(fakeConfig("ra-uc", 1, 2));  // another number of epochs: another recipe
  train(fakeConfig("uada", 1, 1));
  const qint64 uada = session_->runs().front().id;
  engine_ = std::make_unique<FakeEngine>(FakeSettings{.stepDelay = 5ms, .stepsPerEpoch = 1000});
  train(fakeConfig("ra-uc", 2, 1), 3);  // unfinished: no reference
  const Workbench workbench{*session_, *settings_, theme_};
  for (const qint64 run : {wideUada, uada}) session_->selection().setChecked(run, true);
  panel_ = std::make_unique<LivePanel>(workbench);
  QTRY_COMPARE(ratioOf(uada), QString("no ra-uc to compare"));
  QVERIFY2(helpOf(uada).contains("no finished ra-uc run of the same recipe and images on the same host"),
           qPrintable(helpOf(uada)));
  engine_ = std::make_unique<FakeEngine>();
  train(fakeConfig("ra-uc", 1, 1));
  QTRY_COMPARE(ratioOf(uada), QString("3.29 × ra-uc"));
  QVERIFY2(helpOf(uada).contains("relative to the one finished ra-uc run of the same recipe and images"),
           qPrintable(helpOf(uada)));
  QCOMPARE(ratioOf(wideUada), QString("no ra-uc to compare"));
  panel_.reset();
}

namespace {

/// A finished run of ten steps that take so long, on that host.
std::int64_t recordCosts(ProjectWriter& project, const RunConfig& config, double stepSeconds,
                         const std::string& host) {
  constexpr int kSteps = 10;
  Manifest manifest = currentManifest();
  manifest.host = host;
  const std::int64_t run = project.createRun(config).id;
  const int attempt = project.beginAttempt(run, manifest, "");
  StepReport report;
  report.epoch = report.count = 1;
  report.gain = report.unperturbedLoss = std::nan("");
  report.loss = 1;
  report.timings.train = stepSeconds;
  for (report.step = 1; report.step <= kSteps; ++report.step) project.append(run, attempt, report);
  project.append(run, attempt,
                 ResultReport{.metric = "top1",
                              .best = 0.5,
                              .bestEpoch = 1,
                              .last = {{"top1", 0.5}},
                              .seconds = kSteps * stepSeconds});
  project.append(run, attempt, StateReport{RunState::finished, "", "cpu", 2, "images", true});
  return run;
}

}  // namespace

/// By hand: 3.5 and 4.5 times the 2 ms of ra-uc are 4 ± 0.71. Another machine has a bar of its own.
void TestLive::costsOfSeedsAreOneBar() {
  std::vector<std::int64_t> runs;
  {
    ProjectWriter project(file().toStdString());
    recordCosts(project, fakeConfig("ra-uc", 1, 1), 0.002, "desk");
    for (const auto& [seed, seconds] : {std::pair(1, 0.007), {2, 0.009}})
      runs.push_back(recordCosts(project, fakeConfig("uada", seed, 1), seconds, "desk"));
    runs.push_back(recordCosts(project, fakeConfig("uada", 3, 1), 0.001, "laptop"));
  }
  open();
  const Workbench workbench{*session_, *settings_, theme_};
  for (const auto& run : session_->runs()) session_->selection().setChecked(run.id, run.method == "uada");
  panel_ = std::make_unique<LivePanel>(workbench);
  const auto rows = [&] { return panel_->findChild<CostBars*>()->rows(); };
  QTRY_COMPARE(rows().size(), std::size_t{2});
  const CostBars::Row desk = rows()[0], laptop = rows()[1];
  QVERIFY2(desk.name.endsWith("· desk, cpu, threads: 2"), qPrintable(desk.name));
  QCOMPARE(desk.runs, 2);
  QCOMPARE(desk.steps, std::int64_t{20});
  QVERIFY(std::abs(desk.timings.train - 0.16) < 1e-9);
  QCOMPARE(desk.ratio, QString("4.00 ± 0.71 × ra-uc"));
  QVERIFY2(desk.ratioHelp.contains("2 runs, as in Table 3"), qPrintable(desk.ratioHelp));
  QVERIFY2(laptop.name.endsWith("· laptop, cpu, threads: 2"), qPrintable(laptop.name));
  QCOMPARE(laptop.ratio, QString("no ra-uc to compare"));
  panel_->findChild<QCheckBox*>("groups")->setChecked(false);
  QTRY_COMPARE(rows().size(), std::size_t{3});
  QCOMPARE(rows()[0].runs, 1);
  panel_.reset();
}

/// Of more steps than the window keeps: a step's loss is what the project has, as text and as a file.
void TestLive::longRunsAreDrawnInPartAndReadOutExactly() {
  constexpr std::int64_t kSteps = 140'000, kAsked = 70'001;
  const auto lossOf = [](std::int64_t step) {
    return step == 99'999 ? 50.0 : 1 + static_cast<double>(step * 7919 % 1000) / 1000;
  };
  std::int64_t run = 0;
  {
    ProjectWriter writer(file().toStdString());
    run = writer.createRun(fakeConfig("ra-uc", 1, 1)).id;
    writer.beginAttempt(run, currentManifest(), "");
    StepReport report;
    report.epoch = report.count = 1;
    report.gain = report.unperturbedLoss = std::nan("");
    report.timings.train = 0.5;
    for (report.step = 1; report.step <= kSteps; ++report.step) {
      report.loss = lossOf(report.step);
      writer.append(run, 1, report);
    }
    writer.flush();
  }
  open();
  const Workbench workbench{*session_, *settings_, theme_};
  session_->selection().setChecked(run, true);
  panel_ = std::make_unique<LivePanel>(workbench);
  Plot* loss = panel_->findChild<Plot*>("loss");
  QTRY_COMPARE(loss->figure().curves.size(), std::size_t{1});
  const Curve& curve = loss->figure().curves.front();
  QVERIFY2(curve.x.size() <= 64 * 1024, qPrintable(QString::number(curve.x.size())));
  QCOMPARE(*std::ranges::max_element(curve.y), 50.0);
  QCOMPARE(panel_->findChild<CostBars*>()->rows().at(0).timings.train, 0.5 * kSteps);
  const auto readOut = [&] { return loss->readOut(static_cast<double>(kAsked), 0); };
  QVERIFY2(readOut().contains("…"), qPrintable(readOut()));
  Q_EMIT loss->hovered(static_cast<double>(kAsked), 0);
  const QString exact = valueText(lossOf(kAsked), "");
  QVERIFY2(readOut().contains(exact) && readOut().contains("70,001"), qPrintable(readOut()));
  panel_->exportTo(folder_->filePath("loss.csv"));
  QFile csv(folder_->filePath("loss.csv"));
  QVERIFY(csv.open(QIODevice::ReadOnly));
  const QList<QByteArray> lines = csv.readAll().trimmed().split('\n');
  QCOMPARE(lines.size(), kSteps + 1);
  QVERIFY2(lines[kAsked].endsWith(QStringLiteral(",70001,%1").arg(lossOf(kAsked)).toUtf8()),
           lines[kAsked].constData());
  panel_.reset();
}

/// Two seeds of two methods.
void TestLive::seedsAreOneCurveWithABand() {
  for (const int seed : {1, 2})
    for (const char* method : {"uada", "ra-uc"}) train(fakeConfig(method, seed, 2));
  const Workbench workbench{*session_, *settings_, theme_};
  for (const RunSummary& run : session_->runs()) session_->selection().setChecked(run.id, true);
  panel_ = std::make_unique<LivePanel>(workbench);
  Plot* loss = panel_->findChild<Plot*>("loss");
  QTRY_COMPARE(loss->figure().bands.size(), std::size_t{2});
  QCOMPARE(loss->figure().curves.size(), std::size_t{2});
  const qint64 newest = session_->runs().front().id;
  const auto& runs = session_->list()->groupOf(newest)->runs;
  double sum = 0;
  for (const qint64 run : runs) sum += session_->histories().of(run).loss.nearest(3)->y;
  const auto curves = loss->figure().curves;
  const auto raUc = std::ranges::find(curves, session_->groupColour(newest), &Curve::colour);
  QVERIFY(raUc != curves.end());
  QCOMPARE(raUc->y.at(2), sum / 2);  // the shadow has the raw mean
  QCOMPARE(raUc->name, QString("RandAugment (UADA's space)"));
  Plot* test = panel_->findChild<Plot*>("test");
  QCOMPARE(test->figure().curves.size(), std::size_t{2});
  QVERIFY(test->figure().curves.front().marked);
  panel_->findChild<QCheckBox*>("groups")->click();
  QTRY_COMPARE(loss->figure().curves.size(), std::size_t{4});
  QVERIFY(loss->figure().bands.empty());
  panel_.reset();
}

void TestLive::theLegendShowsAndHidesCurves() {
  train(fakeConfig("uada", 1, 2));
  train(fakeConfig("ra-uc", 1, 2));
  const Workbench workbench{*session_, *settings_, theme_};
  for (const RunSummary& run : session_->runs()) session_->selection().setChecked(run.id, true);
  panel_ = std::make_unique<LivePanel>(workbench);
  Plot* loss = panel_->findChild<Plot*>("loss");
  auto* legend = panel_->findChild<QTreeWidget*>("legend");
  QTRY_COMPARE(loss->figure().curves.size(), std::size_t{2});
  QCOMPARE(legend->topLevelItemCount(), 2);
  const QString hidden = legend->topLevelItem(0)->text(0);
  const History& history = session_->histories().of(session_->runs().front().id);
  QCOMPARE(legend->topLevelItem(0)->text(2), valueText(history.loss.nearest(history.lastStep())->y, ""));
  legend->topLevelItem(0)->setCheckState(0, Qt::Unchecked);
  QTRY_COMPARE(loss->figure().curves.size(), std::size_t{1});
  QVERIFY(loss->figure().curves[0].name != hidden);
  QCOMPARE(legend->topLevelItemCount(), 2);  // so that it can be ticked again
  legend->topLevelItem(0)->setCheckState(0, Qt::Checked);
  QTRY_COMPARE(loss->figure().curves.size(), std::size_t{2});
  Q_EMIT legend->itemEntered(legend->topLevelItem(1), 0);
  QTRY_VERIFY(loss->figure().curves[0].faint && !loss->figure().curves[1].faint);
  panel_.reset();
}

/// As in the plot: a seed that only one of both has does not count.
void TestLive::differencesAreOfCommonSeeds() {
  for (const int seed : {1, 2}) train(fakeConfig("uada", seed, 2));
  train(fakeConfig("ra-uc", 1, 2));
  const qint64 plain = session_->runs()[0].id, second = session_->runs()[1].id,
               first = session_->runs()[2].id;
  const Workbench workbench{*session_, *settings_, theme_};
  session_->selection().setChecked({plain, second, first}, true);
  session_->selection().select(plain);
  panel_ = std::make_unique<LivePanel>(workbench);
  const auto* legend = panel_->findChild<QTreeWidget*>("legend");
  auto* minus = panel_->findChild<QComboBox*>("minus");
  QTRY_VERIFY(legend->topLevelItemCount() == 2 && minus->count() == 3);  // none, and both
  minus->setCurrentIndex(minus->itemText(1).contains("uada", Qt::CaseInsensitive) ? 2 : 1);
  Q_EMIT minus->activated(minus->currentIndex());
  const auto difference = [&] {
    for (int i = 0; i < legend->topLevelItemCount(); ++i)
      if (const auto* item = legend->topLevelItem(i); item->text(0).contains("uada", Qt::CaseInsensitive))
        return item->text(1);
    return QString("not there");
  };
  const auto last = [&](qint64 run) {
    const History& history = session_->histories().of(run);
    return history.smoothLoss(0.9).between(history.lastStep());
  };
  QVERIFY(std::abs(last(first) - last(second)) > 1e-3);
  QTRY_COMPARE(difference(), valueText(last(first) - last(plain), ""));
  session_->selection().setChecked(first, false);
  QTRY_COMPARE(difference(), QString());  // no seed is common
  panel_.reset();
}

void TestLive::plotsAreLookedAtTogether() {
  train(fakeConfig("uada", 1, 2));
  const Workbench workbench{*session_, *settings_, theme_};
  session_->selection().setChecked(session_->runs().front().id, true);
  panel_ = std::make_unique<LivePanel>(workbench);
  Plot *loss = panel_->findChild<Plot*>("loss"), *gain = panel_->findChild<Plot*>("gain");
  QTRY_VERIFY((gain = panel_->findChild<Plot*>("gain")) && !gain->figure().curves.empty());
  loss->showX(std::pair(2.0, 5.0));
  Q_EMIT loss->zoomed();
  QCOMPARE(gain->zoomedTo(), loss->zoomedTo());
  loss->fit();
  Q_EMIT loss->zoomed();
  QVERIFY(!gain->zoomedTo());
  auto* legend = panel_->findChild<QTreeWidget*>("legend");
  Q_EMIT gain->hovered(3, 0);
  const History& history = session_->histories().of(session_->runs().front().id);
  QCOMPARE(legend->topLevelItem(0)->text(2), valueText(history.gain.nearest(3)->y, ""));
  QCOMPARE(panel_->findChild<QLabel*>("legendHead")->text(), QString("Gain at step 3"));
  Q_EMIT gain->left();
  QCOMPARE(panel_->findChild<QLabel*>("legendHead")->text(), QString("Training loss, last"));
  panel_.reset();
}

void TestLive::whatIsRecordedCanBeDrawn() {
  train(fakeConfig("uada", 1, 2));
  const qint64 run = session_->runs().front().id;
  settings_->setValue("live/scalars", QStringList{"loss", "learning_rate", "images_per_second", "test/loss"});
  const Workbench workbench{*session_, *settings_, theme_};
  session_->selection().setChecked(run, true);
  panel_ = std::make_unique<LivePanel>(workbench);
  QVERIFY(!panel_->findChild<Plot*>("gain"));
  Plot* rate = panel_->findChild<Plot*>("learning_rate");
  QVERIFY(rate && panel_->findChild<Plot*>("test/loss"));
  QTRY_COMPARE(rate->figure().curves.size(), std::size_t{1});
  std::vector<StepReport> steps;
  session_->ask(
      this, [run](const OpenProject& project) { return project.reader.steps(run); },
      [&](std::optional<std::vector<StepReport>> read) { steps = std::move(*read); });
  QCOMPARE(rate->figure().curves[0].y.size(), steps.size());
  QCOMPARE(rate->figure().curves[0].y[4], steps[4].learningRate);
  Plot* speed = panel_->findChild<Plot*>("images_per_second");
  QCOMPARE(speed->figure().curves[0].y[4], steps[4].count / steps[4].timings.total());
  panel_->findChild<QComboBox*>("x")->setCurrentIndex(3);
  double samples = 0;
  for (const StepReport& step : steps) samples += step.count;
  QTRY_COMPARE(rate->figure().curves.at(0).x.back(), samples);
  panel_.reset();
}

QTEST_MAIN(TestLive)
#include "tst_live.moc"

#include <QComboBox>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "tests/core/FakeEngine.h"
#include "widgets/panels/LivePanel.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace std::chrono_literals;

/// What Live says of runs: how far they are, and where their steps lie by epoch.
class TestLive : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init();
  void progressFollowsTheEngine();
  void unfinishedRunsLieWithinTheirEpoch();
  void runsOfUnknownLengthAreSaidToBe();

 private:
  QString file() const { return folder_->filePath("live.uada"); }
  void open();
  /// Trains it to its end, or to a stop after so many steps.
  void train(const RunConfig& config, std::int64_t stopAfter = 0);
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
  session_ = std::make_unique<Session>(theme_, [this]() -> Engine& { return *engine_; });
  session_->openProject(file());
}

void TestLive::train(const RunConfig& config, std::int64_t stopAfter) {
  session_->start(config);
  if (stopAfter > 0) {
    QTRY_VERIFY_WITH_TIMEOUT(session_->progress().step >= stopAfter, 20000);
    session_->stopNow();
  }
  QTRY_VERIFY_WITH_TIMEOUT(!session_->isLive(), 20000);
}

/// The data set's published size says 6,000 steps an epoch; what is there has 40.
void TestLive::progressFollowsTheEngine() {
  engine_ = std::make_unique<FakeEngine>(FakeSettings{.stepDelay = 5ms, .stepsPerEpoch = 40});
  RunConfig config = fakeConfig("uada", 1, 3);
  config.recipe.dataset.settings["train_limit"] = 0;
  session_->start(config);
  QCOMPARE(session_->progress().steps, qint64{0});  // nothing is known before the data is read
  QTRY_VERIFY_WITH_TIMEOUT(session_->progress().step >= 60, 20000);
  const Progress progress = session_->progress();
  QCOMPARE(progress.steps, qint64{120});
  QCOMPARE(progress.stepsPerEpoch, qint64{40});
  QCOMPARE(progress.share, static_cast<double>(progress.step) / 120);
  QVERIFY(progress.secondsLeft >= 0);
  QVERIFY2(statusText(*session_).contains(QString("%1 %").arg(progress.step * 100 / 120)),
           qPrintable(statusText(*session_)));
  session_->stopNow();
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
    session_->setChecked(run, true);
    panel_ = std::make_unique<LivePanel>(workbench);
    panel_->findChild<QComboBox*>("x")->setCurrentIndex(1);
    const auto curves = [&] { return panel_->findChild<Plot*>("loss")->figure().curves; };
    QTRY_VERIFY(!curves().empty() && curves().back().x.back() < 1);
    QCOMPARE(curves().back().x.front(), 0.001);
    QCOMPARE(curves().back().x.back(), static_cast<double>(session_->steps(run).back().step) / 1000);
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
  session_->setChecked(session_->runs().front().id, true);
  QCOMPARE(session_->runs().front().plannedSteps(), std::int64_t{0});
  panel_ = std::make_unique<LivePanel>(workbench);
  Plot* loss = panel_->findChild<Plot*>("loss");
  QTRY_COMPARE(loss->figure().curves.size(), std::size_t{2});  // by step
  panel_->findChild<QComboBox*>("x")->setCurrentIndex(1);
  QTRY_VERIFY(loss->figure().curves.empty());
  QVERIFY2(loss->figure().empty.contains("the steps of an epoch are not known of ") &&
               loss->figure().empty.contains("choose x: step"),
           qPrintable(loss->figure().empty));
  panel_.reset();
}

QTEST_MAIN(TestLive)
#include "tst_live.moc"

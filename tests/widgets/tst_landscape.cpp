#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <cmath>
#include <thread>

#include "tests/core/FakeEngine.h"
#include "widgets/models/Numbers.h"
#include "widgets/panels/policy/LandscapeDialog.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;

namespace {

constexpr int kLevels = 5;

/// The loss is level squared, of two ops the sum; each probe sees 0.5 more than the difference.
LandscapeReport placeAt(const work::Landscape& wanted, int level, int other) {
  LandscapeReport place;
  place.op = wanted.ops[0];
  place.level = level;
  place.loss = level * level;
  place.spread = 0.5;
  place.samples = wanted.samples;
  place.slope = place.probeUp = place.probeDown = place.agreement = std::nan("");
  if (wanted.ops.size() > 1) {
    place.other = wanted.ops[1];
    place.otherLevel = other;
    place.loss += other;
    return place;
  }
  if (level + 1 < kLevels) place.probeUp = 2 * level + 1.5;
  if (level > 0) place.probeDown = 2 * level - 0.5;
  if (level > 0 && level + 1 < kLevels) place.slope = 2 * level, place.agreement = level == 2 ? 0.5 : 1;
  return place;
}

class LandscapeJob : public Job {
 public:
  LandscapeJob(work::Landscape work, Sink& sink)
      : thread_([this, work = std::move(work), &sink] {
          sink.take(StateReport{.state = RunState::running, .text = "computing"});
          const int others = work.ops.size() > 1 ? kLevels : 1;
          for (int level = 0; level < kLevels && !isStopped_; ++level)
            for (int other = 0; other < others; ++other)
              sink.take(placeAt(work, level, others > 1 ? other : -1));
          while (isSlow && !isStopped_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
          isDone_ = true;
        }) {}
  ~LandscapeJob() override {
    isStopped_ = true;
    wait();
  }
  void send(Command command) override {
    if (std::holds_alternative<command::Stop>(command)) isStopped_ = true;
  }
  bool isDone() const override { return isDone_; }
  void wait() override {
    if (thread_.joinable()) thread_.join();
  }
  RunState state() const override { return isStopped_ ? RunState::stopped : RunState::finished; }
  std::string problem() const override { return {}; }
  static inline std::atomic<bool> isSlow = false;

 private:
  std::atomic<bool> isStopped_ = false, isDone_ = false;
  std::thread thread_;
};

class LandscapeEngine : public FakeEngine {
 public:
  std::unique_ptr<Job> start(const Work& work, Sink& sink) override {
    if (const auto* wanted = std::get_if<work::Landscape>(&work)) {
      last = *wanted;
      return std::make_unique<LandscapeJob>(*wanted, sink);
    }
    return FakeEngine::start(work, sink);
  }
  work::Landscape last;
};

std::vector<LandscapeReport> curve() {
  std::vector<LandscapeReport> places;
  for (int level = 0; level < kLevels; ++level)
    places.push_back(placeAt({.ops = {"rotate"}, .samples = 4}, level, -1));
  return places;
}

}  // namespace

/// The loss over the levels of ops, as the window computes and draws it.
class TestLandscape : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  const Theme theme_{Theme::Kind::light};
  QSettings settings_{folder_.filePath("settings.ini"), QSettings::IniFormat};
  LandscapeEngine engine_;

 private Q_SLOTS:
  /// At level 2: loss 4, slope 4, probes 5.5 up and 3.5 down, over two levels to their side.
  void probesAreDrawnOnTheCurve() {
    const Figure figure = landscapeFigure(curve(), 2, 1, theme_);
    QCOMPARE(figure.curves[0].y, (std::vector<double>{0, 1, 4, 9, 16}));
    QCOMPARE(figure.bands[0].low[2], 3.75);
    QCOMPARE(figure.curves[1].x, (std::vector<double>{1, 2, 3}));
    QCOMPARE(figure.curves[1].y, (std::vector<double>{100, 50, 100}));
    QVERIFY(figure.curves[1].right);
    QCOMPARE(figure.curves[2].y, (std::vector<double>{-4, 12}));  // the slope
    QCOMPARE(figure.curves[3].x, (std::vector<double>{2, 4}));
    QCOMPARE(figure.curves[3].y, (std::vector<double>{4, 15}));
    QCOMPARE(figure.curves[4].y, (std::vector<double>{-3, 4}));
    QCOMPARE(landscapeFigure(curve(), -1, 1, theme_).curves.size(), std::size_t{2});
    QVERIFY(!landscapeFigure({}, -1, 1, theme_).empty.isEmpty());
    const QString text = landscapeText(curve(), 2, 1);
    QVERIFY2(text.contains(signedText(4, 4)) && text.contains(percentText(50)), qPrintable(text));
    QVERIFY2(landscapeText(curve(), 0, 1).contains("Click a level"), "an end has no slope");
  }

  /// A probe of three levels is drawn on as far as it looks, and named by its reach.
  void probesAreOfTheRunsDelta() {
    const Figure figure = landscapeFigure(curve(), 2, 3, theme_);
    QCOMPARE(figure.curves[3].x, (std::vector<double>{2, 5}));
    QCOMPARE(figure.curves[3].name, QString("probe, δ = +3"));
    QCOMPARE(figure.curves[4].x, (std::vector<double>{-1, 2}));
    QVERIFY(figure.right->title.contains("±3"));
    QVERIFY(landscapeText(curve(), 2, 3).contains("δ = +3"));
  }

  void twoOpsAreAMap() {
    std::vector<LandscapeReport> places;
    for (int level = 0; level < kLevels; ++level)
      for (int other = 0; other < kLevels; ++other)
        places.push_back(placeAt({.ops = {"rotate", "color"}, .samples = 8}, level, other));
    const HeatMap map = *landscapeFigure(places, -1, 1, theme_).heat;
    QCOMPARE(map.columns, kLevels);
    QCOMPARE(map.rows.front(), QString("4"));  // the highest level of the second op stands at the top
    QCOMPARE(map.values[3], 9.0 + 4);
    QCOMPARE(map.values[(kLevels - 1) * kLevels + 3], 9.0);
    const QString text = landscapeText(places, -1, 1);
    QVERIFY2(text.contains(lossText(20)), qPrintable(text));
    QVERIFY2(text.contains("probes of both ops by δ = 1"), qPrintable(text));
    // The loss rises with both levels: every line points up and to the right, from the middle of its cell.
    const Figure figure = landscapeFigure(places, -1, 1, theme_);
    QCOMPARE(figure.curves.size(), std::size_t{kLevels});
    for (int other = 0; other < kLevels; ++other) {
      const Curve& row = figure.curves[static_cast<std::size_t>(other)];
      QCOMPARE(row.x.size(), std::size_t{3 * kLevels});
      QCOMPARE(row.x[3], 1.0);
      QCOMPARE(row.y[3], 1.0 * other);
      QVERIFY(row.x[4] > 1 && row.y[4] > other && std::isnan(row.y[5]));
    }
    // From level 2 to 3 of the first op 9 - 4, at its upper end 16 - 9; of the second 1.
    QVERIFY2(map.detail(0, 2).contains("+5.0000") && map.detail(0, 2).contains("+1.0000"),
             qPrintable(map.detail(0, 2)));
    QVERIFY2(map.detail(0, 4).contains("+7.0000"), qPrintable(map.detail(0, 4)));
  }

  void isComputedAndCancelled() {
    Session session(theme_, [this]() -> Engine& { return engine_; }, Answers::atOnce);
    session.openProject(folder_.filePath("p.uada"));
    const Workbench workbench{session, settings_, theme_};
    session.start(fakeConfig("uada", 1, 1));
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::finished, 20000);
    std::optional<RunDetail> run;
    session.ask(
        this, [](const OpenProject& project) { return project.reader.detail(1); },
        [&](std::optional<RunDetail> detail) { run = std::move(detail); });
    LandscapeDialog dialog(workbench, *run, {"rotate", "equalize", "color"}, "color");
    dialog.show();
    auto* op = dialog.findChild<QComboBox*>("landscape_op");
    QCOMPARE(op->count(), 2);  // equalize has no levels
    QCOMPARE(op->currentData().toString(), QString("color"));
    auto* compute = dialog.findChild<QPushButton*>("landscape_compute");
    compute->click();
    auto* state = dialog.findChild<QLabel*>("landscape_state");
    QTRY_VERIFY_WITH_TIMEOUT(state->text().contains("Of the checkpoint after step 10"), 20000);
    QCOMPARE(engine_.last.ops, std::vector<std::string>{"color"});
    auto* checkpoint = dialog.findChild<QComboBox*>("landscape_checkpoint");
    QCOMPARE(checkpoint->itemText(0), QString("Newest checkpoint"));
    QCOMPARE(checkpoint->itemText(1), QString("Best test"));
    checkpoint->setCurrentIndex(1);  // the fake keeps none of a best test
    compute->click();
    QTRY_VERIFY_WITH_TIMEOUT(state->text().contains("checkpoint of its best test"), 20000);
    checkpoint->setCurrentIndex(0);
    compute->click();
    QTRY_VERIFY_WITH_TIMEOUT(state->text().contains("Of the checkpoint after step 10"), 20000);
    auto* plot = dialog.findChild<Plot*>("landscape_plot");
    QCOMPARE(plot->figure().curves[0].y.size(), std::size_t{kLevels});
    Q_EMIT plot->clicked(1.2, 3);
    QCOMPARE(plot->figure().curves.size(), std::size_t{5});

    LandscapeJob::isSlow = true;
    dialog.findChild<QComboBox*>("landscape_other")->setCurrentIndex(1);
    compute->click();
    QVERIFY(!compute->isEnabled());
    QVERIFY_THROWS_EXCEPTION(Error, session.start(fakeConfig("uada", 2, 1)));
    dialog.close();  // cancels
    QTRY_VERIFY_WITH_TIMEOUT(!session.landscaping()->isLive(), 20000);
    LandscapeJob::isSlow = false;
    session.start(fakeConfig("uada", 2, 1));
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::finished, 20000);
  }
};

QTEST_MAIN(TestLandscape)
#include "tst_landscape.moc"

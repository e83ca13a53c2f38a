#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDropEvent>
#include <QFileDialog>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTimer>
#include <QToolBar>
#include <QTreeView>
#include <QTreeWidget>
#include <QWidgetAction>
#include <future>

#include "tests/widgets/WindowBench.h"
#include "widgets/forms/NewRunDialog.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/compare/ComparePanel.h"
#include "widgets/panels/samples/SamplesView.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/RunActions.h"

using namespace uada;
using namespace std::chrono_literals;

namespace {

QWidget* toolButton(const WindowBench& bench, const char* action) {
  return bench.find<QToolBar>("runToolBar")->widgetForAction(bench.action(action));
}

void click(QWidget* widget) { QTest::mouseClick(widget, Qt::LeftButton); }

}  // namespace

/// Rows of docs/features.md, by their numbers, as somebody at the window meets them.
class TestRowsWindow : public QObject {
  Q_OBJECT
 private:
  static const QStringList& runActions() {
    static const QStringList names{"run.start",   "run.pause",      "run.stopAfterEpoch", "run.stopNow",
                                   "run.discard", "run.checkpoint", "run.resume"};
    return names;
  }
  /// Brings a window with an open project into a state; go lets the engine load.
  static void reach(WindowBench& bench, SessionState state, std::promise<void>& go) {
    if (state != SessionState::preparing) go.set_value();
    bench.open();
    if (state == SessionState::idle) return;
    bench.session->start(fakeConfig());
    if (state == SessionState::running || state == SessionState::paused || state == SessionState::stopping ||
        state == SessionState::stopped)
      QTRY_VERIFY_WITH_TIMEOUT(bench.session->progress().step > 2, 20000);
    if (state == SessionState::paused) bench.trigger("run.pause");
    if (state == SessionState::stopping) bench.trigger("run.stopAfterEpoch");
    if (state == SessionState::stopped) bench.trigger("run.stopNow");
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), state, 20000);
  }
  static FakeSettings fakeFor(SessionState state) {
    FakeSettings fake;
    if (state == SessionState::finished || state == SessionState::failed) {
      fake.failsAtStep = state == SessionState::failed ? 4 : 0;
      return fake;
    }
    return slowSteps(5ms, 100'000);
  }

 private Q_SLOTS:
  // ---- 2: one table of states drives every button

  void row02_eachStateHasItsActionsAndAllOthersDoNothing_data() {
    QTest::addColumn<int>("state");
    QTest::addColumn<QString>("enabled");
    const auto row = [](SessionState state, const char* enabled) {
      QTest::newRow(qPrintable(stateWord(state))) << int(state) << enabled;
    };
    row(SessionState::idle, "run.start");
    row(SessionState::preparing, "run.stopAfterEpoch run.stopNow");
    row(SessionState::running, "run.pause run.stopAfterEpoch run.stopNow run.discard run.checkpoint");
    row(SessionState::paused, "run.pause run.stopAfterEpoch run.stopNow run.discard run.checkpoint");
    row(SessionState::stopping, "run.stopNow run.discard");
    row(SessionState::finished, "run.start");
    row(SessionState::stopped, "run.start run.resume");
    row(SessionState::failed, "run.start");
  }
  /// An action that cannot be done is grey everywhere, says why, and does nothing, by key or by name.
  void row02_eachStateHasItsActionsAndAllOthersDoNothing() {
    QFETCH(int, state);
    QFETCH(QString, enabled);
    const auto wanted = static_cast<SessionState>(state);
    std::promise<void> go;
    WindowBench bench(fakeFor(wanted));
    bench.beforeEngine = [may = go.get_future().share()] { may.wait_for(20s); };
    reach(bench, wanted, go);
    QStringList found;
    for (const QString& name : runActions())
      if (bench.action(qPrintable(name))->isEnabled()) found << name;
    QCOMPARE(found.join(' '), enabled);
    for (const QString& name : runActions()) {
      QAction* action = bench.action(qPrintable(name));
      if (action->isEnabled()) continue;
      QVERIFY2(!action->property("whyNot").toString().isEmpty(), qPrintable(name));
      if (QWidget* button = toolButton(bench, qPrintable(name))) {
        QVERIFY(!button->isEnabled());
        click(button);
      }
      action->trigger();
      if (!action->shortcut().isEmpty()) QTest::keySequence(bench.window.get(), action->shortcut());
      QCoreApplication::processEvents();
      QCOMPARE(bench.session->state(), wanted);
    }
    QVERIFY(bench.session->runs().size() <= 1);
    if (wanted == SessionState::preparing) go.set_value();
  }

  void row02_eachEventLeadsToItsState_data() {
    QTest::addColumn<int>("from");
    QTest::addColumn<QString>("event");
    QTest::addColumn<int>("to");
    const auto row = [](SessionState from, const char* event, SessionState to) {
      QTest::newRow(qPrintable(stateWord(from) + " " + event)) << int(from) << event << int(to);
    };
    using enum SessionState;
    row(preparing, "run.stopNow", stopped);
    row(running, "run.pause", paused);
    row(running, "run.checkpoint", running);
    row(running, "run.stopAfterEpoch", stopping);
    row(running, "run.stopNow", stopped);
    row(paused, "run.pause", running);
    row(paused, "run.checkpoint", paused);
    row(paused, "run.stopAfterEpoch", stopping);
    row(paused, "run.stopNow", stopped);
    row(stopping, "run.stopNow", stopped);
    row(stopped, "run.resume", running);
  }
  void row02_eachEventLeadsToItsState() {
    QFETCH(int, from);
    QFETCH(QString, event);
    QFETCH(int, to);
    std::promise<void> go;
    const auto begin = static_cast<SessionState>(from), end = static_cast<SessionState>(to);
    WindowBench bench(fakeFor(begin));
    bench.beforeEngine = [may = go.get_future().share()] { may.wait_for(20s); };
    reach(bench, begin, go);
    const auto checkpoints = [&] {
      const auto runs = ProjectReader(bench.file().toStdString()).runs();
      return runs.empty() || !ProjectReader(bench.file().toStdString()).lastCheckpoint(runs[0].id) ? 0 : 1;
    };
    bench.trigger(qPrintable(event));
    if (begin == SessionState::preparing) go.set_value();
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), end, 20000);
    if (event == "run.checkpoint") QTRY_COMPARE_WITH_TIMEOUT(checkpoints(), 1, 20000);
    if (end == SessionState::stopped) QCOMPARE(checkpoints(), 1);
  }

  // ---- 3: pause

  /// By the button and by Space: nothing is trained meanwhile, no time is foretold, and neither the losses
  /// nor the axis of time know of it.
  void row03_aPauseLeavesNoTrace() {
    WindowBench bench(slowSteps(4ms, 60));
    bench.open();
    bench.session->start(fakeConfig("uada", 1, 1));
    QTRY_VERIFY_WITH_TIMEOUT(bench.session->progress().step > 5, 20000);
    QVERIFY(statusText(*bench.session).contains("left"));
    click(toolButton(bench, "run.pause"));
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::paused, 20000);
    const qint64 held = bench.session->progress().step;
    QVERIFY2(!statusText(*bench.session).contains("left"), qPrintable(statusText(*bench.session)));
    QTest::qWait(300);
    QCOMPARE(bench.session->progress().step, held);
    QCOMPARE(bench.action("run.pause")->text(), QString("Resume"));
    bench.window->activateWindow();
    bench.window->setFocus();
    QTest::keyClick(bench.window.get(), Qt::Key_Space);
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::finished, 20000);
    const FakeNumbers numbers = bench.engine.numbers(fakeConfig("uada", 1, 1));
    const auto steps = ProjectReader(bench.file().toStdString()).steps(1);
    QCOMPARE(steps.size(), std::size_t{60});
    double seconds = 0;
    for (const StepReport& step : steps) {
      QCOMPARE(step.loss, numbers.step(step.step).loss);
      seconds += step.timings.total();
    }
    bench.trigger("view.live");
    auto* live = bench.window->panel("live");
    live->findChild<QComboBox*>("x")->setCurrentText("time");
    const auto curves = [&] { return live->findChild<Plot*>("loss")->figure().curves; };
    QTRY_VERIFY(!curves().empty() && curves().back().x.size() == 60 && curves().back().x.back() < 10);
    const std::vector<double> x = curves().back().x;
    QVERIFY2(std::abs(x.back() / x.front() - seconds / steps.front().timings.total()) < 1e-6,
             qPrintable(QString("%1 %2").arg(x.front()).arg(x.back())));
  }

  // ---- 4: three ways to end

  /// After the epoch, now, and not at all: the first two end with a checkpoint of their last step, the third
  /// leaves the list, and Undo brings it back.
  void row04_runsEndInThreeWays() {
    WindowBench bench(slowSteps(3ms, 40));
    bench.open();
    Session& session = *bench.session;
    const auto begin = [&](int seed) {
      session.start(fakeConfig("uada", seed, 100));
      QTRY_VERIFY_WITH_TIMEOUT(session.progress().step > 2, 20000);
    };
    const auto stored = [&](qint64 run) {
      const ProjectReader reader(bench.file().toStdString());
      const auto checkpoint = reader.lastCheckpoint(run);
      const auto runs = reader.runs();
      const auto found = std::ranges::find(runs, run, &RunSummary::id);
      QVERIFY2(found != runs.end() && found->state == RunState::stopped, qPrintable(QString::number(run)));
      QVERIFY(checkpoint && checkpoint->step == found->step);
    };
    begin(1);
    bench.trigger("run.stopAfterEpoch");
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::stopped, 20000);
    stored(1);
    QCOMPARE(session.find(1)->step % 40, std::int64_t{0});
    begin(2);
    click(bench.find<QWidget>("stop"));  // the button of the tool bar
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::stopped, 20000);
    stored(2);
    begin(3);
    bench.trigger("run.discard");
    QTRY_VERIFY_WITH_TIMEOUT(!session.isLive() && !session.find(3), 20000);
    QCOMPARE(session.runs().size(), std::size_t{2});
    QTRY_VERIFY(bench.find<QPushButton>("undo")->isVisible());
    click(bench.find<QPushButton>("undo"));
    QTRY_VERIFY(session.find(3) && session.runs().size() == 3);
    stored(3);  // so that it can go on
  }

  // ---- 19: every stored step can be reached

  void row19_theFirstATypedAndTheLastStepShowTheirSamples() {
    WindowBench bench;
    bench.train({fakeConfig("uada", 1, 12)});  // 120 steps, two samples every fifth
    bench.trigger("view.samples");
    bench.window->resize(1100, 700);
    auto* list = bench.window->panel("samples")->findChild<SamplesView*>("samples_list");
    QTRY_COMPARE(list->model()->rowCount(), 48);
    auto* typed = bench.find<QSpinBox>("cursor_step");
    const auto top = [&] { return list->decisionAt(list->indexAt({20, 20}))->step; };
    for (const int step : {120, 35, 100, 5}) {
      typed->setFocus();
      typed->selectAll();
      QTest::keyClicks(typed, QString::number(step));
      QTest::keyClick(typed, Qt::Key_Return);
      bool isSeen = false;
      for (int row = 0; row < list->model()->rowCount(); ++row) {
        const QModelIndex index = list->model()->index(row, 0);
        const QRect place = list->visualRect(index);
        isSeen = isSeen || (list->decisionAt(index)->step == step && place.isValid() &&
                            list->viewport()->rect().contains(place.center()));
      }
      QVERIFY2(isSeen, qPrintable(QString("%1, at the top %2").arg(step).arg(top())));
    }
    for (int step = 5; step <= 120; step += 5) {  // none of them was dropped
      int count = 0;
      for (int row = 0; row < 48; ++row)
        count += list->decisionAt(list->model()->index(row, 0))->step == step ? 1 : 0;
      QCOMPARE(count, 2);
    }
  }

  // ---- 43: a run has one colour everywhere

  void row43_aRunHasOneColourInEveryViewAndTheme() {
    std::vector<QColor> first;
    for (const auto kind : {Theme::Kind::light, Theme::Kind::dark}) {
      WindowBench bench({}, kind);
      bench.train({fakeConfig("uada", 1, 2), fakeConfig("uada", 2, 2), fakeConfig("ra-uc", 1, 2)});
      Session& session = *bench.session;
      for (const RunSummary& run : session.runs()) session.selection().setChecked(run.id, true);
      std::vector<QColor> colours{session.groupColour(1), session.groupColour(3)};
      QVERIFY(colours[0] != colours[1] && session.groupColour(2) == colours[0]);
      if (first.empty()) first = colours;
      for (std::size_t i = 0; i < colours.size(); ++i)  // lighter on a dark ground, but of one hue
        QVERIFY2(std::abs(colours[i].hue() - first[i].hue()) <= 5, qPrintable(colours[i].name()));
      bench.trigger("view.live");
      const auto curvesOf = [&](const char* view, const char* plot) {
        std::vector<QColor> seen;
        for (const Curve& curve : bench.window->panel(view)->findChild<Plot*>(plot)->figure().curves)
          if (std::ranges::find(seen, curve.colour) == seen.end()) seen.push_back(curve.colour);
        std::ranges::sort(seen, {}, &QColor::rgb);
        return seen;
      };
      std::ranges::sort(colours, {}, &QColor::rgb);
      QTRY_COMPARE(curvesOf("live", "loss"), colours);
      bench.trigger("view.compare");
      QTRY_COMPARE(curvesOf("compare", "compare_curves"), colours);
      auto* list = bench.window->panel("runs")->findChild<QTreeView*>("runs");
      const QImage picture = list->viewport()->grab().toImage();  // and painted so
      for (int row = 0; row < 2; ++row) {
        const QRect square = list->visualRect(list->model()->index(row, 0));
        bool isPainted = false;
        for (int x = square.left(); x < square.right(); ++x)
          isPainted = isPainted ||
                      std::ranges::find(colours, picture.pixelColor(x, square.center().y())) != colours.end();
        QVERIFY(isPainted);
      }
    }
  }

  // ---- 44: a bundle for a question

  void row44_diagnosticsHoldTheLogOfTheWindow() {
    WindowBench bench;
    bench.session->workerProgram = PROGRAM_DIR "/uada";
    bench.train({fakeConfig("uada", 1, 1)});
    QTimer answer;
    answer.setInterval(20);
    connect(&answer, &QTimer::timeout, [&] {
      auto* dialog = qobject_cast<QFileDialog*>(QApplication::activeModalWidget());
      if (!dialog) return;
      answer.stop();
      dialog->findChild<QLineEdit*>("fileNameEdit")->setText(bench.folder.path());
      static_cast<QDialog*>(dialog)->accept();
    });
    answer.start();
    bench.trigger("help.diagnostics");
    QTRY_VERIFY_WITH_TIMEOUT(bench.notice().contains("It holds no data and no results"), 60000);
    const QStringList made = QDir(bench.folder.path()).entryList({"uada-diagnostics-*"}, QDir::Dirs);
    QCOMPARE(made.size(), 1);
    const auto read = [&](const char* name) {
      QFile file(bench.folder.filePath(made[0] + "/" + name));
      return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    };
    QVERIFY2(read("window-log.txt").contains("epoch 1 of 1"), qPrintable(read("window-log.txt")));
    QVERIFY(read("versions.txt").contains("LibTorch") && read("schema.sql").contains("CREATE TABLE runs"));
  }

  // ---- 45: files that are dropped

  void row45_aDroppedExperimentIsShown() {
    WindowBench bench;
    bench.open();
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(PROJECT_DIR "/experiments/demo.json")});
    QDragEnterEvent enter({200, 200}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(bench.window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent drop({200, 200}, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(bench.window.get(), &drop);
    QTRY_VERIFY_WITH_TIMEOUT(bench.window->findChild<NewRunDialog*>(), 20000);
    QCOMPARE(bench.window->findChild<NewRunDialog*>()->experiment().name, std::string("demo"));
    QVERIFY(bench.session->queued().empty() && !bench.session->isLive());
  }
};

QTEST_MAIN(TestRowsWindow)
#include "tst_rows_window.moc"

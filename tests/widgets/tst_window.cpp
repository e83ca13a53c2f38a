#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeView>
#include <QTreeWidget>
#include <future>

#include "app/gui/MainWindow.h"
#include "tests/core/FakeEngine.h"
#include "widgets/panels/Panel.h"
#include "widgets/panels/StartPage.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/panels/runs/RunsPanel.h"
#include "widgets/panels/samples/SamplesView.h"
#include "widgets/plot/Plot.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace std::chrono_literals;

static FakeSettings slow(std::chrono::milliseconds delay, int stepsPerEpoch) {
  FakeSettings settings;
  settings.stepDelay = delay;
  settings.stepsPerEpoch = stepsPerEpoch;
  return settings;
}

static FakeSettings failing(std::int64_t step) {
  FakeSettings settings;
  settings.failsAtStep = step;
  return settings;
}

/// The real window over a fake engine.
struct Bench {
  explicit Bench(FakeSettings fake = {}, Answers answers = Answers::atOnce)
      : engine(std::move(fake)), answers(answers) {
    make();
  }
  void make() {
    session = std::make_unique<Session>(theme, [this]() -> Engine& { return engine; }, answers);
    workbench = std::make_unique<Workbench>(Workbench{*session, settings, theme});
    window = std::make_unique<MainWindow>(*workbench);
    window->show();
  }
  ~Bench() { close(); }
  void close() {
    window.reset();
    workbench.reset();
    session.reset();
  }
  QString file() const { return folder.filePath("p.uada"); }
  void open() { window->openProject(file()); }
  QTemporaryDir folder;
  FakeEngine engine;
  const Answers answers;
  Theme theme{Theme::Kind::light};
  QSettings settings{folder.filePath("settings.ini"), QSettings::IniFormat};
  std::unique_ptr<Session> session;
  std::unique_ptr<Workbench> workbench;
  std::unique_ptr<MainWindow> window;
};

class TestWindow : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void everyPanelIsMadeEmpty_data() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < panels().size(); ++i) QTest::newRow(panels()[i].name) << int(i);
  }
  void everyPanelIsMadeEmpty() {
    QFETCH(int, index);
    const Panel& entry = panels()[index];
    Bench bench;
    const std::unique_ptr<PanelWidget> panel(entry.make(*bench.workbench));
    panel->resize(800, 500);
    panel->show();
    QVERIFY(QTest::qWaitForWindowExposed(panel.get()));
    QVERIFY(*entry.title && *entry.help);
    QVERIFY(!panel->exportFilters().isEmpty());
    const auto* title = panel->findChild<QLabel*>("emptyTitle");  // what will appear, and what starts it
    const auto* log = panel->findChild<QPlainTextEdit*>("log");
    const auto* plot = panel->findChild<Plot*>();
    QVERIFY(title ? title->isVisible() && !title->text().isEmpty()
            : log ? !log->placeholderText().isEmpty()
                  : plot && !plot->figure().empty.isEmpty());
  }

  void startPageOffersThreeChoices() {
    Bench bench;
    auto* page = bench.window->findChild<StartPage*>();
    QVERIFY(page->isVisible());
    QStringList choices;
    for (const QPushButton* button : page->findChildren<QPushButton*>("choice"))
      choices << button->property("choice").toString();
    QCOMPARE(choices, QStringList({"demo", "newRun", "open"}));
    QSignalSpy painted(bench.window.get(), &MainWindow::painted);
    QTRY_COMPARE(painted.count(), 1);
  }

  void opsAreExploredWithoutAProject() {
    Bench bench;
    bench.window->findChild<QToolButton*>("explore")->click();
    QVERIFY(bench.window->panel("ops")->isVisible());
    QStringList sixth;
    for (const QAction* action : bench.window->findChildren<QAction*>())
      if (action->shortcut() == QKeySequence("Ctrl+6")) sixth << action->text();
    QCOMPARE(sixth, QStringList("Ops"));
    bench.open();  // an empty project shows its choices
    QVERIFY(bench.window->findChild<StartPage*>()->isVisible());
  }

  void curvesArriveWhileTraining() {
    Bench bench(slow(1ms, 20));
    bench.open();
    bench.session->start(fakeConfig("uada", 1, 4));
    auto* live = bench.window->panel("live");
    auto* loss = live->findChild<Plot*>("loss");
    QTRY_VERIFY_WITH_TIMEOUT(!loss->figure().curves.empty(), 20000);
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::finished, 30000);
    QTRY_COMPARE(loss->figure().curves.size(), std::size_t{1});
    QTRY_VERIFY(live->findChild<Plot*>("gain"));
    QTRY_COMPARE(loss->figure().curves.back().y.size(), std::size_t{80});
    QCOMPARE(loss->figure().curves.back().y.front(),
             bench.engine.numbers(fakeConfig("uada", 1, 4)).step(1).loss);
    auto* test = live->findChild<Plot*>("test");
    QCOMPARE(test->figure().curves.front().x, (std::vector<double>{20, 40, 60, 80}));
    live->findChild<QComboBox*>("x")->setCurrentIndex(1);
    QTRY_COMPARE(test->figure().curves.front().x, (std::vector<double>{1, 2, 3, 4}));
    QVERIFY(bench.window->findChild<QLabel*>("status")->text().contains("FINISHED"));
    QVERIFY(bench.window->panel("log")->findChild<QPlainTextEdit*>("log")->toPlainText().contains(
        "epoch 4 of 4"));
    QCOMPARE(bench.window->panel("runs")->findChild<QTreeView*>("runs")->model()->rowCount(), 1);
  }

  /// The inspector tells it of the run that it showed while that trained.
  void theInspectorTellsWhenARunEnded() {
    Bench bench(slow(10ms, 20));
    bench.open();
    bench.session->start(fakeConfig("uada", 1, 2));
    const auto* facts = bench.window->panel("inspector")->findChild<QTreeWidget*>("facts");
    QTRY_COMPARE(facts->findItems("Started", Qt::MatchRecursive).size(), 1);
    QTRY_VERIFY_WITH_TIMEOUT(bench.session->state() == SessionState::finished, 20000);
    QTRY_COMPARE(facts->findItems("Ended", Qt::MatchRecursive).size(), 1);
  }

  /// At 1000 x 600 pixels the list has its squares, names and scores, and the inspector its values.
  void aSmallWindowShowsWhatMatters() {
    Bench bench;
    bench.open();
    bench.session->start(fakeConfig("uada", 1, 1));
    QTRY_VERIFY_WITH_TIMEOUT(bench.session->state() == SessionState::finished, 20000);
    // The page before the first run is wider; that it is gone is known to the layout a little later.
    QTRY_VERIFY((bench.window->resize(1000, 600), bench.window->width() == 1000));
    QCoreApplication::processEvents();
    QString widths;
    for (const Panel& entry : panels())
      widths +=
          QString("%1 %2; ").arg(entry.name).arg(bench.window->panel(entry.name)->minimumSizeHint().width());
    const auto& list = *bench.window->findChild<QTreeView*>("runs");
    const auto& facts = *bench.window->findChild<QTreeWidget*>("facts");
    const int width = list.viewport()->width();
    QVERIFY2(list.columnViewportPosition(0) == 0 && list.columnWidth(1) >= 5 * kGrid, qPrintable(widths));
    const int score = static_cast<RunsPanel*>(bench.window->panel("runs"))->model().section("last");
    QVERIFY2(list.columnViewportPosition(score) + list.columnWidth(score) <= width, qPrintable(widths));
    QVERIFY2(facts.columnWidth(1) >= 9 * kGrid, qPrintable(widths));
    QVERIFY(facts.columnViewportPosition(1) + 9 * kGrid <= facts.viewport()->width());
  }

  void clickingTheSquareComparesARun() {
    Bench bench;
    bench.open();
    for (const char* method : {"uada", "ra-uc"}) bench.session->queue({fakeConfig(method, 1, 1)});
    bench.session->startNext();
    QTRY_VERIFY_WITH_TIMEOUT(bench.session->runs().size() == 2 && !bench.session->isLive(), 20000);
    const qint64 selected = bench.session->selection().run();
    auto* list = bench.window->panel("runs")->findChild<QTreeView*>("runs");
    const QModelIndex square = list->model()->index(1, 0);
    const bool before = bench.session->selection().isChecked(bench.session->runs()[1].id);
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualRect(square).center());
    QCOMPARE(bench.session->selection().isChecked(bench.session->runs()[1].id), !before);
    QCOMPARE(bench.session->selection().run(), selected);
  }

  void failureIsABanner() {
    Bench bench(failing(4));
    bench.open();
    bench.session->start(fakeConfig());
    auto* text = bench.window->findChild<QLabel*>("bannerText");
    QTRY_VERIFY_WITH_TIMEOUT(text->isVisible(), 20000);
    QVERIFY(text->text().contains("the loss is NaN at step 4"));
    QVERIFY(bench.window->findChild<QLabel*>("bannerTitle")->text().contains("failed"));
  }

  /// A run that is paused since memory is short offers to go on with less.
  void shortMemoryOffersHalfBatches() {
    FakeSettings settings;
    settings.lacksMemoryAtStep = 4;
    Bench bench(settings);
    bench.open();
    bench.session->start(fakeConfig());
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::paused, 20000);
    auto* halve = bench.window->findChild<QPushButton*>("halve");
    auto* text = bench.window->findChild<QLabel*>("bannerText");
    QVERIFY(halve->isVisible() && text->text().contains("memory is short"));
    QVERIFY(bench.window->findChild<QLabel*>("bannerTitle")->text().contains("is paused"));
    QStringList log;
    connect(bench.session.get(), &Session::logged, this, [&](const LogEntry& line) { log << line.text; });
    QTest::mouseClick(halve, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::finished, 20000);
    QVERIFY(!halve->isVisible() && !text->text().contains("memory"));
    QVERIFY2(log.join('\n').contains(R"(runtime.on_out_of_memory is "halve")"), qPrintable(log.join('\n')));
  }

  /// Where it goes on as before, or stops, nothing is offered any more.
  void shortMemoryCanBeLeft() {
    FakeSettings settings;
    settings.lacksMemoryAtStep = 4;
    Bench bench(settings);
    bench.open();
    bench.session->start(fakeConfig());
    auto* halve = bench.window->findChild<QPushButton*>("halve");
    QTRY_VERIFY_WITH_TIMEOUT(halve->isVisible(), 20000);
    bench.session->training()->stopNow();
    QVERIFY(!halve->isVisible());
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::stopped, 20000);
  }

  /// A run that is paused since a loss is no number offers its samples. It is not told by the words.
  void unsoundSamplesAreShown() {
    FakeSettings settings;
    settings.unsoundAtStep = 7;
    Bench bench(settings);
    bench.open();
    auto* samples = bench.window->findChild<QPushButton*>("unsoundSamples");
    auto* text = bench.window->findChild<QLabel*>("bannerText");
    Q_EMIT bench.session->problem(
        "another: a loss is not a finite number for 2 samples: sample 3 under flip");
    QVERIFY(text->isVisible() && !samples->isVisible());
    bench.session->start(fakeConfig());
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::paused, 20000);
    QVERIFY(samples->isVisible() && text->text().contains("a loss is NaN"));
    QVERIFY(bench.window->findChild<QLabel*>("bannerTitle")->text().contains("is paused"));
    QTest::mouseClick(samples, Qt::LeftButton);
    const auto* shown = bench.window->panel("samples")->findChild<SamplesView*>("samples_list");
    QVERIFY(shown);
    const auto topStep = [&] {
      const Decision* top = shown->decisionAt(shown->indexAt({1, 1}));
      return top ? top->step : -1;
    };
    QTRY_VERIFY_WITH_TIMEOUT(shown->isVisible() && topStep() == 7, 20000);
    bench.session->training()->resume();
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::finished, 20000);
    QVERIFY(!samples->isVisible() && !text->text().contains("NaN"));
  }

  void foreignFileIsRefusedInWords() {
    Bench bench;
    const QString file = bench.folder.filePath("letter.uada");
    writeFileAtomically(file.toStdString(),
                        "Dear reader, this is not a database. It is long enough to be looked at.");
    bench.window->openProject(file);
    QTRY_VERIFY(bench.window->findChild<QLabel*>("bannerText")->text().contains("letter.uada"));
    QVERIFY(!bench.session->hasProject());
  }

  void closingAsksOnceAndKeepsTheRun() {
    Bench bench(slow(2ms, 1000));
    bench.open();
    bench.session->start(fakeConfig());
    QTRY_VERIFY_WITH_TIMEOUT(bench.session->progress().step > 3, 20000);
    int asked = 0;
    bool answer = false;
    bench.window->confirmClose = [&] {
      ++asked;
      return answer;
    };
    bench.window->close();
    QCOMPARE(asked, 1);
    QVERIFY(bench.window->isVisible() && bench.session->isLive());
    answer = true;
    bench.window->close();
    bench.window->close();  // impatient
    QCOMPARE(asked, 2);
    QTRY_VERIFY_WITH_TIMEOUT(!bench.window->isVisible(), 20000);
    const RunSummary run = ProjectReader(bench.file().toStdString()).runs().front();
    QCOMPARE(run.state, RunState::stopped);
    QCOMPARE(ProjectReader(bench.file().toStdString()).lastCheckpoint(run.id)->step, run.step);
  }

  /// Another project has a run of the same number; what was typed last is saved when its own is left.
  void notesStayWithTheirProject() {
    Bench bench;
    bench.window->panel("inspector");  // else made after the first paint
    const QString other = bench.folder.filePath("other.uada");
    for (const QString& file : {other, bench.file()}) {
      bench.window->openProject(file);
      bench.session->start(fakeConfig("uada", 1, 1));
      QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::finished, 20000);
    }
    bench.window->findChild<QPlainTextEdit*>("notes")->setPlainText("of the first");
    bench.window->openProject(other);
    QCOMPARE(bench.window->findChild<QPlainTextEdit*>("notes")->toPlainText(), QString());
    const auto notesIn = [](const QString& file) {
      return ProjectReader(file.toStdString()).runs().front().notes;
    };
    QCOMPARE(notesIn(other), std::string());
    QTRY_COMPARE(notesIn(bench.file()), std::string("of the first"));
    bench.window->findChild<QPlainTextEdit*>("notes")->setPlainText("of the other");
    bench.window->close();
    QTRY_COMPARE(notesIn(other), std::string("of the other"));
  }

  /// The list is older than what is on its way to the project.
  void notesAreNotShownAsTheyWere() {
    Bench bench({}, Answers::later);
    bench.open();
    Session& s = *bench.session;
    QTRY_VERIFY(s.hasProject());
    s.queue({fakeConfig("uada", 1, 1), fakeConfig("uada", 2, 1)});
    s.startNext();
    const auto isOver = [&] { return s.runs().size() == 2 && s.state() == SessionState::finished; };
    QTRY_VERIFY_WITH_TIMEOUT(isOver(), 20000);
    const qint64 first = s.runs().back().id, second = s.runs().front().id;
    s.selection().select(first);
    std::promise<void> go;
    s.ask(
        &s,
        [may = go.get_future().share()](const OpenProject&) {
          may.wait_for(20s);
          return 0;
        },
        [](std::optional<int>) {});
    auto* notes = bench.window->findChild<QPlainTextEdit*>("notes");
    notes->setPlainText("new");
    s.selection().setChecked(first, !s.selection().isChecked(first));  // saves, and shows the run again
    QCOMPARE(notes->toPlainText(), QString("new"));
    s.selection().select(second);
    QCOMPARE(notes->toPlainText(), QString());
    s.selection().select(first);
    QCOMPARE(notes->toPlainText(), QString("new"));
    go.set_value();
    QTRY_COMPARE(s.find(first)->notes, std::string("new"));
    QVERIFY(s.find(second)->notes.empty());
  }

  void layoutIsRestoredAndReset() {
    Bench bench;
    bench.open();
    auto* dock = bench.window->findChild<QDockWidget*>("inspectorDock");
    QVERIFY(dock->isVisibleTo(bench.window.get()));
    dock->hide();
    bench.window->addDockWidget(Qt::RightDockWidgetArea, bench.window->findChild<QDockWidget*>("runsDock"));
    bench.window->close();
    bench.close();
    bench.make();
    bench.open();
    dock = bench.window->findChild<QDockWidget*>("inspectorDock");
    auto* runs = bench.window->findChild<QDockWidget*>("runsDock");
    QVERIFY(dock->isHidden());
    QCOMPARE(bench.window->dockWidgetArea(runs), Qt::RightDockWidgetArea);
    for (QAction* action : bench.window->findChildren<QAction*>()) {
      if (action->text() == "Reset layout") action->trigger();
    }
    QVERIFY(!dock->isHidden());
    QCOMPARE(bench.window->dockWidgetArea(runs), Qt::LeftDockWidgetArea);
  }

  void everyViewIsExported() {
    Bench bench;
    bench.open();
    bench.session->start(fakeConfig("uada", 1, 2));
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::finished, 20000);
    for (const Panel& entry : panels()) {
      if (entry.place != PanelPlace::view) continue;
      PanelWidget* view = bench.window->panel(entry.name);
      bench.window->views()->setCurrentWidget(view);
      for (const QString& filter : view->exportFilters()) {
        const QString kind = filter.mid(filter.lastIndexOf('.')).chopped(1);
        const QString file = bench.folder.filePath(entry.name + kind);
        try {
          view->exportTo(file);
        } catch (const std::exception& error) {
          QFAIL(error.what());
        }
        QVERIFY2(QFileInfo(file).size() > 0, qPrintable(file));
        const QString large = bench.folder.filePath(entry.name + kind.toUpper());
        view->exportTo(large);
        QVERIFY2(QFileInfo(large).size() > 0, qPrintable(large));
      }
      for (const char* ending : {"", ".gif", ".jpg", ".jsonl"}) {
        const QString file = bench.folder.filePath(QString("other") + ending);
        QString message;
        try {
          view->exportTo(file);
        } catch (const UsageError& error) {
          message = error.what();
        }
        QVERIFY2(message.contains("'" + file + "'") || file.size() > 90, qPrintable(message));
        for (const QString& filter : view->exportFilters())
          QVERIFY2(message.contains(filter.mid(filter.lastIndexOf('.')).chopped(1)), qPrintable(message));
        QVERIFY(!QFile::exists(file));
      }
    }
  }
};

QTEST_MAIN(TestWindow)
#include "tst_window.moc"

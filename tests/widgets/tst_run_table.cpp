#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>

#include "core/tables/RunDifferences.h"
#include "tests/core/StoreTools.h"
#include "tests/widgets/RunsBench.h"
#include "widgets/panels/StartPage.h"
#include "widgets/panels/runs/RunMenu.h"
#include "widgets/session/RunActions.h"

using namespace uada;
using namespace uada::test;
using Bench = RunsBench;

/// What a user does with the list of runs.
class TestRunTable : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void foldsByGroupWithMeanAndSpread() {
    Bench bench;
    bench.train(five());
    QCOMPARE(bench.model().rowCount(), 2);
    const QModelIndex uada = bench.model().index(1, 0);  // the older group
    QCOMPARE(bench.model().rowCount(uada), 3);
    QVERIFY(bench.text(uada, "name").endsWith("n=3"));
    std::vector<double> last;
    for (const RunSummary& run : bench.session->runs())
      if (run.method == "uada") last.push_back(100 * *run.lastMain());
    const double mean = (last[0] + last[1] + last[2]) / 3;
    double squares = 0;
    for (const double value : last) squares += (value - mean) * (value - mean);
    QCOMPARE(bench.text(uada, "last"),
             QString("%1 ± %2 %").arg(mean, 0, 'f', 2).arg(std::sqrt(squares / 2), 0, 'f', 2));
    QCOMPARE(bench.text(uada, "method"), QString("uada"));
    QCOMPARE(bench.text(uada, "seed"), QString("1 to 3"));
    bench.panel->resize(250, 600);  // where the mean alone has room
    QTRY_COMPARE(bench.text(uada, "last"), QString("%1 %").arg(mean, 0, 'f', 2));
    bench.model().setFold("seed");
    QCOMPARE(bench.model().rowCount(), 3);
    QVERIFY(bench.names().contains("2 · n=2"));
    bench.model().setFold("");
    QCOMPARE(bench.model().rowCount(), 5);
  }

  /// Numbers as numbers, what has none last; another click turns it round.
  void sortsByAnyColumn() {
    Bench bench;
    bench.train({fakeConfig("uada", 2, 1), fakeConfig("uada", 10, 1), fakeConfig("ra-uc", 9, 1)});
    bench.model().setFold("");
    const auto seeds = [&] {
      QStringList all;
      for (int row = 0; row < bench.model().rowCount(); ++row)
        all << bench.text(bench.model().index(row, 0), "seed");
      return all.join(' ');
    };
    QCOMPARE(seeds(), QString("9 10 2"));  // newest first
    bench.view().sortByColumn(bench.model().section("seed"), Qt::AscendingOrder);
    QCOMPARE(seeds(), QString("2 9 10"));
    bench.view().sortByColumn(bench.model().section("seed"), Qt::DescendingOrder);
    QCOMPARE(seeds(), QString("10 9 2"));
    bench.view().sortByColumn(bench.model().section("method"), Qt::AscendingOrder);
    QCOMPARE(seeds(), QString("9 10 2"));
    const int epsilon = bench.model().section("method.epsilon");
    QVERIFY(epsilon > 0);
    for (const auto order : {Qt::AscendingOrder, Qt::DescendingOrder}) {
      bench.view().sortByColumn(epsilon, order);
      QCOMPARE(seeds(), QString("10 2 9"));  // ra-uc has no such setting
    }
  }

  /// A fault is told under the field with its place, and the last valid filter holds on.
  void filtersByQuery() {
    Bench bench;
    bench.train(five());
    auto* filter = bench.panel->findChild<QLineEdit*>("filter");
    auto* fault = bench.panel->findChild<QLabel*>("filterFault");
    filter->setText("method=ra-uc & seed>1");
    QCOMPARE(bench.model().shownRuns().size(), std::size_t{1});
    QCOMPARE(bench.text(bench.model().index(0, 0), "seed"), QString("2"));
    QVERIFY(!fault->isVisible());
    filter->setText("method=ra-uc & sed>1");
    QVERIFY(fault->isVisible());
    QCOMPARE(fault->text(),
             QString("At character 16: there is no column or setting 'sed'; did you mean 'seed'?"));
    QCOMPARE(bench.model().shownRuns().size(), std::size_t{1});
    filter->setText("epsilon=1");
    QCOMPARE(bench.model().shownRuns().size(), std::size_t{3});
    filter->setText("tiny-uada s2");
    QCOMPARE(bench.model().shownRuns().size(), std::size_t{1});
    filter->setText("nothing like this");
    QVERIFY(fault->isVisible() && bench.model().shownRuns().empty());
    QCOMPARE(fault->text(), QString("No run fits this filter"));
    filter->clear();
    QVERIFY(!fault->isVisible());
    QCOMPARE(bench.model().shownRuns().size(), std::size_t{5});
  }

  /// The square compares and does not select; that of a group stands for all of it.
  void tickingIsNotSelecting() {
    Bench bench;
    bench.train(five());
    Session& s = *bench.session;
    const qint64 selected = s.selection().run();
    s.selection().setOnlyChecked({});
    const QModelIndex group = bench.model().index(1, RunsModel::square);
    bench.click(group);
    QCOMPARE(s.selection().checked().size(), std::size_t{3});
    QCOMPARE(s.selection().run(), selected);
    QVERIFY(!bench.view().selectionModel()->isRowSelected(1, {}));
    bench.view().expand(bench.model().index(1, 0));
    bench.click(bench.model().index(0, RunsModel::square, bench.model().index(1, 0)));
    QCOMPARE(s.selection().checked().size(), std::size_t{2});
    bench.click(bench.model().index(1, RunsModel::square));  // not all: all of them
    QCOMPARE(s.selection().checked().size(), std::size_t{3});
    bench.click(bench.model().index(1, RunsModel::square));
    QVERIFY(s.selection().checked().empty());
    bench.panel->findChild<QLineEdit*>("filter")->setText("seed=1");
    QMetaObject::invokeMethod(bench.view().header(), "sectionClicked", Q_ARG(int, 0));
    QCOMPARE(s.selection().checked().size(), std::size_t{2});
    QCOMPARE(s.selection().run(), selected);
  }

  void isRememberedWithTheProject() {
    Bench bench;
    bench.train(five());
    bench.panel->showColumns({"seed", "method.epsilon", "last"});
    bench.view().header()->moveSection(2, 4);  // two to the right
    const auto columns = bench.panel->shownColumns();
    bench.view().sortByColumn(bench.model().section("seed"), Qt::DescendingOrder);
    bench.panel->findChild<QLineEdit*>("filter")->setText("seed>=1");
    bench.model().setFold("");
    bench.panel->showColumns(columns);
    const QStringList names = bench.names();
    bench.session->selection().setOnlyChecked({2, 4});
    bench.reopen();
    QCOMPARE(bench.panel->shownColumns(), columns);
    QCOMPARE(bench.names(), names);
    QCOMPARE(bench.panel->findChild<QLineEdit*>("filter")->text(), QString("seed>=1"));
    QCOMPARE(bench.session->selection().checked(), (std::vector<qint64>{4, 2}));
    const Json kept = readJsonFile(runFolder(bench.file().toStdString(), "x").parent_path() / "window.json");
    QCOMPARE(kept.at("runs").at("sort").asString(), std::string("seed"));
    // Damaged or not to be written, it hinders nothing.
    const auto path = runFolder(bench.file().toStdString(), "x").parent_path() / "window.json";
    writeFileAtomically(path, "{\"runs\": {\"columns\": 3}, \"ticked\": 7");
    bench.reopen();
    QCOMPARE(bench.session->runs().size(), std::size_t{5});
    QCOMPARE(bench.model().rowCount(), 2);
  }

  void renamesInPlace() {
    Bench bench;
    bench.train({fakeConfig("uada", 1, 1)});
    const QModelIndex name = bench.model().index(0, RunsModel::title);
    const std::string key = bench.session->runs().front().key;
    QVERIFY(bench.model().setData(name, "my best", Qt::EditRole));
    QCOMPARE(bench.text(name, "name"), QString("my best"));
    QCOMPARE(bench.session->nameOf(1), QString("my best"));
    QCOMPARE(bench.session->runs().front().key, key);
    QVERIFY(!bench.model().setData(name, "  ", Qt::EditRole));
  }

  /// Gone from the list at once, from the project only when it is closed; until then it can be undone.
  void deletesWithUndo() {
    Bench bench;
    bench.train(five());
    Session& s = *bench.session;
    const std::filesystem::path project = bench.file().toStdString();
    const auto stored = [&] { return ProjectReader(project).runs().size(); };
    const auto folder = runFolder(project, s.find(2)->key);
    s.selection().select(2);
    s.deleteRuns({2, 5});
    QCOMPARE(s.runs().size(), std::size_t{3});
    QVERIFY(!s.selection().isChecked(2) && s.selection().run() != 2);
    QCOMPARE(stored(), std::size_t{5});  // a crash brings them back
    auto* undo = bench.panel->findChild<QPushButton*>("undo");
    QVERIFY(undo->isVisible());
    undo->click();
    QCOMPARE(s.runs().size(), std::size_t{5});
    QVERIFY(!undo->isVisible());
    s.deleteRuns({2});
    s.deleteRuns({3});
    QCOMPARE(s.deletedRuns(), (std::vector<qint64>{2, 3}));
    s.refresh();
    QCOMPARE(s.runs().size(), std::size_t{3});
    {
      ProjectWriter other(project);  // another program goes on with one of them
      other.beginAttempt(3, currentManifest(), "");
      other.append(3, 2, StateReport{.state = RunState::stopped});
    }
    QVERIFY(std::filesystem::exists(folder));
    bench.close();
    QCOMPARE(stored(), std::size_t{4});
    QVERIFY(!std::filesystem::exists(folder));
    QCOMPARE(ProjectReader(project).findRun("3").id, std::int64_t{3});
  }

  /// Its banner and its state go with it.
  void aDeletedRunLeavesNoFailure() {
    Bench bench(failing(4));
    const auto banner = std::make_unique<Banner>(*bench.workbench);
    bench.session->start(fakeConfig());
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::failed, 20000);
    QTRY_VERIFY(!banner->isHidden());
    QTRY_VERIFY(bench.session->find(1) && bench.session->find(1)->state == RunState::failed);
    // It failed before its first checkpoint: it would fail again.
    QVERIFY(banner->findChild<QPushButton*>("bannerResume")->isHidden());
    QVERIFY(!canResume(*bench.session->find(1)));
    banner->findChild<QPushButton*>("editFailed")->click();
    QCOMPARE(bench.likeRun, qint64{1});
    bench.session->deleteRuns({1});
    QVERIFY(banner->isHidden() && bench.session->failure().isEmpty());
    QCOMPARE(statusText(*bench.session), QString("Nothing is running"));
  }

  void menuKnowsWhatCanBeDone() {
    Bench bench;
    bench.train(five());
    const auto enabled = [&](const std::vector<qint64>& runs, const char* name) {
      QMenu menu;
      fillRunMenu(menu, *bench.workbench, runs, bench.panel.get(), [] {});
      const auto* action = menu.findChild<QAction*>(name);
      return action && action->isEnabled();
    };
    QVERIFY(enabled({1}, "newRunLike") && !enabled({1, 2}, "newRunLike") && !enabled({}, "newRunLike"));
    QVERIFY(enabled({1, 2}, "deleteRuns") && !enabled({1}, "resumeRun"));
    QVERIFY(!enabled({1}, "restoreRuns"));
    bench.session->deleteRuns({1});
    QVERIFY(enabled({2}, "restoreRuns"));
  }

  /// Only what differs, by hand.
  void configurationsAreCompared() {
    RunConfig a = fakeConfig("uada", 1, 5), b = fakeConfig("uada", 2, 5);
    b.method.set("epsilon", 2);
    const RunDifferences found = differencesOf({a, b});
    QCOMPARE(found.keys, (std::vector<std::string>{"method.epsilon", "seed"}));
    QCOMPARE(found.values, (std::vector<std::vector<std::string>>{{"1", "2"}, {"1", "2"}}));
    QCOMPARE(tabbedText(found, {"A", "B"}), std::string("setting\tA\tB\nmethod.epsilon\t1\t2\nseed\t1\t2\n"));
    QVERIFY(differencesOf({a, a}).keys.empty());
    const RunDifferences methods = differencesOf({a, fakeConfig("ra-uc", 1, 5)});
    const auto place = std::ranges::find(methods.keys, "method.epsilon") - methods.keys.begin();
    QCOMPARE(methods.values[static_cast<std::size_t>(place)], (std::vector<std::string>{"1", ""}));
  }

  // ---- the queue

  /// Names, tags, notes and places in the queue as well: each is offered back by the same bar.
  void row42_renamesNotesAndMovesAreUndone() {
    Bench bench;
    bench.train({fakeConfig("uada", 1, 1)});
    Session& s = *bench.session;
    auto* undo = bench.panel->findChild<QPushButton*>("undo");
    const QString name = s.nameOf(1);
    const std::string title = s.find(1)->title;
    s.renameRun(1, "the good one");
    QCOMPARE(s.nameOf(1), QString("the good one"));
    undo->click();
    QCOMPARE(s.find(1)->title, title);
    QCOMPARE(s.nameOf(1), name);  // as one that nobody has named
    s.setNotes(1, "first", "a");
    s.setNotes(1, "second", "a, b");
    undo->click();
    QCOMPARE(s.find(1)->notes, std::string("first"));
    QCOMPARE(s.find(1)->tags, std::string("a"));
    for (int seed = 1; seed <= 3; ++seed) s.queue({fakeConfig("ra-uc", seed, 1)});
    s.moveQueued({s.queued()[2].id}, s.queued()[0].id);
    QCOMPARE(bench.queued(), (QStringList{"s3", "s1", "s2"}));
    undo->click();
    QCOMPARE(bench.queued(), (QStringList{"s1", "s2", "s3"}));
  }
};

QTEST_MAIN(TestRunTable)
#include "tst_run_table.moc"

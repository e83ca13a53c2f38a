#include <sqlite3.h>

#include <QHeaderView>
#include <QLineEdit>
#include <QRegularExpression>
#include <QSettings>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <QTreeView>
#include <algorithm>
#include <mutex>

#include "app/gui/MainWindow.h"
#include "app/gui/TimedApplication.h"
#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"
#include "widgets/panels/runs/RunsModel.h"
#include "widgets/panels/runs/RunsPanel.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace std::chrono_literals;

namespace {

/// Every statement that any connection of this process begins, and on which thread.
class Statements {
 public:
  static void watch() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&Statements::opened)); }
  static void clear() {
    std::lock_guard lock(mutex_);
    onGui_.clear();
    elsewhere_.clear();
  }
  static QStringList onGui() {
    std::lock_guard lock(mutex_);
    return onGui_;
  }
  static QStringList elsewhere() {
    std::lock_guard lock(mutex_);
    return elsewhere_;
  }

 private:
  static int opened(sqlite3* database, char**, const void*) {
    return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, &Statements::begun, nullptr);
  }
  static int begun(unsigned, void*, void* statement, void*) {
    char* text = sqlite3_expanded_sql(static_cast<sqlite3_stmt*>(statement));
    std::lock_guard lock(mutex_);
    (QThread::currentThread() == qApp->thread() ? onGui_ : elsewhere_) << QString(text);
    sqlite3_free(text);
    return 0;
  }
  static inline std::mutex mutex_;
  static inline QStringList onGui_, elsewhere_;
};

/// A project of so many finished runs: copies of one that a fake engine trained, with other seeds.
void makeProject(const std::filesystem::path& file, int runs) {
  {
    ProjectWriter writer(file);
    FakeEngine engine;
    RunSession session(writer, engine, fakeConfig("uada", 1, 2), nullptr);
    session.job().wait();
  }
  std::string sql = "BEGIN;";
  const std::string numbers = "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                              std::to_string(runs) + ") ";
  sql +=
      numbers +
      "INSERT INTO runs (id, key, title, experiment, recipe, dataset, model, method, policy, seed, epochs, "
      "config_hash, recipe_hash, config, created) SELECT i, printf('%08x', i), title || i, experiment, "
      "recipe, "
      "dataset, model, method, policy, i, epochs, config_hash, recipe_hash, config, created FROM runs, n "
      "WHERE id = 1;";
  for (const char* table : {"attempts", "steps", "epochs", "metrics", "results", "result_metrics"}) {
    const std::string columns =
        sqlite(file, std::string("SELECT group_concat(name, ', ') FROM pragma_table_info('") + table +
                         "') WHERE name <> 'run'");
    sql += numbers + "INSERT INTO " + table + " (run, " + columns + ") SELECT i, " + columns + " FROM " +
           table + ", n WHERE run = 1;";
  }
  sqlite(file, sql + "COMMIT");
}

/// Whether a checker of the compiler's makes everything many times slower.
constexpr bool isSlowed() {
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
  return true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
  return true;
#endif
#endif
  return false;
}

/// The real window over a fake engine, whose questions are answered later.
struct Bench {
  Bench() {
    session = std::make_unique<Session>(theme, [this]() -> Engine& { return engine; });
    workbench = std::make_unique<Workbench>(Workbench{*session, settings, theme});
    window = std::make_unique<MainWindow>(*workbench);
    window->show();
  }
  ~Bench() {
    window.reset();
    workbench.reset();
    session.reset();
  }
  QTemporaryDir folder;
  FakeEngine engine;
  Theme theme{Theme::Kind::light};
  QSettings settings{folder.filePath("settings.ini"), QSettings::IniFormat};
  std::unique_ptr<Session> session;
  std::unique_ptr<Workbench> workbench;
  std::unique_ptr<MainWindow> window;
};

/// Until all that was asked is answered, and what that led to, too.
void settle(Session& session) {
  for (int round = 0; round < 3; ++round) {
    bool answered = false;
    session.ask(
        &session, [](const OpenProject&) { return true; }, [&](std::optional<bool>) { answered = true; });
    QTRY_VERIFY_WITH_TIMEOUT(answered, 20000);
    QTest::qWait(120);  // views draw at most ten times a second
  }
}

void open(Bench& bench, const std::filesystem::path& file, std::size_t runs) {
  bench.window->openProject(QString::fromStdString(file.string()));
  QTRY_VERIFY_WITH_TIMEOUT(bench.session->runs().size() == runs, 20000);
  settle(*bench.session);
}

}  // namespace

/// What the window asks of a project with many runs, and where.
class TestManyRuns : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  std::filesystem::path fileOf(const char* name) const { return folder_.filePath(name).toStdString(); }

 private Q_SLOTS:
  void initTestCase() { Statements::watch(); }

  /// Opening, looking at runs, changing them, the queue, training: nothing of it waits for the file.
  void noStatementRunsOnTheGuiThread() {
    makeProject(fileOf("p.uada"), 200);
    Bench bench;
    Session& s = *bench.session;
    const QSignalSpy problems(&s, &Session::problem);
    Statements::clear();
    open(bench, fileOf("p.uada"), 200);
    for (int view = 0; view < bench.window->views()->count(); ++view) {
      bench.window->views()->setCurrentIndex(view);
      settle(s);
    }
    for (const qint64 run : {150, 100, 3}) {
      s.selection().select(run);
      s.selection().setChecked(run, true);
      settle(s);
    }
    auto* filter = bench.window->findChild<QLineEdit*>("filter");
    filter->setText("s17");
    s.setNotes(3, "a note", "tag");
    s.deleteRuns({100});
    s.queue({fakeConfig("ra-uc", 7, 1), fakeConfig("ra-uc", 8, 1)});
    settle(s);
    QCOMPARE(s.runs().size(), std::size_t{199});
    QCOMPARE(s.find(3)->notes, std::string("a note"));
    QCOMPARE(s.queued().size(), std::size_t{2});
    s.startNext();
    QTRY_VERIFY_WITH_TIMEOUT(s.queued().empty() && s.state() == SessionState::finished, 30000);
    QTRY_COMPARE(s.runs().size(), std::size_t{201});
    settle(s);
    QCOMPARE(s.histories().of(s.selection().run()).steps(), std::uint64_t{10});
    QVERIFY2(Statements::onGui().isEmpty(), qPrintable(Statements::onGui().join('\n').left(2000)));
    QVERIFY(Statements::elsewhere().size() > 100);
    QCOMPARE(problems.size(), 0);
  }

  /// No more statements for each shown run of ten runs than of a hundred times as many, and rows of none that
  /// is not shown.
  void openingAsksForTheShownRunsAlone() {
    QList<double> counts;  // for each shown run
    for (const int runs : {10, 1000}) {
      const auto file = fileOf(qPrintable(QString("%1.uada").arg(runs)));
      makeProject(file, runs);
      Bench bench;
      Statements::clear();
      open(bench, file, static_cast<std::size_t>(runs));
      const auto shown = bench.session->selection().shown();
      static const QRegularExpression ofRun("\\b(?:run|r\\.id) = (\\d+)");
      qsizetype count = 0;
      for (const QString& statement : Statements::elsewhere()) {
        count += statement.startsWith("SELECT");
        for (auto found = ofRun.globalMatch(statement); found.hasNext();)
          QVERIFY2(std::ranges::find(shown, found.next().captured(1).toLongLong()) != shown.end(),
                   qPrintable(statement));
      }
      counts << static_cast<double>(count) / static_cast<double>(shown.size());
    }
    QVERIFY(counts[0] > 0);
    QVERIFY2(counts[1] <= counts[0], qPrintable(QString("%1, %2").arg(counts[0]).arg(counts[1])));
  }

  /// Of any kind: opening, every view, choosing, comparing, filtering, sorting. The aim is a tenth of a
  /// second; the limit is above what slower machines need, and far below what any work on all runs takes.
  void noEventHoldsTheGuiThread() {
    constexpr int kRuns = 10'000;
    constexpr double kLimit = isSlowed() ? 3000 : 300;  // milliseconds of CPU time
    makeProject(fileOf("10000.uada"), kRuns);
    Bench bench;
    Session& s = *bench.session;
    auto& app = *static_cast<TimedApplication*>(qApp);
    app.isTiming = true;
    open(bench, fileOf("10000.uada"), kRuns);
    for (int view = 0; view < bench.window->views()->count(); ++view) {
      bench.window->views()->setCurrentIndex(view);
      settle(s);
      if (auto* table = bench.window->findChild<QTableView*>("comparison"); table->isVisible()) {
        table->sortByColumn(0, Qt::DescendingOrder);
        table->scrollToBottom();
        settle(s);
      }
    }
    bench.window->views()->setCurrentIndex(0);
    for (const qint64 run : {9'000, 3}) {
      s.selection().select(run);
      s.selection().setChecked(run, true);
      settle(s);
    }
    bench.window->findChild<QTreeView*>("runs")->scrollToBottom();
    for (const char* text : {"s1", "s17", ""}) {
      bench.window->findChild<QLineEdit*>("filter")->setText(text);
      settle(s);
    }
    s.refresh();
    settle(s);
    app.isTiming = false;
    QVERIFY(app.cpu.milliseconds > 0);
    QVERIFY2(app.cpu.milliseconds < kLimit,
             qPrintable(QString("%1 ms: %2").arg(app.cpu.milliseconds).arg(app.cpu.event)));
  }

  /// Forty columns, filters as they are typed, orders by clicks on heads, the last row at the end of the
  /// list: no event takes longer than the others do.
  void row12_tenThousandRunsOfFortyColumns() {
    constexpr int kRuns = 10'000;
    constexpr double kLimit = isSlowed() ? 3000 : 300;  // as above
    makeProject(fileOf("columns.uada"), kRuns);
    Bench bench;
    open(bench, fileOf("columns.uada"), kRuns);
    auto& panel = *static_cast<RunsPanel*>(bench.window->panel("runs"));
    RunsModel& model = panel.model();
    std::vector<std::string> columns;
    for (const RunColumn& column : model.columns().all())
      if (columns.size() < 40) columns.push_back(column.name);
    QCOMPARE(columns.size(), std::size_t{40});
    auto& app = *static_cast<TimedApplication*>(qApp);
    app.isTiming = true;
    panel.showColumns(columns);
    model.setFold("");
    settle(*bench.session);
    auto* list = panel.findChild<QTreeView*>("runs");
    QCOMPARE(model.rowCount(), kRuns);
    auto* filter = panel.findChild<QLineEdit*>("filter");
    QTest::keyClicks(filter, "seed>9990");
    settle(*bench.session);
    QCOMPARE(model.rowCount(), 10);
    filter->clear();
    const int seed = model.section("seed");
    list->scrollTo(model.index(0, seed));
    const QHeaderView* header = list->header();
    QStringList firsts;
    for (int clicks = 0; clicks < 2; ++clicks) {  // up, then down
      const QPoint place(header->sectionViewportPosition(seed) + 6, header->height() / 2);
      QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, place);
      settle(*bench.session);
      firsts << model.index(0, seed).data().toString();
    }
    firsts.sort();
    QCOMPARE(firsts, (QStringList{"1", "10,000"}));
    list->scrollToBottom();  // there are no pages
    QCoreApplication::processEvents();
    const QRect end = list->visualRect(model.index(kRuns - 1, seed));
    QVERIFY(end.isValid() && end.bottom() > 0 && end.bottom() <= list->viewport()->height());
    app.isTiming = false;
    QVERIFY2(app.cpu.milliseconds < kLimit,
             qPrintable(QString("%1 ms: %2").arg(app.cpu.milliseconds).arg(app.cpu.event)));
  }

  /// What was handed out stays as it was.
  void listsAreSnapshots() {
    makeProject(fileOf("list.uada"), 3);
    Bench bench;
    Session& s = *bench.session;
    open(bench, fileOf("list.uada"), 3);
    const std::shared_ptr<const RunList> before = s.list();
    {
      ProjectWriter other(fileOf("list.uada"));
      other.createRun(fakeConfig("ra-uc", 9, 1));
      other.queue({fakeConfig("ra-uc", 10, 1)});
    }
    QTRY_VERIFY_WITH_TIMEOUT(s.runs().size() == 4 && s.queued().size() == 1, 20000);
    QCOMPARE(before->runs.size(), std::size_t{3});
    QVERIFY(before->queue.empty() && !before->find(4) && s.find(4));
    QCOMPARE(before->nameOf(4), QString("4"));
    QCOMPARE(s.nameOf(4), QString("epochs 1: RandAugment (UADA's space) · s9"));
  }

  void whatCannotBeOpenedIsTold() {
    Bench bench;
    QSignalSpy problems(bench.session.get(), &Session::problem);
    bench.window->openProject("/nowhere/p.uada");
    QTRY_COMPARE_WITH_TIMEOUT(problems.size(), 1, 20000);
    QVERIFY(problems[0][0].toString().contains("there is no folder '/nowhere'"));
    QVERIFY(!bench.session->hasProject());
  }
};

int main(int argc, char** argv) {
  TimedApplication app(argc, argv);
  TestManyRuns test;
  return QTest::qExec(&test, argc, argv);
}
#include "tst_many_runs.moc"

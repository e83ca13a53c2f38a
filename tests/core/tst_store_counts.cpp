#include <sqlite3.h>

#include <QTemporaryDir>
#include <QtTest>

#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"

using namespace uada;

namespace {

int begun = 0;  ///< statements of all connections

int countStatement(unsigned, void*, void*, void*) {
  ++begun;
  return 0;
}
int opened(sqlite3* database, char**, const void*) {
  return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, countStatement, nullptr);
}

template <class Body>
int statementsOf(Body body) {
  begun = 0;
  body();
  return begun;
}

}  // namespace

/// Lists of runs are made by as many statements however many runs there are.
class TestStoreCounts : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void listsAreOneQuery() {
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(opened));
    const QTemporaryDir folder;
    const std::filesystem::path file = folder.filePath("p.uada").toStdString();
    QList<int> runs, finished;
    {
      ProjectWriter writer(file);
      for (int seed = 1; seed <= 12; ++seed) {
        const std::int64_t run = beginRun(writer, fakeConfig("uada", seed, 1));
        writer.append(run, 1, resultOf(0.9, 0.01 * seed, 0.5, 10, {}));
        writer.append(run, 1, StateReport{RunState::finished, "", "cpu", 1, "d", true});
        writer.flush();
        if (seed != 1 && seed != 12) continue;
        const ProjectReader reader(file);
        runs << statementsOf([&] { reader.runs(); });
        finished << statementsOf([&] { reader.finishedRuns(); });
      }
    }
    QCOMPARE(runs[1], runs[0]);
    QCOMPARE(finished[1], finished[0]);
    // Each has its own metrics, in either order, and so has one that is read alone.
    const ProjectReader reader(file);
    const auto all = reader.runs();
    QCOMPARE(all.size(), std::size_t{12});
    for (const RunSummary& run : all) {
      QCOMPARE(*run.lastOf("top1"), 0.01 * static_cast<double>(run.seed));
      QCOMPARE(run.last.size(), std::size_t{3});
      QCOMPARE(reader.detail(run.id).summary.last, run.last);
    }
    QCOMPARE(all.front().seed, std::int64_t{12});
    for (const FinishedRun& run : reader.finishedRuns({3, 11}))
      QCOMPARE(*run.summary.lastMain(), 0.01 * static_cast<double>(run.summary.seed));
  }
};

QTEST_GUILESS_MAIN(TestStoreCounts)
#include "tst_store_counts.moc"

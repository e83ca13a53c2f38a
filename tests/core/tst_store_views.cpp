#include <QTemporaryDir>
#include <QTest>

#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"

using namespace uada;

/// The views of a project's file for those who read it without this program.
class TestStoreViews : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  int count_ = 0;

  std::filesystem::path newProject() {
    return folder_.filePath(QString("p%1.uada").arg(++count_)).toStdString();
  }
  static std::int64_t finish(ProjectWriter& writer, const RunConfig& config, double best, double last,
                             double seconds, const Counts& counts) {
    const std::int64_t run = beginRun(writer, config);
    writer.append(run, 1, ResultReport{best, last, 0.99, 0.1, 1, 100, seconds, counts});
    writer.append(run, 1, StateReport{RunState::finished, "", "cpu", 2, "data"});
    return run;
  }

 private Q_SLOTS:
  void tableViewsGiveHandComputedNumbers() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const Counts plain{0, 100, 100, 1000}, adaptive{900, 100, 100, 9000};
    finish(writer, fakeConfig("ra-uc", 1), 0.91, 0.90, 10, plain);
    finish(writer, fakeConfig("ra-uc", 2), 0.92, 0.92, 20, plain);
    finish(writer, fakeConfig("ra-uc", 3), 0.96, 0.94, 30, plain);
    finish(writer, fakeConfig("uada", 1), 0.97, 0.95, 84, adaptive);
    finish(writer, fakeConfig("uada", 1, 7), 0.5, 0.5, 1,
           adaptive);                         // another recipe: nothing to compare with
    beginRun(writer, fakeConfig("uada", 2));  // not finished: not counted
    writer.flush();
    const std::string columns =
        "SELECT method, n, round(best_mean, 9), round(best_sd, 9), round(last_mean, 9), "
        "round(last_sd, 9) FROM table2 ORDER BY method, n, best_mean";
    // ra-uc: best 91 92 96, deviations -2 -1 3, (4 + 1 + 9) / 2 = 7; last 90 92 94, (4 + 0 + 4) / 2 = 4
    QCOMPARE(sqlite(file, columns),
             "ra-uc|3|93.0|2.645751311|92.0|2.0\nuada|1|50.0||50.0|\nuada|1|97.0||95.0|");
    // (0 + 100 + 2 * 100) and (900 + 100 + 2 * 100) forward-equivalents; 84 s to a mean of 20 s
    QCOMPARE(
        sqlite(file,
               "SELECT method, n, seconds, forward_equivalents, chains, round(time_ratio, 9), forward_ratio, "
               "chain_ratio FROM table3 ORDER BY method, chains, seconds"),
        "ra-uc|3|20.0|300.0|1000.0|1.0|1.0|1.0\nuada|1|1.0|1200.0|9000.0|||\nuada|1|84.0|1200.0|9000.0|4.2|4."
        "0|9.0");
    QCOMPARE(sqlite(file, "PRAGMA application_id; PRAGMA user_version; PRAGMA journal_mode"),
             "1430340673\n3\nwal");
  }

  /// As the tables do: by its label, with what is not usual; and a method's other settings beside it.
  void tableViewsNameThePolicy() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto with = [](const char* method) {
      RunConfig config = fakeConfig("uada", 1);
      config.method = methodFromJson(parseJson(method, "test"), "test");
      return config;
    };
    const Counts counts{0, 100, 100, 1000};
    finish(writer, with(R"({"name": "uada"})"), 0.5, 0.5, 1, counts);
    finish(writer, with(R"({"name": "uada", "epsilon": 3})"), 0.5, 0.5, 1, counts);
    finish(writer, with(R"({"name": "uada", "policy": "randaugment"})"), 0.5, 0.5, 1, counts);
    finish(writer, with(R"({"name": "uada", "policy": {"name": "autoaugment", "table": "svhn"}})"), 0.5, 0.5,
           1, counts);
    finish(writer, with(R"({"name": "uada", "policy": {"name": "found", "file": "example-timed"}})"), 0.5,
           0.5, 1, counts);
    finish(writer, fakeConfig("baseline", 1), 0.5, 0.5, 1, counts);
    writer.flush();
    const std::string expected =
        "baseline|crop-flip|\nuada|autoaugment table=svhn|1\nuada|example-timed|1\nuada|randaugment|1\n"
        "uada|uada-cifar|1\nuada|uada-cifar|3";
    for (const char* view : {"table2", "table3"})
      QCOMPARE(sqlite(file, fmt::format("SELECT method, policy, json_extract(settings, '$.epsilon') FROM {}",
                                        view)),
               expected);
  }

  void olderProjectsNameTheirPolicies() {
    const auto file = newProject();
    {
      ProjectWriter writer(file);
      const Counts counts{0, 100, 100, 1000};
      RunConfig config = fakeConfig("uada", 1);
      config.method =
          methodFromJson(parseJson(R"({"name": "uada", "policy": "randaugment"})", "test"), "test");
      finish(writer, config, 0.5, 0.5, 1, counts);
      finish(writer, fakeConfig("uada", 1), 0.5, 0.5, 1, counts);
      finish(writer, fakeConfig("ra-uc", 1), 0.5, 0.5, 1, counts);
      finish(writer, fakeConfig("ra-uc", 2), 0.5, 0.5, 1, counts);
    }
    sqlite(file,
           "DROP VIEW table2; DROP VIEW table3; DROP VIEW finished_runs; ALTER TABLE runs DROP COLUMN policy;"
           "UPDATE runs SET config = 'cut short' WHERE id = 4;"
           "CREATE VIEW finished_runs AS SELECT id, method FROM runs; CREATE VIEW table2 AS SELECT method "
           "FROM finished_runs;"
           "PRAGMA user_version=2");  // as version 2 left it
    QCOMPARE(ProjectReader(file).runs().size(), std::size_t{4});
    ProjectWriter(file).flush();
    QCOMPARE(sqlite(file, "PRAGMA user_version; SELECT id, policy FROM runs ORDER BY id"),
             "3\n1|randaugment\n2|uada-cifar\n3|uada-cifar\n4|");
    QCOMPARE(sqlite(file, "SELECT method, policy, n FROM table2 WHERE method = 'uada'"),
             "uada|randaugment|1\nuada|uada-cifar|1");
  }
};

QTEST_GUILESS_MAIN(TestStoreViews)
#include "tst_store_views.moc"

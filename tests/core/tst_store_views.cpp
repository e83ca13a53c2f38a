#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <limits>

#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/OlderProject.h"
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
                             double seconds, const Counts& counts, const std::string& data = "data") {
    const std::int64_t run = beginRun(writer, config);
    writer.append(run, 1, resultOf(best, last, 0.1, seconds, counts));
    writer.append(run, 1, StateReport{RunState::finished, "", "cpu", 2, data, true});
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
             "1430340673\n" + std::to_string(kSchemaVersion) + "\nwal");
  }

  /// The same configuration on other images is another row, with the ra-uc of those images.
  void tableViewsKeepImagesApart() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const Counts plain{0, 100, 100, 1000};
    finish(writer, fakeConfig("ra-uc", 1), 0.90, 0.90, 10, plain, "a");
    finish(writer, fakeConfig("ra-uc", 1), 0.50, 0.50, 40, plain, "b");
    finish(writer, fakeConfig("uada", 1), 0.91, 0.91, 30, plain, "a");
    finish(writer, fakeConfig("uada", 1), 0.60, 0.60, 80, plain, "b");
    finish(writer, fakeConfig("uada", 2), 0.70, 0.70, 80, plain, "b");
    writer.flush();
    QCOMPARE(
        sqlite(file,
               "SELECT method, data_hash, n, round(best_mean, 9) FROM table2 ORDER BY method, data_hash"),
        "ra-uc|a|1|90.0\nra-uc|b|1|50.0\nuada|a|1|91.0\nuada|b|2|65.0");
    QCOMPARE(
        sqlite(file, "SELECT method, data_hash, round(time_ratio, 9) FROM table3 ORDER BY method, data_hash"),
        "ra-uc|a|1.0\nra-uc|b|1.0\nuada|a|3.0\nuada|b|2.0");
  }

  /// A run that ended with numbers that are none is told, and does not shrink a mean in silence.
  void tableViewsTellDivergedRuns() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const Counts plain{0, 100, 100, 1000};
    finish(writer, fakeConfig("uada", 1), 0.9, 0.9, 10, plain);
    for (const double loss : {std::nan(""), std::numeric_limits<double>::infinity()}) {
      const std::int64_t run = beginRun(writer, fakeConfig("uada", std::isnan(loss) ? 2 : 3));
      writer.append(run, 1, resultOf(0.1, 0.1, loss, 10, plain));
      writer.append(run, 1, StateReport{RunState::finished, "", "cpu", 2, "data", true});
    }
    writer.flush();
    QCOMPARE(sqlite(file, "SELECT n, diverged, best_mean, best_sd, last_mean FROM table2"), "1|2|90.0||90.0");
    const auto runs = ProjectReader(file).finishedRuns();
    QCOMPARE(runs.size(), std::size_t{3});
    QVERIFY(!runs[0].summary.hasDiverged && runs[1].summary.hasDiverged && runs[2].summary.hasDiverged);
  }

  /// What can be known of the images of runs from before version 4 is their hash.
  void olderProjectsLearnWhichImagesWerePublished() {
    const auto file = newProject();
    const std::string cifar =
        "a0181da372c0d63a5920fdbea2ec3f83ecbc552d378218e1cb473cf634941a3b+"
        "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b";
    const std::string fashion =
        "d9ef4273af5c2e360155dad0c06bd939447bf37a6620db007d69fc79e4732045+"
        "30214f3fe91405cb8ea60b11ecf0914a65dd6a6ca8e13c13a62eb434f2d9fe56";
    {
      ProjectWriter writer(file);
      const auto add = [&](const char* dataset, const std::string& data) {
        RunConfig config = fakeConfig();
        config.recipe.dataset.name = dataset;
        const std::int64_t run = beginRun(writer, config);
        if (!data.empty()) writer.append(run, 1, StateReport{RunState::running, "", "cpu", 2, data, false});
      };
      add("cifar10", cifar);
      add("fashion_mnist", fashion);
      add("cifar10", "other");
      add("cifar100", "other");
      add("cifar10", "");
    }
    makeOlder(file, 3);
    const auto verdicts = [&] {
      std::string all;
      for (const RunSummary& run : ProjectReader(file).runs())
        all += !run.isDataPublished ? '?' : *run.isDataPublished ? 'y' : 'n';
      return all;
    };
    QCOMPARE(verdicts(), "??nyy");  // newest first; also of a file that cannot be written
    ProjectWriter(file).flush();
    QCOMPARE(sqlite(file, "PRAGMA user_version; SELECT data_published FROM attempts ORDER BY run"),
             std::to_string(kSchemaVersion) + "\n1\n1\n0");
    QCOMPARE(verdicts(), "??nyy");
  }

  /// What is read of a project of an earlier version is what was written, before and after it is brought up
  /// to date, and while that happens.
  void olderProjectsShowTheirMetrics_data() {
    QTest::addColumn<int>("version");
    for (int version = 1; version < kSchemaVersion; ++version)
      QTest::addRow("version %d", version) << version;
  }
  void olderProjectsShowTheirMetrics() {
    QFETCH(int, version);
    const auto file = newProject();
    const FakeNumbers numbers{{}, fakeConfig()};
    {
      ProjectWriter writer(file);
      const auto run = beginRun(writer, fakeConfig());
      for (int step = 1; step <= 30; ++step) {
        writer.append(run, 1, numbers.step(step));
        if (step % 10 == 0) writer.append(run, 1, numbers.epoch(step / 10));
      }
      beginRun(writer, fakeConfig());  // not finished
      writer.append(2, 1, numbers.step(1));
      writer.append(2, 1, numbers.epoch(1));
      writer.append(run, 1, numbers.result());
      writer.append(run, 1, StateReport{RunState::finished, "", "cpu", 2, "data", true});
    }
    const auto all = [](const ProjectReader& project) {
      std::string text = uada::text(project.steps(1)) + uada::text(project.epochs(1));
      for (const RunSummary& run : project.runs()) {
        text += fmt::format("{} {:a} {} {}", run.metric, run.best.value(), run.bestEpoch, run.hasDiverged);
        for (const char* name : {"top1", "top5", "loss"})
          text += fmt::format(" {:a}", run.lastOf(name).value());
      }
      return text;
    };
    const std::string before = all(ProjectReader(file)), table = sqlite(file, "SELECT * FROM table2");
    QVERIFY(contains(before, " top1 0x"));
    makeOlder(file, version);
    const ProjectReader reader(file);
    QCOMPARE(all(reader), before);
    ProjectWriter(file).flush();
    QCOMPARE(all(reader), before);  // it was open
    QCOMPARE(all(ProjectReader(file)), before);
    if (version >= 4) QCOMPARE(sqlite(file, "SELECT * FROM table2"), table);
  }

  /// Of every version before this one: the columns that it had hold what they held, those that it gained what
  /// can be known, and the project can be gone on with.
  void olderProjectsKeepEveryRow_data() { olderProjectsShowTheirMetrics_data(); }
  void olderProjectsKeepEveryRow() {
    QFETCH(int, version);
    const auto file = newProject();
    fillProject(file);
    const auto first = columnsOf(file);
    for (const auto& [column, rows] : first) QVERIFY2(!rows.empty(), column.c_str());
    makeOlder(file, version);
    const auto older = columnsOf(file);
    QVERIFY(older.size() < first.size());
    ProjectWriter writer(file);
    const auto now = columnsOf(file);
    QCOMPARE(sqlite(file, "PRAGMA user_version; PRAGMA integrity_check"),
             std::to_string(kSchemaVersion) + "\nok");
    QCOMPARE(differing(older, now), "");
    QCOMPARE(now.size(), first.size());
    for (const char* column : {"metrics value", "result_metrics value", "results best", "results metric",
                               "runs method_hash", "runs policy"})
      QCOMPARE(now.at(column), first.at(column));
    if (version >= 7) QCOMPARE(now.at("queue place"), first.at("queue place"));
    beginRun(writer, fakeConfig("uada", 9));
    QCOMPARE(ProjectReader(file).runs().size(), std::size_t{3});
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
    makeOlder(file, 2);
    sqlite(file,
           "UPDATE runs SET config = 'cut short' WHERE id = 4;"
           "CREATE VIEW finished_runs AS SELECT id, method FROM runs; CREATE VIEW table2 AS SELECT method "
           "FROM finished_runs");
    QCOMPARE(ProjectReader(file).runs().size(), std::size_t{4});
    ProjectWriter(file).flush();
    QCOMPARE(sqlite(file, "PRAGMA user_version; SELECT id, policy FROM runs ORDER BY id"),
             std::to_string(kSchemaVersion) + "\n1|randaugment\n2|uada-cifar\n3|uada-cifar\n4|");
    QCOMPARE(sqlite(file, "SELECT method, policy, n FROM table2 WHERE method = 'uada'"),
             "uada|randaugment|1\nuada|uada-cifar|1");
  }
};

QTEST_GUILESS_MAIN(TestStoreViews)
#include "tst_store_views.moc"

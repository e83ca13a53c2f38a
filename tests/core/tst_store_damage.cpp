#include <sys/stat.h>

#include <QTemporaryDir>
#include <QTest>

#include "core/tables/Table.h"
#include "tests/core/DamageTools.h"
#include "tests/core/StoreTools.h"

using namespace uada;
using namespace uada::test;

namespace {

const std::vector<std::string> kValues{"NULL",
                                       "'abc'",
                                       "x'00ff'",
                                       "-1",
                                       "9223372036854775807",
                                       "'{\"a\":'",
                                       "'[{}]'",
                                       "printf('%.*c', 30000, 'x') || char(10, 27, 8238)"};

#ifdef STORE_DAMAGES_ALL
constexpr bool kTakesAll = true;
#else
constexpr bool kTakesAll = false;
#endif

/// What is read of a run, but for its configuration.
std::string rowsOf(const ProjectReader& project, std::int64_t run) {
  return text(project.steps(run)) + text(project.epochs(run)) + text(project.policy(run)) +
         text(project.decisions(run, 0, true));
}

std::string summaryText(const RunSummary& run) {
  return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {}", run.id, run.key, run.title, run.dataset,
                     run.method, run.seed, run.configHash, stateName(run.state), run.epoch, run.epochs,
                     run.step, run.lastMain().value_or(-1), run.best.value_or(-1), run.damage);
}

/// All that the programs read of a project, where the run 2 is sound: throws nothing but where run 1 alone is
/// asked for.
/// returns  what is said of run 2
std::string soundPart(const std::filesystem::path& file) {
  const ProjectReader project(file);
  std::string all;
  for (const RunSummary& run : project.runs()) {
    if (run.id == 2) all += summaryText(run) + '\n';
    const std::string rows = rowsOf(project, run.id);
    if (run.id == 2) all += rows;
    errorOf([&] { project.findRun(run.title.empty() ? "x" : run.title); });
  }
  errorOf([&] { project.detail(1); });
  errorOf([&] { project.lastCheckpoint(1); });
  project.policies();
  const RunDetail detail = project.detail(project.findRun("2").id);
  all += toJson(detail.config).dump() +
         fmt::format("{} {} {}\n", detail.attempts.size(), detail.events.size(), detail.checkpoints.size());
  for (const RunGroup& group : compareRuns(project))
    if (group.method == "ra-uc") all += fmt::format("{} {}\n", group.label, group.last.at(0));
  for (const TableEntry& entry : tables()) write(entry.make(project), TableFormat::text);
  project.takeRemarks();
  return all;
}

}  // namespace

/// Projects whose rows are damaged: one damaged row, run or configuration is named and hides nothing else.
class TestStoreDamage : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  std::filesystem::path sound_, file_;

  std::string refusal(const std::string& sql) {
    if (!damage(sound_, file_, sql)) return "the database refused: " + sql;
    const std::string reading = errorOf([&] { ProjectReader reader(file_); });
    const std::string writing = errorOf([&] { ProjectWriter writer(file_); });
    const std::string looking = errorOf([&] { isProject(file_); });
    return reading == writing && reading == looking ? reading : reading + " / " + writing + " / " + looking;
  }

 private Q_SLOTS:
  void initTestCase() {
    sound_ = folder_.filePath("sound.uada").toStdString();
    file_ = folder_.filePath("damaged.uada").toStdString();
    writeDamageable(sound_);
    QVERIFY(std::filesystem::file_size(sound_) > 0);
    const ProjectReader project(sound_);
    for (const RunSummary& run : project.runs()) QCOMPARE(run.damage, "");
    QCOMPARE(project.decisions(1, 0, true).size(), std::size_t{4});
    QVERIFY(project.takeRemarks().empty());
  }

  void nothingElseIsHidden() {
    const std::string expected = soundPart(sound_);
    QVERIFY(contains(expected, " finished "));
    int applied = 0;
    const std::vector<Damage> all = allDamages(sound_, kValues);
    for (std::size_t i = 0; i < all.size(); ++i) {
      // Of each column every second value, of the next column the others: each is met by half of the columns.
      if (!kTakesAll && (i + i / kValues.size()) % 2 == 1) continue;
      const Damage& one = all[i];
      if (!damage(sound_, file_, one.sql())) continue;
      ++applied;
      try {
        const std::string found = soundPart(file_);
        // All rows of policies belong to both runs.
        if (one.table != "policies") QVERIFY2(found == expected, one.sql().c_str());
      } catch (const std::exception& error) {
        QFAIL((one.sql() + ": " + error.what()).c_str());
      }
    }
    QVERIFY2(applied > (kTakesAll ? 700 : 350), qPrintable(QString::number(applied)));
  }

  void damageIsNamed_data() {
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("remark");
    const auto row = [](const char* name, const char* sql, const char* remark) {
      QTest::newRow(name) << sql << remark;
    };
    row("winner", "UPDATE decisions SET winner = 99 WHERE step = 5 AND sample = 1",
        "1 row of decisions is damaged and left out (step 5: winner: -1 to 3 expected, 99 found)");
    row("no groups", "UPDATE decisions SET groups = '[]', winner = 0",
        "4 rows of decisions are damaged and left out (step 15: winner: -1 to -1 expected, 0 found), also in "
        "step 5");
    row("groups", "UPDATE decisions SET groups = '{' WHERE sample = 0 AND step = 5", "(step 5: groups: ");
    row("group",
        "UPDATE decisions SET groups = json_remove(groups, '$[1].after') WHERE step = 5 AND sample = 0",
        "(step 5: groups[1]: the key 'after' is missing)");
    row("wide number",
        "UPDATE decisions SET groups = json_set(groups, '$[1].after[0]', 4294967297) WHERE step = 5",
        "(step 5: groups[1]: after: -1000000000 to 1000000000 expected, 4294967297 found)");
    row("lengths", "UPDATE decisions SET groups = json_set(groups, '$[1].after', json('[1]')) WHERE step = 5",
        "(step 5: groups[1]: before, delta and after: of one length expected, 2, 2 and 1 found)");
    row("plan", "UPDATE decisions SET plan = 'abc' WHERE step = 5", "2 rows of decisions are damaged");
    row("picture",
        "UPDATE pictures SET png = x'89504e470d0a1a0a' WHERE step = 5 AND sample = 0 AND candidate = -1",
        "1 row of pictures is damaged and left out (step 5: ");
    row("step", "UPDATE steps SET count = 'abc' WHERE step = 7",
        "1 row of steps is damaged and left out (step 7: count: a whole number expected, 'abc' found)");
    row("epoch", "UPDATE epochs SET epoch = -epoch WHERE epoch = 2",
        "1 row of epochs is damaged and left out (step 20: epoch: 1 to 2147483647 expected, -2 found)");
    row("policy", "UPDATE policy_ops SET count = -3 WHERE step = 2 AND op = 'color'",
        "1 row of policy_ops is damaged and left out (step 2: count: 0 to 2147483647 expected, -3 found)");
    row("checkpoint", "UPDATE checkpoints SET file = NULL",
        "1 row of checkpoints is damaged and left out (step 20: file: text expected, nothing found)");
  }
  void damageIsNamed() {
    QFETCH(QString, sql);
    QFETCH(QString, remark);
    QVERIFY(
        damage(sound_, file_, sql.toStdString() + (sql.contains("WHERE") ? " AND" : " WHERE") + " run = 1"));
    const ProjectReader project(file_);
    rowsOf(project, 1);
    project.detail(1);
    const auto remarks = project.takeRemarks();
    QCOMPARE(remarks.size(), std::size_t{1});
    QVERIFY(contains(remarks[0], remark.toStdString()));
    QVERIFY(contains(remarks[0], "run " + project.runs()[1].key + " of '" + file_.string() + "': "));
    QVERIFY(project.takeRemarks().empty());
  }

  void aDamagedRunIsMarked() {
    const auto damageOf = [&](const std::string& change) {
      if (!damage(sound_, file_, change)) return std::string("the database refused");
      return ProjectReader(file_).runs().at(1).damage;
    };
    QCOMPARE(damageOf("UPDATE runs SET epochs = -5 WHERE id = 1"),
             "epochs: 0 to 2147483647 expected, -5 found");
    QCOMPARE(damageOf("UPDATE runs SET title = x'ff' WHERE id = 1"), "title: text expected, 1 bytes found");
    QCOMPARE(damageOf("UPDATE runs SET key = '../x' WHERE id = 1"),
             "key: 8 hexadecimal digits expected, '../x' found");
    QCOMPARE(damageOf("UPDATE attempts SET threads = 'many' WHERE run = 1"),
             "threads: a whole number expected, 'many' found");
    QCOMPARE(damageOf("UPDATE attempts SET state = 'done' WHERE run = 1"),
             "state: the name of a state expected, 'done' found");
    QCOMPARE(damageOf("UPDATE results SET best = 7 WHERE run = 1"), "best: 0 to 1 expected, 7 found");
    QCOMPARE(damageOf("UPDATE runs SET config = '{' WHERE id = 1"),
             "config: JSON expected, other text found");
    QCOMPARE(damageOf("UPDATE results SET seconds = 'x' WHERE run = 1"),
             "seconds: a number expected, 'x' found");
    for (const char* seconds : {"NULL", "-5"})
      QCOMPARE(damageOf(std::string("UPDATE results SET seconds = ") + seconds + " WHERE run = 1"),
               "seconds: a number from 0 on expected, another value found");
  }

  /// As the program's tables do.
  void viewsLeaveADamagedRunOut() {
    const auto counted = [&] { return sqlite(file_, "SELECT count(*) FROM finished_runs"); };
    QVERIFY(damage(sound_, file_, "UPDATE runs SET notes = 'sound' WHERE id = 1"));
    const std::string all = counted();
    for (const char* change : {"results SET best = 'abc'", "result_metrics SET value = -1",
                               "results SET best = 1e400", "results SET seconds = -5"}) {
      QVERIFY(damage(sound_, file_, std::string("UPDATE ") + change + " WHERE run = 1"));
      QCOMPARE(std::stoi(counted()), std::stoi(all) - 1);
    }
  }

  void tablesLeaveADamagedRunOut_data() {
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("why");
    QTest::newRow("config") << "UPDATE runs SET config = '{' WHERE id = 1" << "config: JSON expected";
    QTest::newRow("config of another kind") << "UPDATE runs SET config = 'null' WHERE id = 1" << "expected";
    QTest::newRow("result") << "UPDATE result_metrics SET value = -1 WHERE run = 1 AND name = 'top1'"
                            << "result_metrics: value: 0 to 1 expected";
  }
  void tablesLeaveADamagedRunOut() {
    QFETCH(QString, sql);
    QFETCH(QString, why);
    QVERIFY(damage(sound_, file_, sql.toStdString()));
    const ProjectReader project(file_);
    const auto groups = compareRuns(project);
    QCOMPARE(groups.size(), std::size_t{1});
    QCOMPARE(groups[0].method, std::string("ra-uc"));
    const auto remarks = project.takeRemarks();
    QCOMPARE(remarks.size(), std::size_t{1});
    QVERIFY(contains(remarks[0], "is damaged and not counted ("));
    QVERIFY(contains(remarks[0], why.toStdString()));
    QVERIFY(contains(remarks[0], project.runs()[1].key));
  }

  /// Thousands of damaged runs are counted, not listed.
  void ofManyDamagedRunsTheFirstAreTold() {
    const std::string columns =
        sqlite(sound_,
               "SELECT group_concat(name, ', ') FROM pragma_table_info('runs') WHERE name NOT IN "
               "('id', 'key', 'config')");
    QVERIFY(damage(
        sound_, file_,
        "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 102) INSERT INTO runs "
        "(id, key, config, " +
            columns + ") SELECT i, printf('%08x', i), '{', " + columns + " FROM runs, n WHERE id = 1"));
    const ProjectReader project(file_);
    for (const RunSummary& run : project.runs()) project.soundConfig(run);
    const auto remarks = project.takeRemarks();
    QCOMPARE(remarks.size(), std::size_t{21});
    QVERIFY(contains(remarks[19], "is damaged and not counted ("));
    QCOMPARE(remarks[20], "80 more runs or tables of '" + file_.string() + "' are damaged likewise");
  }

  void tablesHaveToBeTables() {
    const auto expect = [&](const std::string& sql, const std::string& what) {
      const std::string found = refusal(sql);
      QVERIFY2(found.starts_with("'" + file_.string() +
                                 "' is damaged: its tables are not those of a project (" + what) &&
                   found.find('\n') == found.npos,
               found.c_str());
    };
    expect(
        "ALTER TABLE runs RENAME TO others; CREATE VIEW runs AS WITH RECURSIVE n(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id, x AS key FROM n",
        "runs is a view)");
    expect(
        "ALTER TABLE steps RENAME TO others; CREATE TABLE steps (run, attempt, "
        "step AS (length(hex(zeroblob(100000000)))))",
        "steps has the columns attempt run step (computed); attempt backwards candidate_seconds ");
    expect(
        "PRAGMA writable_schema=ON; UPDATE sqlite_master SET rootpage = 0, "
        "sql = 'CREATE VIRTUAL TABLE results USING none' WHERE name = 'results'",
        "results is a virtual table)");
    expect("CREATE TRIGGER slow AFTER UPDATE ON attempts BEGIN DELETE FROM runs; END",
           "it has a trigger 'slow')");
    expect("DROP TABLE pictures", "pictures is missing)");
    expect("ALTER TABLE results ADD COLUMN more", "results has the columns ");
    // What people add for themselves is let be.
    QCOMPARE(
        refusal(
            "CREATE VIEW mine AS SELECT * FROM runs; CREATE TABLE notes(x); CREATE INDEX i ON runs(seed)"),
        "");
  }

  void aPipeInThePlaceOfALogIsRefused() {
    std::filesystem::copy_file(sound_, file_, std::filesystem::copy_options::overwrite_existing);
    for (const char* ending : {"-wal", "-shm", "-journal"}) {
      const std::string pipe = file_.string() + ending;
      std::filesystem::remove(pipe);
      QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
      const std::string expected = std::string(ending) + "' beside it is not a regular file; move that away";
      QVERIFY(errorOf([&] { ProjectReader reader(file_); }).find(expected) != std::string::npos);
      QVERIFY(errorOf([&] { ProjectWriter writer(file_); }).find(expected) != std::string::npos);
      std::filesystem::remove(pipe);
    }
  }

  /// The key names the folder that is removed with a run.
  void aKeyLeadsNowhereElse() {
    const std::filesystem::path precious = folder_.filePath("precious").toStdString();
    for (const std::string& key : {precious.string(), std::string("../precious"), std::string("")}) {
      std::filesystem::create_directories(precious);
      std::filesystem::create_directories(folder_.filePath("damaged.files/cafe").toStdString());
      QVERIFY(damage(sound_, file_, "UPDATE runs SET key = '" + key + "' WHERE id = 1"));
      QVERIFY(
          contains(errorOf([&] { ProjectReader(file_).detail(1); }), "key: 8 hexadecimal digits expected"));
      ProjectWriter writer(file_);
      writer.removeRun(1);
      QVERIFY(std::filesystem::exists(precious));
      QVERIFY(std::filesystem::exists(folder_.filePath("damaged.files/cafe").toStdString()));
      QCOMPARE(ProjectReader(file_).runs().size(), std::size_t{1});
    }
  }
};

QTEST_GUILESS_MAIN(TestStoreDamage)
#include "tst_store_damage.moc"

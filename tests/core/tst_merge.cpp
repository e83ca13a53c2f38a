#include <QTemporaryDir>
#include <QTest>

#include "core/store/Locks.h"
#include "tests/core/MergeTools.h"
#include "tests/core/OlderProject.h"

using namespace uada;
namespace fs = std::filesystem;

/// Runs of other projects, taken over into one project.
class TestMerge : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { engine_.settings = {}; }

  void takesAllOverOnce();
  void rowsOfEveryTableAreTaken();
  void whatPeopleSayIsJoined();
  void aRunGoesOnWhereItEnded();
  void whatWentOnInBothIsLeftOut();
  void aDamagedRowIsNamed();
  void liveRunsAreLeftOut();
  void aHeldFolderIsLeftOut();
  void linksAreNamed();
  void tablesOfPeopleAreNoObstacle();
  void rowsOfPeopleThatDifferStay();
  void aRunWithoutItsFolderIsHeld();
  void whatLiesInTheWayStays();
  void olderProjectsAreReadInACopy();
  void aPolicyOfTheSameNameIsNamed();
  void aHalfCopiedFolderIsCompleted();
  void oneAtATime();

 private:
  fs::path fresh(const char* ending = ".uada") {
    return folder_.filePath(QString("p%1%2").arg(++count_).arg(ending)).toStdString();
  }
  /// What became of each run, as "KEY added".
  static std::vector<TakenRun> merge(const fs::path& into, const fs::path& other) {
    std::vector<TakenRun> taken;
    ProjectWriter writer(into);
    Takeover(writer).project(other, [&](const TakenRun& run) { taken.push_back(run); });
    return taken;
  }
  std::string stoppedIn(const fs::path& project, std::int64_t step) {
    ProjectWriter writer(project);
    return stoppedAt(step, fakeConfig(), writer, engine_);
  }

  QTemporaryDir folder_;
  int count_ = 0;
  FakeEngine engine_;
};

void TestMerge::takesAllOverOnce() {
  const fs::path one = fresh(), two = fresh(), all = fresh();
  const std::string key = trained(one, engine_, fakeConfig());
  trained(two, engine_, fakeConfig("ra-uc", 2));
  trained(all, engine_, fakeConfig("uada", 3));
  const std::string before = contentOf(one);
  const auto taken = merge(all, one);
  QCOMPARE(taken.size(), std::size_t{1});
  QCOMPARE(taken[0].key, key);
  QVERIFY(taken[0].what == Taken::added);
  QVERIFY(merge(all, two)[0].what == Taken::added);
  QCOMPARE(contentOf(one), before);
  QCOMPARE(ProjectReader(all).runs().size(), std::size_t{3});
  const std::string joined = contentOf(all);
  const auto files = filesOf(all);
  for (const auto& [name, text] : filesOf(one)) QCOMPARE(files.at(name), text);
  QVERIFY(merge(all, one)[0].what == Taken::known && merge(all, two)[0].what == Taken::known);
  QCOMPARE(contentOf(all), joined);
  QVERIFY(filesOf(all) == files);
  for (const char* left : {".uada-merge", ".files/merge.tmp"})
    QVERIFY(!fs::exists(fs::path(all).replace_extension("").string() + left));
  // The same rows in an empty project.
  const fs::path copy = fresh();
  merge(copy, all);
  QCOMPARE(contentOf(copy), joined);
  QVERIFY(contains(errorOf([&] { merge(all, all); }), "is the project itself"));
}

/// Also of tables that a later version adds: the test fills each of them, or fails.
void TestMerge::rowsOfEveryTableAreTaken() {
  const fs::path full = fresh(), into = fresh();
  fillProject(full);
  endAll(full);
  for (const TakenRun& run : merge(into, full)) QVERIFY2(run.what == Taken::added, run.text.c_str());
  QCOMPARE(contentOf(into), contentOf(full));
  const std::string tables =
      sqlite(full,
             "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND "
             "c.name = 'run'");
  std::istringstream names(tables);
  for (std::string name; std::getline(names, name);)
    QVERIFY2(sqlite(into, "SELECT count(*) FROM " + name) != "0", name.c_str());
  // What is no run's stays there.
  QVERIFY(ProjectReader(into).queue().empty());
  QVERIFY(!ProjectReader(into).queueRules().isPaused);
}

void TestMerge::whatPeopleSayIsJoined() {
  const fs::path here = fresh(), there = fresh();
  const std::string key = trained(here, engine_, fakeConfig());
  copyProject(here, there);
  ProjectWriter(here).setNotes(1, "seen at home", "thesis");
  ProjectWriter(there).setNotes(1, "seen at work", "paper thesis");
  ProjectWriter(there).renameRun(1, "the best one");
  ProjectWriter(there).append(1, 1, EventReport{std::string(kRepetitionEvent) + "all equal"});
  QVERIFY(merge(here, there)[0].what == Taken::continued);
  QVERIFY(merge(here, there)[0].what == Taken::known);
  const RunSummary run = ProjectReader(here).findRun(key);
  QCOMPARE(run.notes, std::string("seen at home\n\nseen at work"));
  QCOMPARE(run.tags, std::string("thesis paper"));
  QCOMPARE(run.title, std::string("the best one"));
  QVERIFY(contains(run.certificate, "all equal"));
}

void TestMerge::aRunGoesOnWhereItEnded() {
  const fs::path here = fresh(), there = fresh();
  const std::string key = stoppedIn(here, 12);
  copyProject(here, there);
  resumed(there, engine_, key);
  QVERIFY(merge(here, there)[0].what == Taken::continued);
  QCOMPARE(contentOf(here), contentOf(there));
  QCOMPARE(filesOf(here).at(key + "/log.jsonl"), filesOf(there).at(key + "/log.jsonl"));
  QVERIFY(fs::exists(runFolder(here, key) / "checkpoint-30.fake"));
  QVERIFY(ProjectReader(here).findRun(key).state == RunState::finished);
  // The other way round nothing is lost.
  const fs::path old = fresh();
  const std::string second = stoppedIn(old, 12);
  const fs::path further = fresh();
  copyProject(old, further);
  resumed(further, engine_, second);
  const std::string before = contentOf(further);
  const auto files = filesOf(further);
  QVERIFY(merge(further, old)[0].what == Taken::known);
  QCOMPARE(contentOf(further), before);
  QVERIFY(filesOf(further) == files);
}

void TestMerge::whatWentOnInBothIsLeftOut() {
  const fs::path here = fresh(), there = fresh();
  const std::string key = stoppedIn(here, 12);
  copyProject(here, there);
  resumed(here, engine_, key);
  resumed(there, engine_, key);
  makeOtherProcess(there);
  trained(there, engine_, fakeConfig("ra-uc", 7));
  const std::string before = sqlite(here, "SELECT * FROM attempts; SELECT * FROM steps");
  const auto taken = merge(here, there);
  QVERIFY(taken[0].what == Taken::leftOut);
  QVERIFY(contains(taken[0].text, "gone on with in both projects: attempt 2"));
  QVERIFY(taken[1].what == Taken::added);  // the others are taken all the same
  QCOMPARE(sqlite(here, "SELECT * FROM attempts WHERE run = 1; SELECT * FROM steps WHERE run = 1"), before);
  // Another run that has its key by chance.
  const fs::path other = fresh();
  trained(other, engine_, fakeConfig("uada", 9));
  sqlite(other, "UPDATE runs SET key = '" + key + "'");
  QVERIFY(contains(merge(here, other)[0].text, "another run has its key"));
}

void TestMerge::aDamagedRowIsNamed() {
  const fs::path here = fresh(), there = fresh();
  trained(here, engine_, fakeConfig());
  copyProject(here, there);
  sqlite(there, "UPDATE steps SET loss = 5 WHERE step = 3");
  const std::string before = contentOf(here);
  const auto taken = merge(here, there);
  QVERIFY(taken[0].what == Taken::leftOut);
  QVERIFY(contains(taken[0].text, "a row of steps differs"));
  QCOMPARE(contentOf(here), before);
}

void TestMerge::liveRunsAreLeftOut() {
  const fs::path here = fresh(), there = fresh();
  engine_.settings.stepDelay = std::chrono::seconds(100);
  ProjectWriter writer(there);
  RunSession session(writer, engine_, fakeConfig(), nullptr);
  const auto taken = merge(here, there);
  QVERIFY(taken[0].what == Taken::leftOut);
  QVERIFY(contains(taken[0].text, "trains it; merge again when that has ended"));
  QVERIFY(ProjectReader(here).runs().empty());
  QVERIFY(!fs::exists(runFolder(here, session.run().key)));
}

/// Whatever the rows say: a process that is about to begin, or works with another copy of the project.
void TestMerge::aHeldFolderIsLeftOut() {
  const fs::path here = fresh(), there = fresh();
  const std::string key = stoppedIn(here, 12);
  copyProject(here, there);
  resumed(there, engine_, key);
  const std::string before = contentOf(here);
  const auto files = filesOf(here);
  for (const fs::path& project : {here, there}) {
    const auto lock = store::FileLock::tryLock(runFolder(project, key) / "lock");
    QVERIFY(lock.held());
    const auto taken = merge(here, there);
    QVERIFY(taken[0].what == Taken::leftOut);
    QVERIFY2(contains(taken[0].text, "a process works in its folder"), taken[0].text.c_str());
    QCOMPARE(contentOf(here), before);
    QVERIFY(filesOf(here) == files);
  }
  QVERIFY(merge(here, there)[0].what == Taken::continued);
  // What a killed process leaves: rows of a live attempt, and a lock that nobody holds.
  sqlite(here, "UPDATE attempts SET state = 'running', ended = '' WHERE attempt = 2");
  const TakenRun again = merge(here, there)[0];
  QVERIFY2(again.what == Taken::continued, again.text.c_str());
  QCOMPARE(contentOf(here), contentOf(there));
}

void TestMerge::linksAreNamed() {
  const fs::path here = fresh(), there = fresh(), outside = fresh(".txt");
  const std::string key = trained(there, engine_, fakeConfig());
  writeFileAtomically(outside, "somebody's own");
  fs::create_symlink(outside, runFolder(there, key) / "best.safetensors");
  const auto taken = merge(here, there);
  QVERIFY(taken[0].what == Taken::leftOut);
  QVERIFY2(contains(taken[0].text, "best.safetensors' is a link"), taken[0].text.c_str());
  QVERIFY(!fs::exists(runFolder(here, key)));
  QVERIFY(ProjectReader(here).runs().empty());
}

/// A table with a column `run`, in one project or in both, also with names that are words of SQL.
void TestMerge::tablesOfPeopleAreNoObstacle() {
  const fs::path here = fresh(), there = fresh();
  trained(there, engine_, fakeConfig());
  trained(here, engine_, fakeConfig("ra-uc", 2));
  const std::string table = "CREATE TABLE \"my order\" (run INTEGER, \"group\" TEXT";
  sqlite(there, table + ", more TEXT); INSERT INTO \"my order\" VALUES (1, 'a', 'b')");
  sqlite(there, "CREATE TABLE mine (run INTEGER); INSERT INTO mine VALUES (1)");
  sqlite(here, table + ")");
  const auto taken = merge(here, there);
  QVERIFY2(taken[0].what == Taken::added, taken[0].text.c_str());
  QCOMPARE(sqlite(here, "SELECT run, \"group\" FROM \"my order\""), std::string("2|a"));
  const TakenRun again = merge(here, there)[0];
  QVERIFY2(again.what == Taken::known, again.text.c_str());
}

/// Of a table that a person has made in both projects, perhaps with another key: what stands there stays, and
/// that is said. Nothing of it is called damaged.
void TestMerge::rowsOfPeopleThatDifferStay() {
  const fs::path here = fresh(), there = fresh();
  trained(here, engine_, fakeConfig());
  copyProject(here, there);
  const std::string rows = "INSERT INTO opinions VALUES (1, 'ann', 'good'), (1, 'bob', 'bad')";
  sqlite(there, "CREATE TABLE opinions (run INTEGER, who TEXT, what TEXT, PRIMARY KEY (run, who)); " + rows);
  sqlite(here,
         "CREATE TABLE opinions (run INTEGER PRIMARY KEY, who TEXT, what TEXT); "
         "INSERT INTO opinions VALUES (1, 'ann', 'bad')");
  sqlite(there, "UPDATE runs SET notes = 'a note'");
  const TakenRun taken = merge(here, there)[0];
  QVERIFY2(taken.what == Taken::continued, taken.text.c_str());
  QCOMPARE(taken.text,
           "2 rows of the table 'opinions' were not taken over: other ones of the same key stand "
           "there and stay");
  QCOMPARE(sqlite(here, "SELECT notes FROM runs"), std::string("a note"));
  QCOMPARE(sqlite(here, "SELECT * FROM opinions"), std::string("1|ann|bad"));
  QVERIFY(merge(here, there)[0].what == Taken::known);
  // The other way there is room for one of another key.
  sqlite(here, "UPDATE opinions SET who = 'cid'");
  QVERIFY(merge(there, here)[0].what == Taken::continued);
  QCOMPARE(sqlite(there, "SELECT * FROM opinions"), std::string("1|ann|good\n1|bob|bad\n1|cid|bad"));
}

/// Nobody begins it anew meanwhile: the lock is in the folder that is made for it first.
void TestMerge::aRunWithoutItsFolderIsHeld() {
  const fs::path here = fresh(), there = fresh();
  const std::string key = stoppedIn(here, 12);
  copyProject(here, there);
  resumed(there, engine_, key);
  fs::remove_all(runFolder(here, key));
  const TakenRun taken = merge(here, there)[0];
  QVERIFY2(taken.what == Taken::continued, taken.text.c_str());
  QVERIFY(fs::exists(runFolder(here, key) / "lock"));
  QVERIFY(!store::FileLock::isHeld(runFolder(here, key) / "lock"));
  QVERIFY(fs::exists(runFolder(here, key) / "config.json"));
  QCOMPARE(contentOf(here), contentOf(there));
}

void TestMerge::whatLiesInTheWayStays() {
  const fs::path here = fresh(), there = fresh();
  trained(there, engine_, fakeConfig());
  const fs::path rows = fs::path(here).replace_extension(".uada-merge");
  fs::create_directory(rows);
  writeFileAtomically(rows / "thesis.txt", "somebody's own");
  QVERIFY(contains(errorOf([&] { merge(here, there); }), "is in the way"));
  QCOMPARE(readTextFile(rows / "thesis.txt", 100), std::string("somebody's own"));
  fs::remove(rows / "thesis.txt");
  writeFileAtomically(rows / "other.uada-wal", "of a process that was killed");
  QVERIFY(merge(here, there)[0].what == Taken::added);
  QVERIFY(!fs::exists(rows));
}

void TestMerge::olderProjectsAreReadInACopy() {
  const fs::path full = fresh();
  fillProject(full);
  endAll(full);
  for (const int version : {1, 5, 9}) {
    const fs::path older = fresh(), into = fresh();
    fs::copy_file(full, older);
    makeOlder(older, version);
    const std::string bytes = readTextFile(older, 64u << 20);
    for (const TakenRun& run : merge(into, older)) QVERIFY2(run.what == Taken::added, run.text.c_str());
    QCOMPARE(readTextFile(older, 64u << 20), bytes);
    QCOMPARE(ProjectReader(into).runs().size(), std::size_t{2});
    QCOMPARE(sqlite(into, "SELECT value FROM metrics WHERE step = 20 AND part = 'test' AND name = 'top1'"),
             sqlite(full, "SELECT value FROM metrics WHERE step = 20 AND part = 'test' AND name = 'top1'"));
    for (const TakenRun& run : merge(into, older)) QVERIFY(run.what == Taken::known);
  }
}

void TestMerge::aPolicyOfTheSameNameIsNamed() {
  const fs::path here = fresh(), there = fresh();
  const auto add = [](const fs::path& project, const std::string& text, std::int64_t seed) {
    RunConfig config = fakeConfig("uada", seed);
    config.policyFile =
        std::make_shared<PolicyFile>(PolicyFile{"mine", sha256(std::string_view(text)), text});
    ProjectWriter writer(project);
    beginRun(writer, config);
  };
  add(here, "one", 1);
  add(there, "two", 2);
  // The configuration names its policy by the hash.
  sqlite(there, "UPDATE runs SET config = json_set(config, '$.experiment', (SELECT sha256 FROM policies))");
  sqlite(there, "UPDATE attempts SET state = 'stopped'");
  const auto taken = merge(here, there);
  QVERIFY(taken[0].what == Taken::leftOut);
  QVERIFY(contains(taken[0].text, "another policy under the name 'mine'"));
  QCOMPARE(ProjectReader(here).runs().size(), std::size_t{1});
}

/// As a process leaves it that was killed between folder and rows, or in the middle of the folder.
void TestMerge::aHalfCopiedFolderIsCompleted() {
  const fs::path there = fresh(), here = fresh();
  const std::string key = trained(there, engine_, fakeConfig());
  {
    ProjectWriter writer(here);
  }
  const fs::path own = runFolder(here, key), laid = own.parent_path() / "merge.tmp" / key;
  fs::create_directories(own);
  fs::create_directories(laid);
  writeFileAtomically(own / "config.json", "half");
  writeFileAtomically(laid / "rest", "of another time");
  QVERIFY(merge(here, there)[0].what == Taken::added);
  auto files = filesOf(here);
  QVERIFY(files == filesOf(there));
}

void TestMerge::oneAtATime() {
  const fs::path here = fresh();
  ProjectWriter writer(here);
  const Takeover first(writer);
  QVERIFY(contains(errorOf([&] { Takeover second(writer); }), "another process takes runs"));
}

QTEST_GUILESS_MAIN(TestMerge)
#include "tst_merge.moc"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <memory>

#include "core/store/Locks.h"
#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/SmallDisk.h"
#include "tests/core/StoreTools.h"

using namespace uada;

namespace {

std::unique_ptr<Child> helper(const std::filesystem::path& project, int count) {
  return std::make_unique<Child>(std::vector<std::string>{PROGRAM_DIR "/store_helper", "write",
                                                          project.string(), std::to_string(count)});
}

StepReport step(int number) { return FakeNumbers{{}, fakeConfig()}.step(number); }

/// What is said of an attempt's decisions without pictures.
std::vector<std::string> eventsOf(const std::filesystem::path& project, std::int64_t run) {
  return ProjectReader(project).detail(run).events;
}

}  // namespace

/// A project whose writers are killed, whose disk is full, whose file is gone.
class TestStoreFaults : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;

  std::filesystem::path file(const char* name) { return folder_.filePath(name).toStdString(); }

 private Q_SLOTS:
  void aFullDiskKeepsWhatIsQueued() {
    SmallDisk disk(folder_.filePath("full"), "size=2m");
    if (!disk.mounted()) QSKIP("not run: mounting a small file system needs root");
    const auto project = disk.file("p.uada"), ballast = disk.file("ballast");
    writeFileAtomically(ballast, std::string(900 << 10, 'x'));
    ProjectWriter writer(project);
    const auto run = writer.createRun(fakeConfig()).id;
    writer.beginAttempt(run, currentManifest(), "");
    int appended = 0, acknowledged = 0;
    std::string problem;
    while (problem.empty() && appended < 200000) {
      for (int i = 0; i < 200; ++i) writer.append(run, 1, step(++appended));
      problem = errorOf([&] { writer.flush(); });
      if (problem.empty()) acknowledged = appended;
    }
    QVERIFY(contains(problem, "free some space"));
    QVERIFY(contains(problem, project.string()));
    QVERIFY(contains(writer.problem(), "kept and tried again"));
    for (int i = 0; i < 100; ++i) writer.append(run, 1, step(++appended));
    QVERIFY(contains(errorOf([&] { writer.setNotes(run, "x", ""); }), "free some space"));
    QVERIFY(static_cast<int>(ProjectReader(project).steps(run).size()) >= acknowledged);
    std::filesystem::remove(ballast);
    QTRY_VERIFY_WITH_TIMEOUT(writer.problem().empty(), 10000);  // by itself
    QCOMPARE(errorOf([&] { writer.flush(); }), "");
    QCOMPARE(static_cast<int>(ProjectReader(project).steps(run).size()), appended);
    QCOMPARE(sqlite(project, "PRAGMA integrity_check"), "ok");
  }

  /// Pictures that come faster than they can be stored fill no memory beyond a bound, and nobody waits for
  /// them: beyond it they are left out, which is counted and said; no number is.
  void picturesBeyondTheRoomAreLeftOut() {
    const auto project = file("pictures.uada");
    ProjectWriter writer(project);
    const auto run = beginRun(writer, fakeConfig());
    const auto pictures = [&] { return sqlite(project, "SELECT count(*) FROM pictures"); };
    constexpr int kDecisions = 360, kRoom = (256 << 20) / (3 * 512 * 512);
    Decision decision;
    decision.original = Image(512, 512);
    {
      const WriteLock other(project);  // so that nothing is stored meanwhile
      QVERIFY(other.isHeld());
      for (decision.step = 1; decision.step <= kDecisions; ++decision.step) writer.append(run, 1, decision);
      writer.append(run, 1, StateReport{RunState::stopped, "", "cpu", 1, ""});
    }
    writer.flush();
    QCOMPARE(pictures(), std::to_string(kRoom));
    const ProjectReader reader(project);
    QCOMPARE(reader.decisions(run, 0, false).size(), std::size_t{kDecisions});
    QVERIFY(reader.decisions(run, 1, true).at(0).original.empty() && reader.takeRemarks().empty());
    const auto said = eventsOf(project, run);
    QCOMPARE(said.size(), std::size_t{2});
    QVERIFY(contains(said[0], "left out from step " + std::to_string(kRoom + 1) + " on; picture fewer"));
    QCOMPARE(said[1], "the pictures of " + std::to_string(kDecisions - kRoom) + " decisions were left out");
    writer.append(run, 1, decision);  // there is room again
    writer.flush();
    QCOMPARE(pictures(), std::to_string(kRoom + 1));
    QCOMPARE(eventsOf(project, run).size(), std::size_t{2});
  }

  /// Somebody who reads for long, in one transaction.
  void aReaderThatStaysHoldsUpNobody() {
    const auto project = file("read.uada");
    ProjectWriter writer(project);
    const auto run = beginRun(writer, fakeConfig());
    writer.append(run, 1, step(1));
    writer.flush();
    Child reader({"sqlite3", project.string(), "BEGIN", "SELECT count(*) FROM steps", ".shell echo reading",
                  ".shell exec sleep 100"});
    QCOMPARE(reader.line(), "reading");
    constexpr int kSteps = 10'000;  // more than are kept in memory
    for (int i = 2; i <= kSteps; ++i) writer.append(run, 1, step(i));
    writer.flush();
    QVERIFY(reader.running());
    QCOMPARE(ProjectReader(project).steps(run).size(), std::size_t{kSteps});
  }

  void aFullDiskIsNamedAtTheStart_data() {
    QTest::addColumn<QString>("size");
    QTest::newRow("one page") << "size=4k";
    QTest::newRow("some pages") << "size=64k";
  }
  void aFullDiskIsNamedAtTheStart() {
    QFETCH(QString, size);
    SmallDisk disk(folder_.filePath(size), qPrintable(size));
    if (!disk.mounted()) QSKIP("not run: mounting a small file system needs root");
    const auto project = disk.file("p.uada");
    QVERIFY(contains(errorOf([&] { ProjectWriter writer(project); }), "free some space"));
    QVERIFY(!isProject(project));
    QVERIFY(disk.resize("size=4m"));
    QCOMPARE(errorOf([&] { ProjectWriter writer(project); }), "");  // what was begun is finished
    QVERIFY(isProject(project));
  }

  void killedWhileItIsBeingCreated() {
    constexpr int kStarts = 25;
    const quint32 seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    int unfinished = 0;
    for (int start = 0; start < kStarts; ++start) {
      const auto project = file(qPrintable(QString("born%1.uada").arg(start)));
      const auto process = helper(project, 10);
      while (!std::filesystem::exists(project) && process->running()) continue;
      for (int spins = random.bounded(200); spins > 0; --spins) (void)std::filesystem::exists(project);
      process->kill();
      process->wait();
      unfinished += !isProject(project);
      QCOMPARE(errorOf([&] { ProjectWriter writer(project); }), "");
      QVERIFY(isProject(project));
    }
    qInfo("%d of %d were unfinished, seed %u", unfinished, kStarts, seed);
  }

  void aProjectThatIsGoneIsMissed_data() {
    QTest::addColumn<bool>("back");
    QTest::newRow("deleted") << false;
    QTest::newRow("moved away and back") << true;
  }
  void aProjectThatIsGoneIsMissed() {
    QFETCH(bool, back);
    const auto project = file(back ? "moved.uada" : "deleted.uada"), away = file("away.uada");
    ProjectWriter writer(project);
    const auto run = writer.createRun(fakeConfig()).id;
    writer.beginAttempt(run, currentManifest(), "");
    back ? std::filesystem::rename(project, away) : (void)std::filesystem::remove(project);
    QTRY_VERIFY_WITH_TIMEOUT(!writer.problem().empty(), 10000);  // also where nothing is reported
    writer.append(run, 1, step(1));
    QVERIFY(contains(errorOf([&] { writer.flush(); }), "was moved or deleted"));
    QVERIFY(contains(writer.problem(), project.string()));
    if (!back) {
      for (int i = 0; i < 4097; ++i)
        writer.append(run, 1, step(1));  // more than are kept: does not wait for ever
      return;
    }
    std::filesystem::rename(away, project);
    QTRY_COMPARE_WITH_TIMEOUT(writer.problem(), "", 10000);
    QCOMPARE(errorOf([&] { writer.flush(); }), "");
    QCOMPARE(ProjectReader(project).steps(run).size(), std::size_t{1});
  }

  void aReadOnlyDiskHidesNoRows() {
    SmallDisk disk(folder_.filePath("readonly-wal"), "size=16m");
    if (!disk.mounted()) QSKIP("not run: mounting a small file system needs root");
    const auto project = disk.file("p.uada");
    const auto process = helper(project, 1000000);
    QVERIFY(process->line().starts_with("run ") && process->line().starts_with("ack "));
    process->kill();
    process->wait();
    QVERIFY(std::filesystem::file_size(project.string() + "-wal") > 0);
    QVERIFY(disk.makeReadOnly());
    std::size_t steps = 0;
    const std::string problem = errorOf([&] { steps = ProjectReader(project).steps(1).size(); });
    if (problem.empty())
      QVERIFY(steps >= 3);
    else
      QVERIFY(contains(problem, "copy both files"));
  }

  void manyProcessesMakeOneSchemaAndLoseNothing() {
    constexpr int kWriters = 6, kSteps = 90;
    const auto project = file("many.uada");
    std::vector<std::unique_ptr<Child>> writers;
    for (int i = 0; i < kWriters; ++i) writers.push_back(helper(project, kSteps));
    std::size_t seen = 0;
    for (bool done = false; !done;) {
      done = true;
      for (auto& writer : writers) done &= !writer->running();
      if (!std::filesystem::exists(project) || std::filesystem::file_size(project) == 0) continue;
      std::size_t now = 0;
      const std::string problem = errorOf([&] {
        const ProjectReader reader(project);
        for (const RunSummary& run : reader.runs()) now += reader.steps(run.id).size();
      });
      if (problem.find("not finished being created") != problem.npos) continue;  // before the first commit
      QCOMPARE(problem, "");
      QVERIFY2(now >= seen, "a reader saw rows vanish");
      seen = now;
    }
    std::vector<double> took;  // milliseconds, of each commit
    for (auto& writer : writers) {
      const QString said = QString::fromStdString(writer->rest());
      QVERIFY2(writer->wait() == 0, qPrintable(said));
      for (const QString& one : said.section("took ", 1).simplified().split(' '))
        took.push_back(one.toDouble());
    }
    QCOMPARE(took.size(), std::size_t{kWriters * kSteps / 3});
    std::ranges::sort(took);
    qInfo("of %zu commits of %d writers beside a reader half took %.1f ms at most, 99 %% %.1f ms",
          took.size(), kWriters, took[took.size() / 2], took[took.size() * 99 / 100]);
    const ProjectReader reader(project);
    QCOMPARE(reader.runs().size(), std::size_t{kWriters});
    for (const RunSummary& run : reader.runs()) {
      QCOMPARE(run.state, RunState::stopped);
      QCOMPARE(reader.steps(run.id).size(), std::size_t{kSteps});
      QCOMPARE(reader.policy(run.id).size(), std::size_t{kSteps});
    }
    QCOMPARE(sqlite(project, "PRAGMA integrity_check"), "ok");
  }

  void onlyOneConnectionMovesTheLog() {
    const auto project = file("log.uada");
    const auto lock = file("log.uada-lock");
    auto first = std::make_unique<ProjectWriter>(project);
    QVERIFY(store::FileLock::isHeld(lock));
    ProjectWriter second(project);
    first.reset();
    QTRY_VERIFY_WITH_TIMEOUT(store::FileLock::isHeld(lock), 10000);  // the second takes over
    QCOMPARE(second.createRun(fakeConfig()).id, 1);
  }

  void theLogStaysShort() {
    const auto project = file("short.uada");
    ProjectWriter idle(project);  // holds the checkpoint lock and writes nothing itself
    ProjectWriter busy(project);
    const auto run = busy.createRun(fakeConfig()).id;
    busy.beginAttempt(run, currentManifest(), "");
    const std::string wide(200000, 'x');
    for (int i = 0; i < 60; ++i) busy.append(run, 1, EventReport{wide});
    busy.flush();
    const auto main = std::filesystem::file_size(project);
    QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::file_size(project) > main + 10000000, 10000);
    for (int i = 0; i < 5; ++i) busy.append(run, 1, EventReport{wide});
    busy.flush();  // begins the log anew and cuts it to its limit
    QVERIFY(std::filesystem::file_size(project.string() + "-wal") < (16 << 20));
  }

  void locksTellTheLivingFromTheDead() {
    using namespace store;
    const auto lockFile = file("lock");
    const Owner self{hostName(), ::getpid(), processStart(::getpid())};
    QVERIFY(isAlive(self, lockFile));                                             // no lock file: by process
    QVERIFY(!isAlive({self.host, self.pid, self.processStart + 1}, lockFile));    // the number was used again
    QVERIFY(!isAlive({self.host + "x", self.pid, self.processStart}, lockFile));  // another machine
    {
      FileLock lock = FileLock::tryLock(lockFile);
      QVERIFY(lock.held() && FileLock::isHeld(lockFile));
      QVERIFY(!FileLock::tryLock(lockFile).held());
      QVERIFY(isAlive({"elsewhere", 1, 1}, lockFile));
    }
    QVERIFY(!FileLock::isHeld(lockFile) && !isAlive(self, lockFile));
    QCOMPARE(processStart(0), 0);
  }
};

QTEST_GUILESS_MAIN(TestStoreFaults)
#include "tst_store_faults.moc"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>
#include <memory>
#include <set>

#include "core/store/Locks.h"
#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"

using namespace uada;

namespace {

constexpr int kKills = 40;
constexpr int kMutants = 150;

/// A small file system of its own, unmounted at the end.
class SmallDisk {
 public:
  SmallDisk(const QString& folder, const char* size) : folder_(folder.toStdString()) {
    std::filesystem::create_directories(folder_);
    mounted_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size) == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  bool resize(const char* size) const {
    return ::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT, size) == 0;
  }
  bool makeReadOnly() const {
    return ::mount(nullptr, folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
  }
  std::filesystem::path file(const char* name) const { return folder_ / name; }

 private:
  const std::filesystem::path folder_;
  bool mounted_ = false;
};

std::string bytesOf(const std::filesystem::path& file) { return readTextFile(file, 64 << 20); }

std::set<std::string> namesIn(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

std::unique_ptr<Child> helper(const std::filesystem::path& project, int count) {
  return std::make_unique<Child>(std::vector<std::string>{PROGRAM_DIR "/store_helper", "write",
                                                          project.string(), std::to_string(count)});
}

StepReport step(int number) { return FakeNumbers{{}, fakeConfig()}.step(number); }

}  // namespace

class TestStoreFaults : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;

  std::filesystem::path file(const char* name) { return folder_.filePath(name).toStdString(); }

 private Q_SLOTS:
  void killingLosesNoAcknowledgedRow() {
    const auto project = file("killed.uada");
    const quint32 seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    qInfo("%d kills, seed %u", kKills, seed);
    for (int kill = 0; kill < kKills; ++kill) {
      const auto process = helper(project, 1000000);
      const std::string hello = process->line();
      QVERIFY2(hello.starts_with("run "), hello.c_str());
      const std::string key = hello.substr(4);
      std::int64_t acknowledged = 0;
      const auto hear = [&](const std::string& line) {
        if (line.starts_with("ack ")) acknowledged = std::stoll(line.substr(4));
        return !line.empty();
      };
      for (int lines = random.bounded(12); lines > 0; --lines) QVERIFY(hear(process->line()));
      process->kill();
      while (hear(process->line())) continue;
      QCOMPARE(process->wait(), -1);
      const ProjectReader reader(project);
      const RunSummary run = reader.findRun(key);
      QCOMPARE(run.state, RunState::interrupted);  // seen without writing
      const auto steps = reader.steps(run.id);
      QVERIFY2(static_cast<std::int64_t>(steps.size()) >= acknowledged, key.c_str());
      for (std::size_t i = 0; i < steps.size(); ++i)
        QCOMPARE(text(steps[i]), text(step(static_cast<int>(i) + 1)));
      QVERIFY(reader.policy(run.id).size() + 1 >= steps.size());
    }
    QCOMPARE(sqlite(project, "PRAGMA integrity_check; SELECT count(*) FROM runs"),
             "ok\n" + std::to_string(kKills));
    {
      ProjectWriter writer(project);
    }
    QCOMPARE(sqlite(project, "SELECT state, count(*) FROM attempts GROUP BY state"),
             "interrupted|" + std::to_string(kKills));
  }

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

  void anUnfinishedProjectIsFinished_data() {
    QTest::addColumn<QString>("sql");
    QTest::newRow("no byte") << "";
    QTest::newRow("one page") << "PRAGMA journal_mode=WAL";
  }
  void anUnfinishedProjectIsFinished() {
    QFETCH(QString, sql);
    const auto project = file(sql.isEmpty() ? "unfinished0.uada" : "unfinished1.uada");
    sql.isEmpty() ? writeFileAtomically(project, "") : (void)sqlite(project, sql.toStdString());
    QCOMPARE(std::filesystem::file_size(project), std::uintmax_t{sql.isEmpty() ? 0u : 4096u});
    QVERIFY(!isProject(project));
    QVERIFY(contains(errorOf([&] { ProjectReader reader(project); }), "not finished being created"));
    {
      ProjectWriter writer(project);
      writer.createRun(fakeConfig());
    }
    QVERIFY(isProject(project));
    QCOMPARE(ProjectReader(project).runs().size(), std::size_t{1});
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

  void aNamedPipeIsRefused() {
    const auto pipe = file("pipe.uada");
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    for (const std::string& problem :
         {errorOf([&] { ProjectWriter writer(pipe); }), errorOf([&] { ProjectReader reader(pipe); }),
          errorOf([&] { readTextFile(pipe, 100); }), errorOf([&] { readBinaryFile(pipe, 100); })})
      QVERIFY(contains(problem, "it is not a regular file"));
  }

  void namesThatNoFileCanHave() {
    const std::string path = file(std::string(245, 'n').c_str()).string() + ".uada";
    std::filesystem::path deep = file("deep");
    for (int i = 0; i < 10; ++i) deep /= std::string(60, 'd');
    std::filesystem::create_directories(deep);
    for (const auto& [name, expected] :
         {std::pair(std::string(), "has no name"), std::pair(path, "name of the project"),
          std::pair(std::string(300, 'n'), "too long"),
          std::pair((deep / "p.uada").string(), "path of the project")}) {
      QVERIFY(contains(errorOf([&] { ProjectWriter writer(name); }), expected));
      QVERIFY(contains(errorOf([&] { ProjectReader reader(name); }), expected));
      QVERIFY(contains(errorOf([&] { isProject(name); }), expected));
    }
    const auto longest = file(std::string(240, 'n').c_str()).string() + ".uada";
    QCOMPARE(errorOf([&] { ProjectWriter(longest).createRun(fakeConfig()); }), "");
  }

  void aMissingPermissionIsNamed() {
    if (::geteuid() != 0) QSKIP("not run: becoming another user needs root");
    const auto project = file("secret.uada");
    {
      ProjectWriter writer(project);
    }
    ::chmod(folder_.path().toStdString().c_str(), 0755);
    std::filesystem::permissions(project, std::filesystem::perms::none);
    QCOMPARE(::seteuid(65534), 0);
    const std::string reading = errorOf([&] { ProjectReader reader(project); });
    const std::string writing = errorOf([&] { ProjectWriter writer(project); });
    QCOMPARE(::seteuid(0), 0);
    QVERIFY(contains(reading, "permission") && contains(reading, project.string()));
    QVERIFY(contains(writing, "permission"));
  }

  void aMissingTableIsDamage() {
    const auto project = file("tables.uada");
    {
      ProjectWriter(project).createRun(fakeConfig());
    }
    QCOMPARE(sqlite(project, "DROP TABLE steps"), "");
    QVERIFY(contains(errorOf([&] { ProjectWriter writer(project); }), "restore a copy"));
    QVERIFY(contains(errorOf([&] { ProjectReader(project).steps(1); }), "restore a copy"));
  }

  void aReadOnlyDiskCanBeReadOnly() {
    SmallDisk disk(folder_.filePath("readonly"), "size=4m");
    if (!disk.mounted()) QSKIP("not run: mounting a small file system needs root");
    const auto project = disk.file("p.uada");
    {
      ProjectWriter(project).createRun(fakeConfig());
    }
    QVERIFY(disk.makeReadOnly());
    const auto names = namesIn(project.parent_path());
    const std::string before = bytesOf(project);
    QVERIFY(contains(errorOf([&] { ProjectWriter writer(project); }), "Read-only"));
    QVERIFY(contains(errorOf([&] { ProjectWriter writer(disk.file("new.uada")); }), "Read-only"));
    QCOMPARE(ProjectReader(project).runs().size(), std::size_t{1});
    QVERIFY(namesIn(project.parent_path()) == names);
    QCOMPARE(bytesOf(project), before);
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

  void whatIsNoProjectIsLeftAsItIs_data() {
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("expected");
    QTest::newRow("foreign id") << "CREATE TABLE t(x); PRAGMA application_id=1" << "another application";
    QTest::newRow("no id") << "CREATE TABLE runs(x)" << "another application";
    QTest::newRow("foreign in WAL") << "PRAGMA journal_mode=WAL; CREATE TABLE t(x)" << "another application";
    QTest::newRow("newer") << "CREATE TABLE t(x); PRAGMA application_id=1430340673; PRAGMA user_version=4"
                           << "newer version";
    QTest::newRow("version 0") << "CREATE TABLE t(x); PRAGMA application_id=1430340673" << "schema 0";
    QTest::newRow("version -1")
        << "CREATE TABLE t(x); PRAGMA application_id=1430340673; PRAGMA user_version=-1"
        << "schema -1";
    QTest::newRow("empty, with a version") << "PRAGMA user_version=5" << "another application";
    QTest::newRow("text") << "" << "not a database";
  }
  void whatIsNoProjectIsLeftAsItIs() {
    QFETCH(QString, sql);
    QFETCH(QString, expected);
    QTemporaryDir folder;
    const std::filesystem::path other = folder.filePath("other.uada").toStdString();
    if (sql.isEmpty())
      writeFileAtomically(other, "Dear diary,\ntoday I trained a network.\n");
    else
      sqlite(other, sql.toStdString());
    const std::string before = bytesOf(other);
    const auto names = namesIn(other.parent_path());
    QVERIFY(contains(errorOf([&] { ProjectWriter writer(other); }), expected.toStdString()));
    QVERIFY(contains(errorOf([&] { ProjectReader reader(other); }), expected.toStdString()));
    QVERIFY(contains(errorOf([&] { ProjectReader reader(other); }), other.string()));
    QCOMPARE(bytesOf(other), before);
    QVERIFY(namesIn(other.parent_path()) == names);
  }

  void placesThatCannotHoldAProject() {
    std::filesystem::create_directories(file("folder.uada"));
    writeFileAtomically(file("empty.uada"), "");
    QVERIFY(contains(errorOf([&] { ProjectWriter writer(file("folder.uada")); }), "is a folder"));
    QVERIFY(contains(errorOf([&] { ProjectWriter writer(file("missing/p.uada")); }), "there is no folder"));
    QVERIFY(contains(errorOf([&] { ProjectReader reader(file("none.uada")); }), "there is no project file"));
    QVERIFY(
        contains(errorOf([&] { ProjectReader reader(file("empty.uada")); }), "not finished being created"));
    QVERIFY(!std::filesystem::exists(file("none.uada")));
    QCOMPARE(errorOf([&] { ProjectWriter writer(file("empty.uada")); }), "");  // an empty file may become one
    QCOMPARE(errorOf([&] { ProjectWriter writer(file("odd ?#%20 name.uada")); }), "");
    QCOMPARE(errorOf([&] { ProjectReader reader(file("odd ?#%20 name.uada")); }), "");
  }

  void relativePathsAreMadeAbsolute() {
    const auto old = std::filesystem::current_path();
    std::filesystem::current_path(folder_.path().toStdString());
    {
      ProjectWriter writer("relative.uada");
      std::filesystem::current_path(old);
      QVERIFY(writer.file().is_absolute());
      QCOMPARE(errorOf([&] { writer.createRun(fakeConfig()); }), "");
    }
    QVERIFY(std::filesystem::exists(file("relative.uada")));
  }

  void networkFileSystemsAreKnown() {
    using store::networkFileSystem;
    QCOMPARE(networkFileSystem(0x6969, "nfs4"), "NFS");
    QCOMPARE(networkFileSystem(0xFF534D42, "cifs"), "CIFS");
    QCOMPARE(networkFileSystem(0xFE534D42, "smb3"), "SMB2");
    QCOMPARE(networkFileSystem(0x0BD00BD0, "lustre"), "Lustre");
    QCOMPARE(networkFileSystem(0x65735546, "fuse.sshfs"), "sshfs");
    QCOMPARE(networkFileSystem(0x65735546, "fuseblk"), "");  // a local NTFS disk
    QCOMPARE(networkFileSystem(0xEF53, "ext4"), "");
    QCOMPARE(networkFileSystem(0x01021994, "tmpfs"), "");
  }

  void manyProcessesMakeOneSchemaAndLoseNothing() {
    constexpr int kWriters = 6, kSteps = 60;
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
    for (auto& writer : writers) QVERIFY2(writer->wait() == 0, writer->rest().c_str());
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
    for (int i = 0; i < 60; ++i) busy.append(run, 1, wide);
    busy.flush();
    const auto main = std::filesystem::file_size(project);
    QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::file_size(project) > main + 10000000, 10000);
    for (int i = 0; i < 5; ++i) busy.append(run, 1, wide);
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

  void damagedFilesAreErrorsNotCrashes() {
    const auto sound = file("sound.uada"), damaged = file("damaged.uada");
    {
      ProjectWriter writer(sound);
      const auto run = writer.createRun(fakeConfig()).id;
      writer.beginAttempt(run, currentManifest(), "");
      const FakeNumbers numbers{{}, fakeConfig()};
      for (int i = 1; i <= 30; ++i) {
        writer.append(run, 1, numbers.step(i));
        writer.append(run, 1, numbers.policy(i));
        writer.append(run, 1, numbers.decision(i, 0));
      }
    }
    const std::string bytes = bytesOf(sound);
    const quint32 seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    int refused = 0;
    for (int mutant = 0; mutant < kMutants; ++mutant) {
      std::string copy = bytes;
      for (int i = random.bounded(1, 30); i > 0; --i)
        copy[random.bounded(static_cast<int>(copy.size()))] = static_cast<char>(random.bounded(256));
      if (mutant % 10 == 0) copy.resize(random.bounded(static_cast<int>(copy.size())));
      writeFileAtomically(damaged, copy);
      refused += !errorOf([&] {
                    const ProjectReader reader(damaged);
                    for (const RunSummary& run : reader.runs()) {
                      reader.detail(run.id), reader.steps(run.id), reader.policy(run.id);
                      reader.decisions(run.id, 0, true);
                    }
                  }).empty();
      QCOMPARE(bytesOf(damaged), copy);
      const std::string problem = errorOf([&] { ProjectWriter writer(damaged); });
      if (contains(problem + "damaged", "damaged") && problem.find("damaged (") != problem.npos)
        QVERIFY(bytesOf(damaged) == copy);  // never written to before the check has passed
      for (const char* ending : {"-wal", "-shm"}) std::filesystem::remove(damaged.string() + ending);
    }
    qInfo("%d of %d damaged files were refused, seed %u", refused, kMutants, seed);
    QVERIFY(refused > kMutants / 10);
  }
};

QTEST_GUILESS_MAIN(TestStoreFaults)
#include "tst_store_faults.moc"

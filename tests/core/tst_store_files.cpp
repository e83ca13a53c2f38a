#include <sys/stat.h>
#include <unistd.h>

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>
#include <set>

#include "core/store/Locks.h"
#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/SmallDisk.h"
#include "tests/core/StoreTools.h"

using namespace uada;

namespace {

constexpr int kMutants = 150;

std::string bytesOf(const std::filesystem::path& file) { return readTextFile(file, 64 << 20); }

std::set<std::string> namesIn(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

}  // namespace

/// Files and places that are no sound project: each is named, none is changed.
class TestStoreFiles : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;

  std::filesystem::path file(const char* name) { return folder_.filePath(name).toStdString(); }

 private Q_SLOTS:
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

  void whatIsNoProjectIsLeftAsItIs_data() {
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("expected");
    QTest::newRow("foreign id") << "CREATE TABLE t(x); PRAGMA application_id=1" << "another application";
    QTest::newRow("no id") << "CREATE TABLE runs(x)" << "another application";
    QTest::newRow("foreign in WAL") << "PRAGMA journal_mode=WAL; CREATE TABLE t(x)" << "another application";
    const QString newer = QString::number(kSchemaVersion + 1);
    QTest::newRow("newer") << "CREATE TABLE t(x); PRAGMA application_id=1430340673; PRAGMA user_version=" +
                                  newer
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

QTEST_GUILESS_MAIN(TestStoreFiles)
#include "tst_store_files.moc"

#include <signal.h>
#include <sys/stat.h>

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <memory>

#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"

using namespace uada;
namespace fs = std::filesystem;

namespace {

fs::path besideOf(const fs::path& project, const char* ending) { return project.string() + ending; }

/// What the file holds without what lies beside it.
std::string alone(const fs::path& project, const std::string& sql) {
  const fs::path copy = besideOf(project, ".copy");
  fs::copy_file(project, copy, fs::copy_options::overwrite_existing);
  return sqlite(copy, sql);
}

}  // namespace

/// A project that is moved while a program writes to it, and what is left at its old place.
class TestStoreMoved : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  int count_ = 0;
  fs::path project_, away_;

  std::unique_ptr<Child> helper(const char* what) const {
    return std::make_unique<Child>(
        std::vector<std::string>{PROGRAM_DIR "/store_helper", what, project_.string(), "100000"});
  }

 private Q_SLOTS:
  void init() {
    project_ = folder_.filePath(QString("p%1.uada").arg(++count_)).toStdString();
    away_ = folder_.filePath(QString("away%1.uada").arg(count_)).toStdString();
  }

  void theFileAloneHasEveryRunToItsLastCheckpoint() {
    FakeEngine engine;
    ProjectWriter writer(project_);
    QCOMPARE(alone(project_, "SELECT count(*) FROM runs"), "0");  // also what was just created
    RunSession session(writer, engine, fakeConfig(), nullptr);
    session.job().wait();
    QTRY_COMPARE(alone(project_, "SELECT count(*) FROM checkpoints"), "3");
    QCOMPARE(alone(project_, "SELECT max(step) FROM steps; PRAGMA integrity_check"), "30\nok");
  }

  void whatWasStoredGoesWithAMovedFile() {
    const auto process = helper("write");
    const std::string key = process->line().substr(4);
    std::int64_t acknowledged = 0;
    while (acknowledged < 30) acknowledged = std::stoll(process->line().substr(4));
    fs::rename(project_, away_);
    QVERIFY(contains(process->rest(), "was moved or deleted"));  // it ends by itself
    process->wait();
    QVERIFY(!fs::exists(besideOf(project_, "-wal")) || fs::file_size(besideOf(project_, "-wal")) == 0);
    const ProjectReader reader(away_);
    QVERIFY(static_cast<std::int64_t>(reader.steps(reader.findRun(key).id).size()) >= acknowledged);
    QCOMPARE(errorOf([&] { ProjectWriter(project_).createRun(fakeConfig()); }), "");  // its place is free
    QCOMPARE(ProjectReader(project_).runs().size(), std::size_t{1});
  }

  void nothingBeginsWhileTheOldOneIsWritten() {
    auto writer = std::make_unique<ProjectWriter>(project_);
    writer->createRun(fakeConfig());
    fs::rename(project_, away_);
    const std::string problem = errorOf([&] { ProjectWriter second(project_); });
    QVERIFY(contains(problem, "while another program writes to it"));
    QVERIFY(contains(problem, project_.string()));
    QVERIFY(!fs::exists(project_));
    QTRY_VERIFY_WITH_TIMEOUT(!writer->problem().empty(), 10000);
    QCOMPARE(ProjectReader(away_).runs().size(), std::size_t{1});
    writer.reset();
    QCOMPARE(errorOf([&] { ProjectWriter second(project_); }), "");
  }

  /// Halted, so that it does not see the move, and then killed.
  void rowsLeftBehindAreNotOverwritten() {
    const auto process = helper("write");
    const std::string key = process->line().substr(4);
    std::int64_t acknowledged = 0;
    while (acknowledged < 30) acknowledged = std::stoll(process->line().substr(4));
    process->signal(SIGSTOP);
    fs::rename(project_, away_);
    process->kill();
    process->wait();
    const fs::path log = besideOf(project_, "-wal");
    const auto bytes = fs::file_size(log);
    QVERIFY(bytes > 32);
    QVERIFY(isProject(away_));  // it is not called empty
    QVERIFY(!isProject(project_));
    for (const std::string& problem : {errorOf([&] { ProjectWriter writer(project_); }),
                                       errorOf([&] { ProjectReader reader(project_); })}) {
      QVERIFY(contains(problem, "'" + project_.string() + "'"));
      QVERIFY(contains(problem, "'" + log.string() + "'"));
      QVERIFY(contains(problem, "move it beside that project"));
      QVERIFY(problem.find("remove") == problem.npos);
    }
    writeFileAtomically(project_, "");  // nor is an empty file
    QVERIFY(contains(errorOf([&] { ProjectWriter writer(project_); }), "holds rows"));
    QCOMPARE(fs::file_size(log), bytes);
    fs::rename(log, besideOf(away_, "-wal"));  // as it says
    fs::remove(besideOf(away_, "-shm"));
    const ProjectReader reader(away_);
    QVERIFY(static_cast<std::int64_t>(reader.steps(reader.findRun(key).id).size()) >= acknowledged);
    QCOMPARE(errorOf([&] { ProjectWriter writer(project_); }), "");
  }

  /// Another project was put where the moved one stood.
  void rowsLeftBehindAreNotTakenForAnothersRows() {
    const auto process = helper("write");
    process->line();
    for (int lines = 0; lines < 5; ++lines) process->line();
    process->signal(SIGSTOP);
    fs::rename(project_, away_);
    process->kill();
    process->wait();
    const fs::path other = folder_.filePath("other.uada").toStdString();
    {
      ProjectWriter(other).createRun(fakeConfig());
    }
    fs::copy_file(other, project_);
    const std::string before = readTextFile(project_, 1 << 24);
    for (const std::string& problem : {errorOf([&] { ProjectWriter writer(project_); }),
                                       errorOf([&] { ProjectReader reader(project_); })}) {
      QVERIFY(contains(problem, "'" + project_.string() + "-wal' was left there by another project"));
    }
    QCOMPARE(readTextFile(project_, 1 << 24), before);
    fs::rename(besideOf(project_, "-wal"), besideOf(away_, "-wal"));
    fs::remove(besideOf(project_, "-shm"));
    QCOMPARE(ProjectReader(project_).runs().size(), std::size_t{1});
    QCOMPARE(ProjectReader(away_).runs().size(), std::size_t{1});
  }

  /// A -wal may hold the page of the runs alone, and not that of their keys' index.
  void aPageOfAnotherProjectIsNotMixedIn() {
    const fs::path other = besideOf(project_, ".other");
    ProjectWriter(project_).createRun(fakeConfig());
    ProjectWriter(other).createRun(fakeConfig("ra-uc"));
    const std::string key = sqlite(project_, "SELECT key FROM runs");
    Child({"sqlite3", other.string(), ".dbconfig no_ckpt_on_close on",
           "PRAGMA wal_autocheckpoint=0; UPDATE runs SET notes = 'mine'"})
        .rest();
    QVERIFY(fs::file_size(besideOf(other, "-wal")) > 32);
    fs::rename(besideOf(other, "-wal"), besideOf(project_, "-wal"));
    for (const std::string& problem :
         {errorOf([&] { ProjectReader(project_).runs(); }), errorOf([&] { ProjectWriter writer(project_); })})
      QVERIFY(contains(problem, "-wal' was left there by another project"));
    fs::remove(besideOf(project_, "-wal"));
    fs::remove(besideOf(project_, "-shm"));
    QCOMPARE(ProjectReader(project_).runs().at(0).key, key);
  }

  /// Locks and run folders lie beside the project that a link names.
  void aLinkMeansItsProject() {
    const auto run = ProjectWriter(project_).createRun(fakeConfig());
    fs::create_symlink(project_, away_);
    const ProjectReader reader(away_);
    QVERIFY(reader.file() == fs::canonical(project_));
    QCOMPARE(ProjectWriter(away_).createRun(fakeConfig("uada", 2)).id, run.id + 1);
    QVERIFY(!fs::exists(besideOf(away_, "-wal")) && !fs::exists(besideOf(away_, "-lock")));
  }

  void anUnfinishedProjectIsNotToBeRemoved() {
    writeFileAtomically(project_, "");
    const std::string problem = errorOf([&] { ProjectReader reader(project_); });
    QVERIFY(contains(problem, "first move its '-wal'"));
    QVERIFY(problem.find("remove") == problem.npos);
  }

  void aNamedPipeBesideAProjectIsRefused_data() {
    QTest::addColumn<QString>("ending");
    for (const char* ending : {"-wal", "-shm", "-journal"}) QTest::newRow(ending) << ending;
  }
  void aNamedPipeBesideAProjectIsRefused() {
    QFETCH(QString, ending);
    {
      ProjectWriter(project_).createRun(fakeConfig());
    }
    const fs::path pipe = besideOf(project_, qPrintable(ending));
    fs::remove(pipe);
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    for (const std::string& problem :
         {errorOf([&] { ProjectWriter writer(project_); }), errorOf([&] { ProjectReader reader(project_); })})
      QVERIFY(contains(problem, "'" + pipe.filename().string() + "' beside it is not a regular file"));
  }
};

QTEST_GUILESS_MAIN(TestStoreMoved)
#include "tst_store_moved.moc"

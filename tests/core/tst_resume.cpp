#include <signal.h>
#include <sys/stat.h>

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <memory>

#include "core/store/Checkpoints.h"
#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"
#include "tests/core/Watcher.h"

using namespace uada;
namespace fs = std::filesystem;

namespace {

std::string nameOf(std::int64_t step) { return fmt::format("checkpoint-{}.fake", step); }

void damage(const fs::path& file) { writeFileAtomically(file, "{\"half a checkp"); }

}  // namespace

/// Where a run goes on after it was killed, and which files of it stay.
class TestResume : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  int count_ = 0;
  fs::path file_;
  FakeEngine engine_;

  RunDetail detail(const std::string& key) {
    const ProjectReader reader(file_);
    return reader.detail(reader.findRun(key).id);
  }
  std::string stoppedAt(std::int64_t step) {
    ProjectWriter writer(file_);
    return uada::stoppedAt(step, fakeConfig(), writer, engine_);
  }
  /// Trains a run in a process of its own, which says first "run KEY".
  /// key  empty: a new one
  std::unique_ptr<Child> elsewhere(const std::string& key = "") {
    std::vector<std::string> command{PROGRAM_DIR "/store_helper", key.empty() ? "session" : "resume",
                                     file_.string()};
    command.push_back(key.empty() ? "5000" : key);
    return std::make_unique<Child>(command);
  }
  /// Steps of the checkpoints in a run's folder, ascending.
  std::vector<std::int64_t> stepsIn(const std::string& key) {
    std::vector<std::int64_t> steps;
    for (const FoundCheckpoint& one : engine_.checkpoints(runFolder(file_, key)))
      if (one.problem.empty()) steps.insert(steps.begin(), one.step);
    return steps;
  }
  std::int64_t newest(const std::string& key) {
    const auto steps = stepsIn(key);
    return steps.empty() ? 0 : steps.back();
  }
  std::string lastBeginning() {
    return sqlite(file_, "SELECT from_checkpoint FROM attempts ORDER BY attempt DESC LIMIT 1");
  }

 private Q_SLOTS:
  void init() {
    file_ = folder_.filePath(QString("s%1.uada").arg(++count_)).toStdString();
    engine_.settings = {};
  }

  void passesOverWhatCannotBeRead_data() {
    QTest::addColumn<QString>("damaged");  // steps: of the files 20 and 25 the folder has
    QTest::addColumn<QString>("missing");
    QTest::addColumn<QString>("from");
    QTest::addColumn<QString>("said");  // events, each a part of it
    QTest::newRow("newest damaged") << "25" << "" << "checkpoint-20.fake" << "passed over";
    QTest::newRow("newest missing") << "" << "25" << "checkpoint-20.fake" << "is missing";
    QTest::newRow("older missing") << "" << "20" << "checkpoint-25.fake" << "";
    QTest::newRow("both damaged") << "25 20" << "" << "" << "passed over|passed over|again at step 0";
    QTest::newRow("both missing") << "" << "25 20" << "" << "again at step 0";
  }
  void passesOverWhatCannotBeRead() {
    QFETCH(QString, damaged);
    QFETCH(QString, missing);
    QFETCH(QString, from);
    QFETCH(QString, said);
    const std::string key = stoppedAt(25);
    const auto folder = runFolder(file_, key);
    QVERIFY(stepsIn(key) == (std::vector<std::int64_t>{20, 25}));
    for (const QString& step : damaged.split(' ', Qt::SkipEmptyParts)) damage(folder / nameOf(step.toInt()));
    for (const QString& step : missing.split(' ', Qt::SkipEmptyParts))
      fs::remove(folder / nameOf(step.toInt()));
    Watcher watcher;
    {
      ProjectWriter writer(file_);
      RunSession session(writer, engine_, detail(key), &watcher);
      session.job().wait();
    }
    QCOMPARE(engine_.lastOptions.checkpoint.filename().string(), from.toStdString());
    const QStringList parts = said.split('|', Qt::SkipEmptyParts);
    QCOMPARE(watcher.events.size(), static_cast<std::size_t>(parts.size()));
    for (int i = 0; i < parts.size(); ++i) QVERIFY(contains(watcher.events[i], parts[i].toStdString()));
    for (const QString& step : damaged.split(' ', Qt::SkipEmptyParts))  // kept, under another name
      QVERIFY(fs::exists(folder / (nameOf(step.toInt()) + ".aside")));
    const RunDetail done = detail(key);
    QVERIFY(done.events == watcher.events);
    QCOMPARE(done.summary.state, RunState::finished);
    std::vector<StepReport> steps;
    for (int i = 1; i <= 30; ++i) steps.push_back(engine_.numbers(fakeConfig()).step(i));
    QCOMPARE(text(ProjectReader(file_).steps(done.summary.id)), text(steps));
    QVERIFY(stepsIn(key) == (std::vector<std::int64_t>{20, 30}) ||
            stepsIn(key) == (std::vector<std::int64_t>{25, 30}));
  }

  /// Checkpoints that lie elsewhere are no reason to begin again.
  void aMissingFolderIsNamed() {
    const std::string key = stoppedAt(25);
    const auto folder = runFolder(file_, key);
    fs::rename(folder, folder.string() + "x");
    ProjectWriter writer(file_);
    const std::string problem =
        errorOf([&] { RunSession(writer, engine_, detail(key), nullptr).job().wait(); });
    QVERIFY(contains(problem, "its folder '" + folder.string() + "' is not there: move it to that place"));
    QVERIFY(!fs::exists(folder));
    fs::rename(folder.string() + "x", folder);
    RunSession(writer, engine_, detail(key), nullptr).job().wait();
    QCOMPARE(engine_.lastOptions.checkpoint.filename().string(), nameOf(25));
  }

  /// Ninety epochs are no ninety notes about files that had to make room.
  void saysOneThingAboutManyMissingFiles() {
    engine_.settings.stepsPerEpoch = 1;
    ProjectWriter writer(file_);
    const std::string key = uada::stoppedAt(90, fakeConfig("uada", 1, 100), writer, engine_);
    writer.flush();
    QVERIFY(detail(key).checkpoints.size() >= 90);
    for (const std::int64_t step : stepsIn(key)) fs::remove(runFolder(file_, key) / nameOf(step));
    Watcher watcher;
    RunSession session(writer, engine_, detail(key), &watcher);
    session.job().wait();
    QCOMPARE(watcher.events.size(), std::size_t{1});
  }

  void anothersCheckpointIsNotTaken_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("said");
    QTest::newRow("configuration") << "config" << "\"abc\"" << "another configuration";
    QTest::newRow("seed") << "seed" << "7" << "seed 7";
    QTest::newRow("run") << "run" << "\"0badcafe\"" << "of the run 0badcafe";
  }
  void anothersCheckpointIsNotTaken() {
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(QString, said);
    const std::string run = stoppedAt(15);
    const auto folder = runFolder(file_, run);
    Json json = readJsonFile(folder / nameOf(15));
    json["step"] = 29;
    json[key.toStdString()] = parseJson(value.toStdString(), "value");
    writeFileAtomically(folder / nameOf(29), json.dump());
    ProjectWriter writer(file_);
    Watcher watcher;
    RunSession session(writer, engine_, detail(run), &watcher);
    session.job().wait();
    QCOMPARE(engine_.lastOptions.checkpoint.filename().string(), nameOf(15));
    QCOMPARE(watcher.events.size(), std::size_t{1});
    QVERIFY(contains(watcher.events[0], said.toStdString()));
  }

  /// Another program holds the file while dozens of epochs end; ended again and again, the run never goes
  /// back.
  void aLockedProjectCostsNoCheckpoint_data() {
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("rounds");
    QTest::newRow("SIGKILL") << SIGKILL << 2;
    QTest::newRow("SIGTERM") << SIGTERM << 1;
  }
  void aLockedProjectCostsNoCheckpoint() {
    QFETCH(int, signal);
    QFETCH(int, rounds);
    auto process = elsewhere();
    const std::string key = process->line().substr(4);
    QVERIFY2(key.size() == 8, key.c_str());
    QTRY_VERIFY_WITH_TIMEOUT(newest(key) >= 20, 30000);
    for (int round = 0; round < rounds; ++round) {
      {
        const WriteLock lock(file_);
        QVERIFY(lock.isHeld());
        const std::int64_t before = newest(key);
        QTRY_VERIFY_WITH_TIMEOUT(newest(key) >= before + 100, 60000);  // ten epochs whose rows are not stored
        process->signal(signal);
        process->wait();
      }
      const auto steps = stepsIn(key);
      // Three, and one more if the end came between a file and the removal of the oldest.
      QVERIFY2(steps.size() <= 4, std::to_string(steps.size()).c_str());
      process = elsewhere(key);
      QCOMPARE(process->line(), "run " + key);
      QCOMPARE(lastBeginning(), nameOf(steps.back()));
      QTRY_VERIFY_WITH_TIMEOUT(newest(key) > steps.back(), 30000);
    }
    process->kill();
    process->wait();
    const auto events = detail(key).events;
    QVERIFY(!events.empty());
    QVERIFY(contains(events.back(), "could not be stored"));
    QCOMPARE(sqlite(file_, "PRAGMA integrity_check"), "ok");
  }

  /// All files are damaged: training begins again, and what it writes from then on stays.
  void newCheckpointsStayBelowTheOldStep() {
    auto process = elsewhere();
    const std::string key = process->line().substr(4);
    QTRY_VERIFY_WITH_TIMEOUT(newest(key) >= 300, 30000);
    process->kill();
    process->wait();
    for (const std::int64_t step : stepsIn(key)) damage(runFolder(file_, key) / nameOf(step));
    std::int64_t from = 0;
    for (int kill = 0; kill < 3; ++kill) {
      process = elsewhere(key);
      QCOMPARE(process->line(), "run " + key);
      QCOMPARE(lastBeginning(), from == 0 ? "" : nameOf(from));
      QTRY_VERIFY_WITH_TIMEOUT(newest(key) >= from + 20, 30000);
      process->signal(kill == 1 ? SIGTERM : SIGKILL);
      process->wait();
      from = newest(key);
      QVERIFY(from < 300);  // else this shows nothing
    }
    // Three, and one more if the end came between a file and the removal of the oldest.
    QVERIFY(stepsIn(key).size() <= 4);
  }

  void rotationGoesByWritingAndByRows() {
    const fs::path folder = folder_.filePath("rotation").toStdString();
    fs::create_directories(folder);
    const auto write = [&](store::Rotation& rotation, std::int64_t step) {
      writeFileAtomically(folder / nameOf(step), "x");
      rotation.written(folder / nameOf(step));
    };
    const auto there = [&] {
      std::string names;
      for (int step = 1; step <= 99; ++step)
        if (fs::exists(folder / nameOf(step))) names += fmt::format("{} ", step);
      return names;
    };
    writeFileAtomically(folder / nameOf(90), "x");
    store::Rotation rotation({folder / nameOf(90)});
    write(rotation, 1);
    QCOMPARE(there(), "1 90 ");
    write(rotation, 2);
    write(rotation, 3);
    QCOMPARE(there(), "2 3 90 ");  // no row of these yet
    rotation.stored();
    QCOMPARE(there(), "2 3 ");
    for (const int step : {4, 5, 6}) write(rotation, step);
    QCOMPARE(there(), "3 5 6 ");
    write(rotation, 6);  // the same moment, written again
    QCOMPARE(there(), "3 5 6 ");
    rotation.stored();
    QCOMPARE(there(), "5 6 ");
  }

  void leftoversOfKilledProcessesGo() {
    const std::string key = stoppedAt(5);
    const auto folder = runFolder(file_, key);
    const std::string nobody = std::to_string(4194304 + 1), alive = std::to_string(::getppid());
    const std::vector<std::string> gone{nameOf(7) + "." + nobody + "-3.part",
                                        "config.json." + nobody + "-0.part"};
    const std::vector<std::string> kept{"a." + alive + "-0.part", "notes.part", "b." + nobody + ".part",
                                        "c." + nobody + "-1.part.txt", "d." + nobody + "-x.part"};
    for (const auto* names : {&gone, &kept})
      for (const std::string& name : *names) std::ofstream(folder / name) << "x";
    ProjectWriter writer(file_);
    RunSession session(writer, engine_, detail(key), nullptr);
    session.job().wait();
    for (const std::string& name : gone) QVERIFY2(!fs::exists(folder / name), name.c_str());
    for (const std::string& name : kept) QVERIFY2(fs::exists(folder / name), name.c_str());
  }

  void aNamedPipeInTheFolderIsRefused_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"log.jsonl", "steps.jsonl", "lock", "config.json"}) QTest::newRow(name) << name;
  }
  void aNamedPipeInTheFolderIsRefused() {
    QFETCH(QString, name);
    const std::string key = stoppedAt(5);
    const auto pipe = runFolder(file_, key) / name.toStdString();
    fs::remove(pipe);
    QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
    ProjectWriter writer(file_);
    const std::string problem = errorOf([&] { RunSession session(writer, engine_, detail(key), nullptr); });
    QVERIFY(contains(problem, "is not a regular file"));
    QVERIFY(contains(problem, pipe.string()));
    QVERIFY(problem.find('\n') == problem.npos);
    ProjectReader(file_).runs();  // and nothing waits for it
  }
};

QTEST_GUILESS_MAIN(TestResume)
#include "tst_resume.moc"

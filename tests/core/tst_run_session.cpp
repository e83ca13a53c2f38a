#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <memory>

#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/SmallDisk.h"
#include "tests/core/StoreTools.h"
#include "tests/core/Watcher.h"

using namespace uada;

class TestRunSession : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  int count_ = 0;
  std::filesystem::path file_;
  FakeEngine engine_;
  std::unique_ptr<ProjectWriter> writer_;

  RunDetail detail(const std::string& key) {
    const ProjectReader reader(file_);
    return reader.detail(reader.findRun(key).id);
  }
  std::string expectedSteps(const RunConfig& config) const {
    std::vector<StepReport> steps;
    for (int i = 1; i <= config.recipe.training.epochs * engine_.settings.stepsPerEpoch; ++i)
      steps.push_back(engine_.numbers(config).step(i));
    return text(steps);
  }
  /// Trains from the beginning until the stop file at a step; returns the key.
  std::string stoppedAt(std::int64_t step, const RunConfig& config = fakeConfig()) {
    return uada::stoppedAt(step, config, *writer_, engine_);
  }
  /// The program that trains a run in a process of its own, and says first "run KEY".
  std::vector<std::string> elsewhere() const {
    return {PROGRAM_DIR "/store_helper", "session", file_.string(), "1000"};
  }

 private Q_SLOTS:
  void init() {
    file_ = folder_.filePath(QString("s%1.uada").arg(++count_)).toStdString();
    engine_.settings = {};
    writer_ = std::make_unique<ProjectWriter>(file_);
  }

  void recordsAWholeRun() {
    Watcher watcher;
    const RunConfig config = fakeConfig();
    std::string key;
    {
      RunSession session(*writer_, engine_, config, &watcher);
      session.job().wait();
      key = session.run().key;
      QCOMPARE(session.folder(), runFolder(file_, key));
    }
    const ProjectReader reader(file_);
    const RunSummary run = reader.findRun(key);
    const FakeNumbers numbers = engine_.numbers(config);
    QCOMPARE(run.state, RunState::finished);
    QCOMPARE(run.step, 30);
    QCOMPARE(run.best.value(), numbers.result().best);
    QCOMPARE(run.counts.chains, numbers.result().counts.chains);
    QCOMPARE(text(reader.steps(run.id)), expectedSteps(config));
    QCOMPARE(text(reader.steps(run.id)), text(watcher.steps));
    QCOMPARE(reader.policy(run.id).size(), std::size_t{30});
    QCOMPARE(watcher.policies, 30);
    QCOMPARE(watcher.epochs, 3);
    QCOMPARE(watcher.checkpoints, 3);
    QCOMPARE(watcher.results, 1);
    QCOMPARE(static_cast<int>(reader.decisions(run.id, 0, false).size()), watcher.decisions);
    QVERIFY(watcher.states == (std::vector{RunState::preparing, RunState::running, RunState::finished}));
    QCOMPARE(reader.detail(run.id).attempts.at(0).dataHash, "fake-data");
  }

  void leavesAFolderThatTellsItsStory() {
    const std::string key = stoppedAt(12);
    const auto folder = runFolder(file_, key);
    const RunConfig config = runConfigFromJson(readJsonFile(folder / "config.json"), "config.json");
    QCOMPARE(toJson(config).dump(), toJson(fakeConfig()).dump());
    std::string story;
    std::istringstream lines(readTextFile(folder / "log.jsonl", 1 << 20));
    for (std::string line; std::getline(lines, line);) {
      const Json json = parseJson(line, "log.jsonl");
      story +=
          json.at("kind").asString() + (json.find("state") ? "=" + json.at("state").asString() : "") + " ";
    }
    QCOMPARE(story,
             "attempt state=preparing state=running epoch checkpoint state=stopping checkpoint state=stopped ");
  }

  void resumesWhereItStopped() {
    const RunConfig config = fakeConfig();
    const std::string key = stoppedAt(15);
    RunDetail stopped = detail(key);
    QCOMPARE(stopped.summary.state, RunState::stopped);
    QCOMPARE(stopped.summary.step, 15);
    QCOMPARE(stopped.config.runtime.threads, 0);
    {
      RunSession session(*writer_, engine_, stopped, nullptr);
      session.job().wait();
      QCOMPARE(session.run().key, key);
      QCOMPARE(session.run().attempts, 2);
    }
    QCOMPARE(engine_.lastConfig.runtime.threads, 2);  // those of the first attempt: they change bits
    QCOMPARE(engine_.lastOptions.checkpoint.filename(), "checkpoint-15.fake");
    const RunDetail done = detail(key);
    QCOMPARE(done.summary.state, RunState::finished);
    QCOMPARE(done.summary.attempts, 2);
    QCOMPARE(text(ProjectReader(file_).steps(done.summary.id)), expectedSteps(config));
    QVERIFY(contains(errorOf([&] { RunSession again(*writer_, engine_, done, nullptr); }), "is finished"));
  }

  void goesOnElsewhereAndSaysSo() {
    const std::string key = stoppedAt(15);
    RunDetail moved = detail(key);
    moved.config.runtime.device = "cuda:1";
    moved.config.runtime.threads = 7;
    moved.config.recipe.dataset.set("folder", "/elsewhere");
    Watcher watcher;
    {
      RunSession session(*writer_, engine_, moved, &watcher);
      session.job().wait();
    }
    QCOMPARE(engine_.lastOptions.checkpoint.filename(), "checkpoint-15.fake");
    QCOMPARE(engine_.lastConfig.runtime.device, "cuda:1");
    QCOMPARE(engine_.lastConfig.recipe.dataset.settings().at("folder").asString(), "/elsewhere");
    QCOMPARE(engine_.lastConfig.runtime.threads, 2);  // those of the checkpoint: they change bits
    QCOMPARE(watcher.events.size(), std::size_t{2});
    QVERIFY(contains(watcher.events.at(0), "2 threads it began with, not 7"));
    QVERIFY(contains(watcher.events.at(1), "runtime.device is \"cuda:1\" (was \"auto\")"));
    QVERIFY(contains(watcher.events.at(1), "folder is \"/elsewhere\""));
    const RunDetail done = detail(key);
    QVERIFY(done.events == watcher.events);
    QCOMPARE(done.summary.state, RunState::finished);
    QCOMPARE(done.config.runtime.device, "cuda:1");
    QCOMPARE(done.config.runtime.threads, 0);  // as it was asked for
    QCOMPARE(toJson(runConfigFromJson(readJsonFile(runFolder(file_, key) / "config.json"), "file")).dump(),
             toJson(done.config).dump());
  }

  void aFailedStartIsRecorded() {
    engine_.settings.refusal = "there is no device 'cuda:7'";
    Watcher watcher;
    QCOMPARE(errorOf([&] { RunSession session(*writer_, engine_, fakeConfig(), &watcher); }),
             engine_.settings.refusal);
    const RunSummary run = ProjectReader(file_).runs().at(0);
    QCOMPARE(run.state, RunState::failed);
    QCOMPARE(run.problem, "there is no device 'cuda:7'");
    QVERIFY(!run.ended.empty());
    engine_.settings.refusal.clear();
    RunSession again(*writer_, engine_, detail(run.key), nullptr);  // and can be tried again
    again.job().wait();
    QCOMPARE(again.job().state(), RunState::finished);
  }

  void aFolderThatCannotBeMadeIsRecorded() {
    writeFileAtomically(runFolder(file_, "").parent_path(), "in the way");
    QVERIFY(contains(errorOf([&] { RunSession session(*writer_, engine_, fakeConfig(), nullptr); }),
                     "cannot make"));
    const RunSummary run = ProjectReader(file_).runs().at(0);
    QCOMPARE(run.state, RunState::failed);
    QVERIFY(contains(run.problem, "cannot make the run's folder"));
  }

  /// What is written of a run at its start has no room: its configuration, beside it the lock.
  void noRoomForTheFolderIsRecorded() {
    const auto files = runFolder(file_, "").parent_path();
    const SmallDisk disk(QString::fromStdString(files.string()), "size=4k");
    if (!disk.mounted()) QSKIP("not run: mounting a small file system needs root");
    writeFileAtomically(disk.file("ballast"), std::string(4096, 'x'));
    const std::string why = errorOf([&] { RunSession session(*writer_, engine_, fakeConfig(), nullptr); });
    const RunSummary run = ProjectReader(file_).runs().at(0);
    QVERIFY(contains(why, runFolder(file_, run.key).string()));
    QVERIFY(contains(why, "free some space"));
    QCOMPARE(run.state, RunState::failed);
    QCOMPARE(run.problem, why);
    for (const auto& entry : std::filesystem::directory_iterator(runFolder(file_, run.key)))
      QVERIFY2(entry.path().filename() == "lock" || entry.path().extension() == ".jsonl",
               entry.path().c_str());
  }

  void aFailureInTheMiddleKeepsWhatWasReported() {
    engine_.settings.failsAtStep = 14;
    {
      RunSession session(*writer_, engine_, fakeConfig(), nullptr);
      session.job().wait();
      QCOMPARE(session.job().problem(), "the loss is NaN at step 14");
    }
    const ProjectReader reader(file_);
    const RunSummary run = reader.runs().at(0);
    QCOMPARE(run.state, RunState::failed);
    QCOMPARE(run.problem, "the loss is NaN at step 14");
    QCOMPARE(reader.steps(run.id).size(), std::size_t{13});
  }

  void destroyingALiveSessionStopsItWithACheckpoint() {
    engine_.settings.stepDelay = std::chrono::hours(1);
    std::string key;
    {
      RunSession session(*writer_, engine_, fakeConfig(), nullptr);
      key = session.run().key;
      QTRY_COMPARE(session.job().state(), RunState::running);
    }
    const RunDetail stopped = detail(key);
    QCOMPARE(stopped.summary.state, RunState::stopped);
    QCOMPARE(stopped.checkpoints.size(), std::size_t{1});
  }

  void pausesAndResumes() {
    engine_.settings.stepDelay = std::chrono::hours(1);
    RunSession session(*writer_, engine_, fakeConfig(), nullptr);
    session.job().send(command::Pause{});
    QTRY_COMPARE(session.job().state(), RunState::paused);
    writer_->flush();
    QCOMPARE(ProjectReader(file_).runs().at(0).state, RunState::paused);
    session.job().send(command::Resume{});
    QTRY_COMPARE(session.job().state(), RunState::running);
    session.job().send(command::Stop{});
    session.job().wait();
    QCOMPARE(session.job().state(), RunState::stopped);
  }

  void oneRunIsTrainedOnce() {
    engine_.settings.stepDelay = std::chrono::hours(1);
    RunSession session(*writer_, engine_, fakeConfig(), nullptr);
    writer_->flush();
    const RunDetail live = detail(session.run().key);
    QVERIFY(
        contains(errorOf([&] { RunSession twice(*writer_, engine_, live, nullptr); }), "by another process"));
    QCOMPARE(detail(session.run().key).summary.attempts, 1);
  }

  void aChangedConfigurationIsNotResumed() {
    const std::string key = stoppedAt(5);
    RunDetail stopped = detail(key);
    RunDetail changed = stopped;
    changed.config.recipe.training.batch = 20;
    QVERIFY(contains(errorOf([&] { RunSession session(*writer_, engine_, changed, nullptr); }),
                     "cannot be resumed"));
    const auto config = runFolder(file_, key) / "config.json";
    changed = stopped;
    changed.config.seed = 99;
    QVERIFY(contains(errorOf([&] { RunSession session(*writer_, engine_, changed, nullptr); }),
                     "cannot be resumed"));
    RunConfig other = stopped.config;
    other.seed = 99;
    writeFileAtomically(config, toJson(other).dump());
    QVERIFY(
        contains(errorOf([&] { RunSession session(*writer_, engine_, stopped, nullptr); }), "config.json"));
    QCOMPARE(detail(key).summary.attempts, 1);
  }

  void stopsARunOfAnotherProcess() {
    Child process(elsewhere());
    const std::string key = process.line().substr(4);
    const ProjectReader reader(file_);
    QTRY_COMPARE(reader.findRun(key).state, RunState::running);
    requestStop(reader, reader.findRun(key));
    QCOMPARE(process.rest(), "stopped\n");
    QCOMPARE(process.wait(), 0);
    const RunSummary run = reader.findRun(key);
    QCOMPARE(run.state, RunState::stopped);
    QVERIFY(contains(errorOf([&] { requestStop(reader, run); }), "is not being trained"));
  }

  void leavesAStopFileForAProcessThatIsNotHere() {
    Child process(elsewhere());
    const std::string key = process.line().substr(4);
    const ProjectReader reader(file_);
    const auto lock = runFolder(file_, key) / "lock";
    QFile owner(QString::fromStdString(lock.string()));  // written in place: the lock is on this very file
    QVERIFY(owner.open(QIODevice::ReadWrite) && owner.write("1 1 elsewhere\n") > 0);
    owner.close();
    QTRY_COMPARE(reader.findRun(key).state, RunState::running);
    requestStop(reader, reader.findRun(key));
    QCOMPARE(process.rest(), "stopped\n");
    QCOMPARE(process.wait(), 0);
  }

  void findsRunsByWhateverNamesThem() {
    ProjectWriter& writer = *writer_;
    const ProjectReader reader(file_);
    QVERIFY(contains(errorOf([&] { reader.findRun("x"); }), "holds none"));
    const RunSummary first = writer.createRun(fakeConfig("uada", 1)),
                     second = writer.createRun(fakeConfig("uada", 2));
    QCOMPARE(reader.findRun(first.key).id, first.id);
    QCOMPARE(reader.findRun(first.key.substr(0, 7)).id, first.id);
    QCOMPARE(reader.findRun(std::to_string(second.id)).id, second.id);
    QCOMPARE(reader.findRun(second.title).id, second.id);
    QVERIFY_THROWS_EXCEPTION(UsageError, reader.findRun("tiny-uada-s3"));
    QVERIFY(contains(errorOf([&] { reader.findRun("tiny-uada-s3"); }), first.title));
    QVERIFY(contains(errorOf([&] { reader.findRun(first.key.substr(0, 3)); }), "there is no run"));
    const RunSummary again = writer.createRun(fakeConfig("uada", 2));
    QVERIFY(contains(errorOf([&] { reader.findRun(second.title); }), again.key));
    QCOMPARE(reader.runs().at(0).id, again.id);  // newest first
  }

  void aKilledRunIsInterruptedAndGoesOn() {
    Child process(elsewhere());
    const std::string key = process.line().substr(4);
    const ProjectReader reader(file_);
    QTRY_VERIFY_WITH_TIMEOUT(reader.findRun(key).step > 12, 30000);
    process.kill();
    QCOMPARE(process.wait(), -1);
    QCOMPARE(reader.findRun(key).state, RunState::interrupted);
    QVERIFY(contains(errorOf([&] { requestStop(reader, reader.findRun(key)); }), "it is interrupted"));
    const RunDetail killed = detail(key);
    QVERIFY(!killed.checkpoints.empty());
    {
      Watcher watcher(&engine_, killed.summary.step + 5);
      RunSession session(*writer_, engine_, killed, &watcher);
      session.job().wait();
    }
    QCOMPARE(sqlite(file_, "SELECT attempt, state FROM attempts ORDER BY attempt"),
             "1|interrupted\n2|stopped");
    const auto steps = reader.steps(killed.summary.id);
    QCOMPARE(static_cast<std::int64_t>(steps.size()), killed.summary.step + 5);
    for (std::size_t i = 0; i < steps.size(); ++i)
      QCOMPARE(text(steps[i]), text(engine_.numbers(killed.config).step(static_cast<std::int64_t>(i) + 1)));
  }
};

QTEST_GUILESS_MAIN(TestRunSession)
#include "tst_run_session.moc"

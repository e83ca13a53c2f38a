#include <QEventLoop>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "core/store/RunSession.h"
#include "tests/core/FakeEngine.h"
#include "widgets/session/RunActions.h"
#include "widgets/session/Session.h"
#include "widgets/session/Theme.h"

using namespace uada;
using namespace std::chrono_literals;

static FakeSettings slow(std::chrono::milliseconds delay, int stepsPerEpoch) {
  FakeSettings settings;
  settings.stepDelay = delay;
  settings.stepsPerEpoch = stepsPerEpoch;
  return settings;
}

static FakeSettings failing(std::int64_t step) {
  FakeSettings settings;
  settings.failsAtStep = step;
  return settings;
}

/// A project in a new folder and a session over a fake engine.
struct Bench {
  explicit Bench(FakeSettings settings = {}, Answers answers = Answers::atOnce)
      : engine(std::move(settings)), answers(answers) {
    reopen();
  }
  void reopen() {
    session = std::make_unique<Session>(theme, [this]() -> Engine& { return engine; }, answers);
    session->openProject(file());
  }
  QString file() const { return folder.filePath("p.uada"); }
  QTemporaryDir folder;
  FakeEngine engine;
  const Answers answers;
  Theme theme{Theme::Kind::light};
  std::unique_ptr<Session> session;
};

class TestSession : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Not only as many as there are plain colours, and not those of a newer run that never finished.
  void comparedFirstAreAllRunsOfTheNewestFinishedRecipe() {
    const auto list = std::make_shared<RunList>();
    const auto add = [&](const char* recipe, const char* config, RunState state) {
      RunSummary run;
      run.id = static_cast<std::int64_t>(list->runs.size()) + 1;
      run.recipeHash = recipe;
      run.configHash = config;
      run.state = state;
      list->runs.insert(list->runs.begin(), run);  // newest first
    };
    for (int method = 0; method < 4; ++method)
      for (int seed = 0; seed < 3; ++seed) add("a", std::to_string(method).c_str(), RunState::finished);
    add("b", "other", RunState::stopped);
    Selection selection([](qint64) { return qint64{0}; });
    selection.begin(list);
    QCOMPARE(selection.run(), qint64{13});
    for (qint64 run = 1; run <= 13; ++run) QCOMPARE(selection.isChecked(run), run != 13);
    for (int i = 0; i < 100; ++i) add("a", std::to_string(10 + i).c_str(), RunState::finished);
    selection.begin(list);
    for (qint64 run = 1; run <= 113; ++run) QCOMPARE(selection.isChecked(run), run > 63);
  }

  void controlsFollowTheState_data() {
    QTest::addColumn<int>("state");
    QTest::addColumn<QString>("allowed");
    QTest::newRow("idle") << int(SessionState::idle) << "start";
    QTest::newRow("preparing") << int(SessionState::preparing) << "stop";
    QTest::newRow("running") << int(SessionState::running) << "pause stop checkpoint";
    QTest::newRow("paused") << int(SessionState::paused) << "resume stop checkpoint";
    QTest::newRow("stopping") << int(SessionState::stopping) << "stop";
    QTest::newRow("finished") << int(SessionState::finished) << "start";
    QTest::newRow("stopped") << int(SessionState::stopped) << "start";
    QTest::newRow("failed") << int(SessionState::failed) << "start";
    QTest::newRow("interrupted") << int(SessionState::interrupted) << "start";
  }
  void controlsFollowTheState() {
    QFETCH(int, state);
    QFETCH(QString, allowed);
    const Controls c = controls(static_cast<SessionState>(state), true);
    QStringList words;
    if (c.start) words << "start";
    if (c.pause) words << "pause";
    if (c.resume) words << "resume";
    if (c.stop) words << "stop";
    if (c.checkpoint) words << "checkpoint";
    QCOMPARE(words.join(' '), allowed);
    QVERIFY(!controls(static_cast<SessionState>(state), false).start);
  }

  void everyReportOfARunArrives() {
    Bench bench;
    Session& s = *bench.session;
    std::vector<StepReport> seen;
    std::size_t policies = 0, decisions = 0, epochs = 0;
    connect(&s, &Session::stepped, this,
            [&](qint64, const std::vector<StepReport>& r) { seen.insert(seen.end(), r.begin(), r.end()); });
    connect(&s, &Session::policyMoved, this,
            [&](qint64, const std::vector<PolicyReport>& r) { policies += r.size(); });
    connect(&s, &Session::decided, this,
            [&](qint64, const std::vector<Decision>& r) { decisions += r.size(); });
    connect(&s, &Session::epochEnded, this,
            [&](qint64, const std::vector<EpochReport>& r) { epochs += r.size(); });
    const RunConfig config = fakeConfig("uada", 1, 3);
    s.start(config);
    QVERIFY(s.isLive());
    QTRY_COMPARE_WITH_TIMEOUT(s.state(), SessionState::finished, 20000);
    QCOMPARE(seen.size(), std::size_t{30});
    for (std::size_t i = 0; i < seen.size(); ++i) {
      QCOMPARE(seen[i].step, static_cast<std::int64_t>(i + 1));
      QCOMPARE(seen[i].loss, bench.engine.numbers(config).step(seen[i].step).loss);
    }
    QCOMPARE(policies, std::size_t{30});
    QCOMPARE(decisions, std::size_t{12});  // 2 samples at every fifth step
    QCOMPARE(epochs, std::size_t{3});
    QCOMPARE(s.runs().size(), std::size_t{1});
    QCOMPARE(s.runs().front().state, RunState::finished);
    QCOMPARE(s.selection().cursor(), qint64{30});
    QVERIFY(s.selection().isChecked(s.runs().front().id));
    // What another session reads from the file is what was seen live.
    s.closeProject();
    s.openProject(bench.file());
    QCOMPARE(s.histories().of(s.runs().front().id).steps(), std::uint64_t{30});
    QCOMPARE(s.histories().of(s.runs().front().id).loss.nearest(30)->y, seen.back().loss);
  }

  /// Nor does what was asked of it reach the next one.
  void closingDoesNotWaitForAReader() {
    Bench bench({}, Answers::later);
    Session& s = *bench.session;
    QTRY_VERIFY(s.hasProject());
    std::promise<void> go;
    std::atomic<bool> isReading = false, isRead = false;
    bool answered = false;
    s.ask(
        &s,
        [&, may = go.get_future().share()](const OpenProject&) {
          isReading = true;
          may.wait_for(20s);
          isRead = true;
          return 0;
        },
        [&](std::optional<int>) { answered = true; });
    QTRY_VERIFY(isReading);
    s.openProject(bench.folder.filePath("other.uada"));
    QTRY_VERIFY(s.projectFile().endsWith("other.uada"));
    QVERIFY(!isRead);
    go.set_value();
    QTRY_VERIFY(isRead);
    s.start(fakeConfig("uada", 1, 1));
    QTRY_COMPARE_WITH_TIMEOUT(s.state(), SessionState::finished, 20000);
    QVERIFY(!answered);
  }

  /// What is to be read is dropped when the project is closed, what is to be written is not.
  void closingLosesNothingThatWasWritten() {
    Bench bench({}, Answers::later);
    Session& s = *bench.session;
    QTRY_VERIFY(s.hasProject());
    s.start(fakeConfig("uada", 1, 1));
    QTRY_COMPARE_WITH_TIMEOUT(s.state(), SessionState::finished, 20000);
    QTRY_COMPARE(s.runs().size(), std::size_t{1});
    const qint64 run = s.runs().front().id;
    std::promise<void> go;
    std::atomic<bool> isReading = false, isReadLater = false;
    s.ask(
        &s,
        [&, may = go.get_future().share()](const OpenProject&) {
          isReading = true;
          may.wait_for(20s);
          return 0;
        },
        [](std::optional<int>) {});
    s.setNotes(run, "kept", "a, b");
    s.queue({fakeConfig("uada", 2, 1)});
    s.ask(&s, [&](const OpenProject&) { return isReadLater = true; }, [](std::optional<bool>) {});
    QTRY_VERIFY(isReading);
    s.openProject(bench.folder.filePath("other.uada"));
    QTRY_VERIFY(s.projectFile().endsWith("other.uada"));
    go.set_value();
    const ProjectReader reader(bench.file().toStdString());
    QTRY_COMPARE(reader.runs().front().notes, std::string("kept"));
    QTRY_COMPARE(reader.queue().size(), std::size_t{1});
    bench.session.reset();
    QVERIFY(!isReadLater);
  }

  /// Who hears of another run or project finds the rest of the selection there, too.
  void selectionIsWholeWhenItIsTold() {
    Bench bench;
    Session& s = *bench.session;
    s.queue({fakeConfig("uada", 1, 1), fakeConfig("uada", 2, 2)});
    s.startNext();
    QTRY_VERIFY_WITH_TIMEOUT(s.queued().empty() && s.state() == SessionState::finished, 20000);
    const qint64 first = s.runs().back().id;
    bool isWhole = true;
    int told = 0;
    const auto check = [&] {
      ++told;
      const Selection& selection = s.selection();
      isWhole &= selection.followsLive() && selection.cursor() == selection.lastStep();
    };
    connect(&s.selection(), &Selection::selectionChanged, this, check);
    s.selection().setCursor(3);
    s.selection().select(first);
    QCOMPARE(s.selection().cursor(), qint64{10});
    QCOMPARE(told, 1);
    s.selection().setCursor(3);
    bool isThere = true;
    connect(&s, &Session::projectChanged, this,
            [&] { isThere &= s.selection().run() == 0 || s.find(s.selection().run()) != nullptr; });
    s.openProject(bench.folder.filePath("other.uada"));
    QCOMPARE(s.selection().run(), qint64{0});
    QVERIFY(s.selection().checked().empty());
    s.openProject(bench.file());
    QCOMPARE(s.selection().run(), s.runs().front().id);
    s.closeProject();
    QCOMPARE(s.selection().run(), qint64{0});
    QVERIFY(isWhole && isThere);
  }

  /// A list that was read before the run had a row comes after the run has begun.
  void anOlderListKeepsTheRunThatHasBegun() {
    Bench bench(slow(5ms, 1000), Answers::later);
    Session& s = *bench.session;
    QTRY_VERIFY(s.hasProject());
    QEventLoop untilBegun;
    const auto begun = connect(&s, &Session::runsChanged, &untilBegun, &QEventLoop::quit);
    QTimer::singleShot(20s, &untilBegun, &QEventLoop::quit);  // lest it hang
    s.ask(&s, [](const OpenProject&) { return 0; }, [&](std::optional<int>) { untilBegun.exec(); });
    s.refresh();  // answered after that
    std::atomic<bool> isRead = false;
    s.ask(&s, [&](const OpenProject&) { return isRead = true; }, [](std::optional<bool>) {});
    while (!isRead) std::this_thread::sleep_for(1ms);  // no answer is handed over meanwhile
    bool isLost = false;
    connect(&s, &Session::runsChanged, this, [&] { isLost |= s.liveRun() != 0 && !s.find(s.liveRun()); });
    s.start(fakeConfig("uada", 1, 1));
    QTRY_VERIFY_WITH_TIMEOUT(s.progress().step > 3, 20000);
    disconnect(begun);
    QVERIFY(!isLost);
    QCOMPARE(s.selection().run(), s.liveRun());
    s.training()->stopNow();
    QTRY_COMPARE_WITH_TIMEOUT(s.state(), SessionState::stopped, 20000);
  }

  /// A full disk is told at once, a pause that was asked for is not.
  void tellsWhyARunPausesByItself() {
    FakeSettings settings;
    settings.waitsAtStep = 3;
    Bench bench(settings);
    Session& s = *bench.session;
    QSignalSpy problems(&s, &Session::problem);
    s.start(fakeConfig("uada", 1, 1));
    QTRY_COMPARE_WITH_TIMEOUT(s.state(), SessionState::finished, 20000);
    QCOMPARE(problems.size(), 1);
    QVERIFY(problems[0][0].toString().endsWith(": the disk is full"));
  }

  void pauseResumeAndStop() {
    Bench bench(slow(5ms, 1000));
    Session& s = *bench.session;
    RunActions actions(s, bench.theme, nullptr);
    const QSignalSpy problems(&s, &Session::problem);
    s.start(fakeConfig("uada", 1, 3));
    QVERIFY(!actions.start->isEnabled());
    QTRY_COMPARE_WITH_TIMEOUT(s.state(), SessionState::running, 20000);
    QTRY_VERIFY(s.progress().step > 0);
    actions.pause->trigger();
    QTRY_COMPARE(s.state(), SessionState::paused);
    QCOMPARE(actions.pause->text(), QString("Resume"));
    QCOMPARE(problems.size(), 0);
    const qint64 held = s.progress().step;
    actions.pause->trigger();
    QTRY_COMPARE(s.state(), SessionState::running);
    QTRY_VERIFY(s.progress().step > held);
    actions.checkpoint->trigger();
    QTRY_VERIFY(ProjectReader(s.projectFile().toStdString()).lastCheckpoint(s.liveRun()).has_value());
    actions.stopNow->trigger();
    QCOMPARE(s.state(), SessionState::stopping);
    QTRY_COMPARE(s.state(), SessionState::stopped);
    const qint64 run = s.selection().run(), last = s.histories().of(run).lastStep();
    QCOMPARE(ProjectReader(s.projectFile().toStdString()).lastCheckpoint(run)->step, last);
    QVERIFY(actions.resumeSelected->isEnabled());

    bench.engine.settings.stepDelay = 0ms;  // the rest of it quickly
    actions.resumeSelected->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(s.state(), SessionState::finished, 30000);
    QCOMPARE(s.selection().run(), run);
    const auto steps = s.histories().of(run).loss.points(1, 3000, 3000);
    QCOMPARE(steps.size(), std::size_t{3000});
    for (std::size_t i = 0; i < steps.size(); ++i) QCOMPARE(steps[i].step, static_cast<std::int64_t>(i + 1));
  }

  void stopAfterEpoch() {
    Bench bench(slow(2ms, 20));
    Session& s = *bench.session;
    s.start(fakeConfig("ra-uc", 1, 100));
    QTRY_VERIFY_WITH_TIMEOUT(s.progress().step > 0, 20000);
    s.training()->stopAfterEpoch();
    QTRY_COMPARE_WITH_TIMEOUT(s.state(), SessionState::stopped, 20000);
    QCOMPARE(s.histories().of(s.selection().run()).lastStep() % 20, std::int64_t{0});
  }

  void stopAndDiscardCanBeUndone() {
    Bench bench(slow(2ms, 1000));
    Session& s = *bench.session;
    const RunActions actions(s, bench.theme, nullptr);
    QVERIFY(!actions.discard->isEnabled());
    std::function<void()> undo;
    connect(&s, &Session::undoOffered, this,
            [&](const QString&, const std::function<void()>& offered) { undo = offered; });
    s.start(fakeConfig("ra-uc", 1, 1));
    QTRY_VERIFY_WITH_TIMEOUT(s.progress().step > 3, 20000);
    const qint64 run = s.liveRun();
    actions.discard->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(undo, 20000);
    QVERIFY(!s.isLive() && !s.find(run) && s.runs().empty());
    undo();
    QTRY_VERIFY(s.find(run));
    QCOMPARE(s.find(run)->state, RunState::stopped);
    s.selection().select(run);
    QVERIFY(s.find(run)->hasCheckpoint && actions.resumeSelected->isEnabled());
  }

  void failureSaysWhy() {
    Bench bench(failing(7));
    bench.session->start(fakeConfig());
    QTRY_COMPARE_WITH_TIMEOUT(bench.session->state(), SessionState::failed, 20000);
    QVERIFY(bench.session->failure().contains("the loss is NaN at step 7"));
    QCOMPARE(bench.session->histories().of(bench.session->selection().run()).steps(), std::uint64_t{6});
    QVERIFY(bench.session->controls().start);
  }

  void missingEngineSaysWhy() {
    QTemporaryDir folder;
    const Theme theme(Theme::Kind::dark);
    Session s(
        theme, []() -> Engine& { throw Error("LibTorch was not found: run ./setup"); }, Answers::atOnce);
    s.openProject(folder.filePath("p.uada"));
    s.start(fakeConfig());
    QTRY_COMPARE(s.state(), SessionState::failed);
    QVERIFY(s.failure().contains("./setup"));
    s.queue({fakeConfig()});
    s.startNext();
    QTRY_COMPARE(s.state(), SessionState::failed);
    QCOMPARE(s.queued().size(), std::size_t{1});  // it has not begun
  }

  void queueIsKeptAndTakenInOrder() {
    Bench bench;
    Session& s = *bench.session;
    s.queue({fakeConfig("uada", 1, 1), fakeConfig("uada", 2, 1)});
    s.queue({fakeConfig("uada", 3, 1)});
    s.unqueue(s.queued()[1].id);
    s.closeProject();
    s.openProject(bench.file());
    QCOMPARE(s.queued().size(), std::size_t{2});
    QVERIFY(s.queued().back().title.ends_with("-s3"));
    s.startNext();
    QTRY_VERIFY_WITH_TIMEOUT(s.queued().empty() && s.state() == SessionState::finished, 20000);
    QCOMPARE(s.runs().size(), std::size_t{2});
    QCOMPARE(s.runs().front().seed, std::int64_t{3});  // newest first
  }

  /// Closed with runs waiting, opened again, and the policy file gone meanwhile: same runs, same text.
  void queueKeepsPolicyFiles() {
    const std::string text = R"({"format": "uada-policy", "version": 1, "name": "mine", "decoding": "faa",
      "subpolicies": [[{"op": "Rotate", "probability": 0.9, "level": 0.7},
                       {"op": "Color", "probability": 1, "level": 0.2}]]})";
    QTemporaryDir elsewhere;
    const std::string policy = elsewhere.filePath("mine.json").toStdString();
    writeFileAtomically(policy, text);
    Json method = Json::Object{{"name", "uada"}};
    method["policy"] = Json::Object{{"name", "found"}, {"file", policy}};
    Json experiment = Json::Object{{"name", "e"}, {"methods", Json::Array{method}}};
    experiment["recipe"] = recipeToJson(fakeConfig("uada", 1, 1).recipe);
    experiment["seeds"] = Json::Array{Json(2), Json(1)};
    Bench bench(slow(1ms, 20));
    bench.session->queue(expand(experimentFromJson(experiment, "e.json")));
    const auto titles = [&] {
      QStringList list;
      for (const QueuedRun& run : bench.session->queued()) list << QString::fromStdString(run.title);
      return list;
    };
    const QStringList before = titles();
    QCOMPARE(before.size(), 2);
    QVERIFY(before[0].endsWith("-s2") && before[1].endsWith("-s1"));
    bench.session.reset();
    elsewhere.remove();
    bench.reopen();
    Session& s = *bench.session;
    QCOMPARE(titles(), before);
    s.startNext();
    QTRY_VERIFY_WITH_TIMEOUT(s.queued().empty() && s.state() == SessionState::finished, 20000);
    QCOMPARE(s.runs().size(), std::size_t{2});
    for (const RunSummary& run : s.runs()) {
      const RunDetail detail = ProjectReader(s.projectFile().toStdString()).detail(run.id);
      QVERIFY(detail.config.policyFile);
      QCOMPARE(detail.config.policyFile->text, text);
      const auto file = runFolder(bench.file().toStdString(), run.key) / "policy.json";
      QCOMPARE(readTextFile(file, 1 << 20), text);  // what a resume elsewhere goes on with
    }
  }

  /// What another program does to the queue is seen.
  void queueIsSharedWithOtherPrograms() {
    Bench bench;
    Session& s = *bench.session;
    const QSignalSpy changed(&s, &Session::queueChanged);
    {
      ProjectWriter other(bench.file().toStdString());
      other.queue({fakeConfig("uada", 5, 1)});
    }
    QTRY_COMPARE_WITH_TIMEOUT(s.queued().size(), std::size_t{1}, 20000);
    QCOMPARE(changed.size(), 1);
    ProjectWriter(bench.file().toStdString()).unqueue(s.queued()[0].id);
    s.startNext();  // there is none any more
    QVERIFY(!s.isLive());
    QTRY_VERIFY_WITH_TIMEOUT(s.queued().empty(), 20000);
  }

  /// The cursor stays at the end of a run that another program trains, until somebody moves it.
  void theCursorFollowsAnotherProgram() {
    Bench bench;
    Session& s = *bench.session;
    {
      ProjectWriter writer(bench.file().toStdString());
      FakeEngine engine(slow(5ms, 100));
      RunSession other(writer, engine, fakeConfig("uada", 7, 100), nullptr);
      QTRY_VERIFY_WITH_TIMEOUT(!s.runs().empty(), 20000);
      s.selection().select(s.runs().front().id);
      const qint64 first = s.selection().cursor();
      QTRY_VERIFY_WITH_TIMEOUT(s.selection().lastStep() > first, 20000);
      QCOMPARE(s.selection().cursor(), s.selection().lastStep());
      s.selection().setCursor(1);
      const qint64 seen = s.selection().lastStep();
      QTRY_VERIFY_WITH_TIMEOUT(s.selection().lastStep() > seen, 20000);
      QCOMPARE(s.selection().cursor(), qint64{1});
      other.job().send(command::Stop{});
      other.job().wait();
    }
  }

  void closingWhileTrainingLosesNothing() {
    Bench bench(slow(2ms, 1000));
    bench.session->start(fakeConfig());
    QTRY_VERIFY_WITH_TIMEOUT(bench.session->progress().step > 5, 20000);
    const qint64 seen = bench.session->progress().step;
    bench.session.reset();  // stops with a checkpoint
    const ProjectReader reader(bench.file().toStdString());
    const RunSummary run = reader.runs().front();
    QCOMPARE(run.state, RunState::stopped);
    QVERIFY(run.step >= seen);
    QCOMPARE(reader.lastCheckpoint(run.id)->step, run.step);
    QCOMPARE(static_cast<std::int64_t>(reader.steps(run.id).size()), run.step);
  }
};

QTEST_MAIN(TestSession)
#include "tst_session.moc"

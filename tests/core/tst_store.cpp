#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <limits>

#include "core/base/Printable.h"
#include "core/store/Project.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/StoreTools.h"

using namespace uada;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
/// Numbers that stores and text formats are known to damage.
const std::vector<double> kAwkward{kNaN,    kInfinity, -kInfinity, -0.0, 5e-324,
                                   1.0 / 3, 1e308,     0.1,        1e15, -2.5e-310};

double awkward() {
  static std::size_t next = 0;
  return kAwkward[next++ % kAwkward.size()];
}

Timings awkwardTimings() { return {awkward(), awkward(), awkward(), awkward(), awkward(), awkward()}; }

EpochReport epoch(int number, std::int64_t step, double top1) {
  EpochReport report;
  report.epoch = number;
  report.step = step;
  report.test = {{"top1", top1}, {"top5", (1 + top1) / 2}};
  return report;
}

}  // namespace

class TestStore : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  int count_ = 0;

  std::filesystem::path newProject() {
    return folder_.filePath(QString("p%1.uada").arg(++count_)).toStdString();
  }

  /// Steps whose numbers name the attempt; an epoch every five.
  static void addSteps(ProjectWriter& writer, std::int64_t run, int attempt, int first, int last) {
    for (int step = first; step <= last; ++step) {
      StepReport report;
      report.step = step;
      report.loss = attempt;
      report.counts = {1, 0, 0, 0};
      report.timings.train = 0.5;
      writer.append(run, attempt, report);
      writer.append(run, attempt, PolicyReport{step, 1, attempt, 9, {}, {}});
      if (step % 5 == 0) writer.append(run, attempt, epoch(step / 5, step, 0.1 * attempt));
      Decision decision;
      decision.step = step;
      decision.label = attempt;
      writer.append(run, attempt, decision);
    }
  }

 private Q_SLOTS:
  void everyReportComesBackBitForBit() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto run = beginRun(writer, fakeConfig());
    std::vector<StepReport> steps;
    std::vector<PolicyReport> policies;
    std::vector<EpochReport> epochs;
    const FakeNumbers numbers{{}, fakeConfig()};
    for (int i = 1; i <= 20; ++i) {
      const StepReport step{.step = i,
                            .epoch = 1,
                            .learningRate = awkward(),
                            .loss = awkward(),
                            .unperturbedLoss = awkward(),
                            .gain = awkward(),
                            .count = 10,
                            .metrics = {{"top1", awkward()}, {"a", awkward()}},
                            .counts = {static_cast<double>(i), 2, 3, INT64_MAX},
                            .timings = awkwardTimings()};
      PolicyReport policy = numbers.policy(i);
      for (auto& op : policy.ops) op.beforeMean = awkward(), op.meanDL = awkward(), op.inert = i;
      for (auto& group : policy.groups) group.meanDL = awkward(), group.meanGain = awkward();
      std::swap(policy.ops[0], policy.ops[2]);  // the order of the report, not of the alphabet
      steps.push_back(step), policies.push_back(policy);
      writer.append(run, 1, step);
      writer.append(run, 1, policy);
    }
    for (int i = 1; i <= 5; ++i) {
      epochs.push_back({.epoch = i,
                        .step = 4 * i,
                        .train = {{"loss", awkward()}, {"top1", awkward()}},
                        .test = {{"top1", awkward()}, {"top5", awkward()}, {"loss", awkward()}},
                        .seconds = awkward(),
                        .testSeconds = awkward(),
                        .counts = {1, 2, 3, 4},
                        .timings = awkwardTimings()});
      writer.append(run, 1, epochs.back());
    }
    writer.flush();
    const ProjectReader reader(file);
    QCOMPARE(text(reader.steps(run)), text(steps));
    QCOMPARE(text(reader.policy(run)), text(policies));
    QCOMPARE(text(reader.epochs(run)), text(epochs));
    QCOMPARE(text(reader.steps(run, 18)), text(std::vector(steps.begin() + 18, steps.end())));
    QCOMPARE(text(reader.policy(run, 18)), text(std::vector(policies.begin() + 18, policies.end())));
  }

  void decisionsComeBackWithTheirPictures() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto run = beginRun(writer, fakeConfig());
    const FakeNumbers numbers{{}, fakeConfig()};
    std::vector<Decision> newestFirst;
    for (const int step : {3, 2, 1})
      for (std::uint32_t sample = 0; sample < 2; ++sample) {
        Decision decision = numbers.decision(step, sample);
        for (auto& group : decision.groups) group.dL = {awkward()}, group.probeLoss = {awkward()};
        decision.groups[0].dL = {awkward(), awkward()};
        decision.groups[1].dL = {};
        decision.unperturbedLoss = awkward();
        decision.groups[2].picture = {};
        newestFirst.push_back(decision);
      }
    for (const Decision& decision : newestFirst) writer.append(run, 1, decision);
    writer.flush();
    const ProjectReader reader(file);
    QCOMPARE(text(reader.decisions(run, 0, true)), text(newestFirst));
    QCOMPARE(text(reader.decisions(run, 3, true)),
             text(std::vector(newestFirst.begin(), newestFirst.begin() + 3)));
    const auto bare = reader.decisions(run, 1, false);
    QVERIFY(bare.at(0).original.empty() && bare.at(0).groups.at(0).picture.empty());
    QVERIFY(bare[0].plan == newestFirst[0].plan);
  }

  void laterAttemptWinsWhereTheyOverlap() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto run = beginRun(writer, fakeConfig());
    const auto add = [&](int attempt, int first, int last) { addSteps(writer, run, attempt, first, last); };
    const auto losses = [&] {
      std::string all;
      for (const StepReport& step : ProjectReader(file).steps(run)) all += fmt::format("{}", step.loss);
      return all;
    };
    add(1, 1, 10);
    writer.beginAttempt(run, currentManifest(), "checkpoint-5");
    writer.flush();
    QCOMPARE(losses(), "1111111111");  // an attempt that has no rows yet hides none
    add(2, 6, 8);
    writer.flush();
    QCOMPARE(losses(), "11111222");  // steps 9 and 10 belong to a way that was left
    writer.beginAttempt(run, currentManifest(), "checkpoint-7");
    add(3, 8, 12);
    writer.flush();
    QCOMPARE(losses(), "111112233333");
    const ProjectReader reader(file);
    QCOMPARE(reader.runs().at(0).seconds, 6.0);
    add(3, 13, 14);
    writer.beginAttempt(run, currentManifest(), "checkpoint-13");
    add(4, 14, 14);
    writer.flush();
    QCOMPARE(reader.runs().at(0).seconds,
             7.0);  // the same reader: only what is new, less what was superseded
    QCOMPARE(reader.runs().at(0).counts.forwardsNoGrad, 14.0);
  }

  void laterAttemptWinsInEveryTable() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto run = beginRun(writer, fakeConfig());
    for (int attempt = 1; attempt <= 3; ++attempt) {
      const int first[] = {1, 6, 8}, last[] = {10, 8, 12};
      if (attempt > 1) writer.beginAttempt(run, currentManifest(), "");
      addSteps(writer, run, attempt, first[attempt - 1], last[attempt - 1]);
    }
    writer.flush();
    const ProjectReader reader(file);
    std::string winners, wins, epochs;
    for (const Decision& d : reader.decisions(run, 0, false)) winners += std::to_string(d.label);
    for (const PolicyReport& p : reader.policy(run)) wins += std::to_string(p.unperturbedWins);
    for (const EpochReport& e : reader.epochs(run))
      epochs += fmt::format("{}@{:.1f} ", e.epoch, metricOf(e.test, "top1"));
    QCOMPARE(winners, "333332211111");
    QCOMPARE(wins, "111112233333");
    QCOMPARE(epochs, "1@0.1 2@0.3 ");
    const RunSummary summary = reader.findRun(std::to_string(run));
    QCOMPARE(summary.step, 12);
    QCOMPARE(summary.attempts, 3);
    QCOMPARE(summary.counts.forwardsNoGrad, 12.0);
    QCOMPARE(summary.seconds, 6.0);
  }

  void summariesAreDerivedFromRows() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto run = beginRun(writer, fakeConfig());
    const ProjectReader reader(file);
    QVERIFY(!reader.runs().at(0).lastMain() && !reader.runs()[0].loss);
    writer.append(run, 1, epoch(1, 10, 0.5));
    writer.append(run, 1, epoch(2, 20, 0.7));
    writer.append(run, 1, epoch(3, 30, 0.7));
    writer.append(run, 1, epoch(4, 40, kNaN));
    StepReport step;
    step.step = 45, step.epoch = 5, step.loss = kNaN;
    writer.append(run, 1, step);
    writer.flush();
    RunSummary summary = reader.runs().at(0);
    QCOMPARE(summary.best.value(), 0.7);
    QCOMPARE(summary.bestEpoch, 2);  // the first of equal ones; NaN is never the best
    QVERIFY(std::isnan(summary.lastMain().value()) && std::isnan(summary.loss.value()));
    QCOMPARE(summary.epoch, 5);
    QCOMPARE(summary.epochs, 3);
    QCOMPARE(summary.title, runTitle(fakeConfig()));
    QCOMPARE(summary.configHash, configHash(fakeConfig()));
    QCOMPARE(summary.state, RunState::preparing);
    QCOMPARE(toJson(reader.detail(run).config).dump(), toJson(fakeConfig()).dump());
  }

  /// A project of a time when any text was taken for a name forges no line of what is shown of it.
  void storedNamesAreShownOnOneLine() {
    const auto file = newProject();
    std::int64_t run = 0;
    {
      ProjectWriter writer(file);
      run = beginRun(writer, fakeConfig());
    }
    sqlite(file,
           "UPDATE runs SET title = 't' || char(10) || '1 finished' || char(8238), experiment = 'a' || "
           "char(13) || 'b', dataset = char(27) || 'c', method = 'm' || char(10), tags = 'x' || char(10) || "
           "'y', "
           "notes = 'two' || char(10) || 'lines' || char(27), "
           "config = replace(config, '\"recipe\":{\"name\":\"', '\"recipe\":{\"name\":\"\\nx')");
    const ProjectReader reader(file);
    const RunSummary summary = reader.runs().at(0);
    QCOMPARE(summary.title, std::string("t 1 finished?"));
    QCOMPARE(summary.experiment, std::string("a?b"));
    QCOMPARE(summary.dataset, std::string("?c"));
    QCOMPARE(summary.method, std::string("m "));
    QCOMPARE(summary.tags, std::string("x y"));
    QCOMPARE(summary.notes, std::string("two\nlines?"));  // notes may have lines
    QCOMPARE(reader.detail(run).config.recipe.name, " x" + fakeConfig().recipe.name);
  }

  void refusesNotesThatForgeLines() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto run = beginRun(writer, fakeConfig());
    writer.setNotes(run, "two\nlines", "one two");
    QVERIFY(contains(errorOf([&] { writer.setNotes(run, "x\x1b", ""); }), "control characters"));
    QVERIFY(contains(errorOf([&] { writer.setNotes(run, "", "a\nb"); }), "control characters"));
    QVERIFY(contains(errorOf([&] { writer.setNotes(run, "", std::string(1001, 'x')); }), "at most"));
  }

  void statesCloseAnAttempt_data() {
    QTest::addColumn<int>("state");
    QTest::addColumn<bool>("ended");
    for (const auto state : {RunState::preparing, RunState::running, RunState::paused, RunState::stopping})
      QTest::newRow(stateName(state)) << static_cast<int>(state) << false;
    for (const auto state : {RunState::finished, RunState::stopped, RunState::failed})
      QTest::newRow(stateName(state)) << static_cast<int>(state) << true;
  }
  void statesCloseAnAttempt() {
    QFETCH(int, state);
    QFETCH(bool, ended);
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto run = beginRun(writer, fakeConfig());
    StateReport running{RunState::running, "", "cuda:0", 3, "d5", true};
    running.stepsPerEpoch = 7;
    writer.append(run, 1, running);
    writer.append(run, 1, StateReport{static_cast<RunState>(state), "why", "", 0, ""});
    writer.flush();
    const ProjectReader reader(file);
    const RunSummary summary = reader.runs().at(0);
    QCOMPARE(summary.state, static_cast<RunState>(state));
    QCOMPARE(!summary.ended.empty(), ended);
    QCOMPARE(summary.problem, state == static_cast<int>(RunState::failed) ? "why" : "");
    QCOMPARE(summary.device, "cuda:0");  // an empty one later does not forget it
    QCOMPARE(summary.threads, 3);
    QCOMPARE(summary.stepsPerEpoch, std::int64_t{7});
    QCOMPARE(summary.plannedSteps(), std::int64_t{21});
    const Manifest manifest = reader.detail(run).attempts.at(0);
    QCOMPARE(manifest.dataHash, "d5");
    QCOMPARE(manifest.isDataPublished, std::optional(true));
    QCOMPARE(summary.dataHash, "d5");
    QCOMPARE(summary.isDataPublished, std::optional(true));
    QCOMPARE(manifest.pid, ::getpid());
    QVERIFY(!manifest.host.empty() && !manifest.git.empty() && !manifest.cpu.empty() &&
            !manifest.compiler.empty());
  }

  void checkpointsAndEventsKeepTheirOrder() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const RunSummary run = writer.createRun(fakeConfig());
    writer.beginAttempt(run.id, currentManifest(), "");
    const ProjectReader reader(file);
    QVERIFY(!reader.lastCheckpoint(run.id));
    const auto inside = runFolder(file, run.key) / "a.ckpt";
    writer.append(run.id, 1, CheckpointReport{10, 1, inside.string(), "aa"});
    writer.append(run.id, 1, CheckpointReport{9, 1, "/elsewhere/b.ckpt", "bb"});
    writer.append(run.id, 1, EventReport{"first"});
    writer.append(run.id, 1, EventReport{"second"});
    writer.flush();
    QCOMPARE(reader.lastCheckpoint(run.id)->hash, "bb");
    const RunDetail detail = reader.detail(run.id);
    QCOMPARE(detail.checkpoints.at(0).file, inside.string());
    QCOMPARE(detail.checkpoints.at(1).file, "/elsewhere/b.ckpt");
    QVERIFY(detail.events == (std::vector<std::string>{"first", "second"}));
    QCOMPARE(sqlite(file, "SELECT file FROM checkpoints WHERE id = 1"),
             "a.ckpt");  // the project can be moved
  }

  void hostileStringsComeBack() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto run = beginRun(writer, fakeConfig());
    const ProjectReader reader(file);
    const std::vector<std::string> hostile{"'; DROP TABLE runs; --",
                                           "\"quoted\" \\ %s {}",
                                           "=1+1",
                                           "line\nbreak\r\t",
                                           std::string("nul\0inside", 10),
                                           "\x1b[31mred",
                                           "日本語 ü \xf0\x9f\x98\x80",
                                           "\xff\xfe broken",
                                           "../../etc/passwd",
                                           std::string(100000, 'x'),
                                           ""};
    for (const std::string& text : hostile) {
      const bool isTaken = isPlainLine(text) && text.size() <= 1000;
      if (isTaken) writer.setNotes(run, text, text);
      writer.append(run, 1, EventReport{text});
      writer.append(run, 1, StateReport{RunState::failed, text, "", 0, ""});
      writer.flush();
      const RunSummary summary = reader.runs().at(0);
      if (isTaken) QCOMPARE(summary.notes, text);
      if (isTaken) QCOMPARE(summary.tags, text);
      QCOMPARE(summary.problem, oneLine(text));
    }
    std::vector<std::string> lines;
    for (const std::string& text : hostile) lines.push_back(oneLine(text));
    QCOMPARE(reader.detail(run).events, lines);
  }

  void removesARunWithItsFolder() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto kept = beginRun(writer, fakeConfig()), removed = beginRun(writer, fakeConfig());
    for (const auto run : {kept, removed}) {
      writer.append(run, 1, FakeNumbers{{}, fakeConfig()}.step(1));
      writer.append(run, 1, FakeNumbers{{}, fakeConfig()}.policy(1));
    }
    const ProjectReader reader(file);
    QVERIFY(contains(errorOf([&] { writer.removeRun(removed); }), "stop it first"));
    writer.append(removed, 1, StateReport{RunState::stopped, "", "", 0, ""});
    const auto folder = runFolder(file, reader.findRun(std::to_string(removed)).key);
    std::filesystem::create_directories(folder);
    writer.removeRun(removed);
    QVERIFY(!std::filesystem::exists(folder));
    QCOMPARE(reader.runs().size(), std::size_t{1});
    QCOMPARE(sqlite(file, "SELECT count(*) FROM steps UNION ALL SELECT count(*) FROM policy_ops"), "1\n3");
    QVERIFY(contains(errorOf([&] { writer.removeRun(removed); }), "there is no run"));
    // What is still reported for it cannot be stored: said once, and the rest goes on.
    writer.append(removed, 1, FakeNumbers{{}, fakeConfig()}.step(2));
    writer.append(kept, 1, FakeNumbers{{}, fakeConfig()}.step(2));
    QVERIFY(contains(errorOf([&] { writer.flush(); }), "could not be stored"));
    QCOMPARE(errorOf([&] { writer.flush(); }), "");
    QCOMPARE(reader.steps(kept).size(), std::size_t{2});
  }

  void readersSeeThatSomethingWasCommitted() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const auto run = beginRun(writer, fakeConfig());
    const ProjectReader reader(file);
    const auto before = reader.dataVersion();
    QCOMPARE(reader.dataVersion(), before);
    writer.append(run, 1, FakeNumbers{{}, fakeConfig()}.step(1));
    QTRY_VERIFY(reader.dataVersion() != before);  // without a flush: the clock commits
    QCOMPARE(reader.steps(run).size(), std::size_t{1});
  }

  void manyReportsKeepTheirOrder() {
    const auto file = newProject();
    {
      ProjectWriter writer(file);
      const auto run = beginRun(writer, fakeConfig());
      for (int step = 1; step <= 10000; ++step)
        writer.append(run, 1, FakeNumbers{{}, fakeConfig()}.step(step));
    }  // destroying commits
    const auto steps = ProjectReader(file).steps(1);
    QCOMPARE(steps.size(), std::size_t{10000});
    for (int step = 1; step <= 10000; ++step) QCOMPARE(steps[step - 1].step, step);
  }
};

QTEST_GUILESS_MAIN(TestStore)
#include "tst_store.moc"

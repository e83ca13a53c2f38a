#include <QTemporaryDir>
#include <QTest>

#include "core/config/Fork.h"
#include "core/config/LiveSettings.h"
#include "core/engine/Edits.h"
#include "core/store/LockStep.h"
#include "core/store/RunSession.h"
#include "core/tables/FinishedRun.h"
#include "tests/core/FakeEngine.h"
#include "tests/core/OlderProject.h"
#include "tests/core/StoreTools.h"
#include "tests/core/Watcher.h"

using namespace uada;

/// Forks and edits of runs: their configurations, and what the project keeps of them.
class TestForks : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  int count_ = 0;
  FakeEngine engine_;

  std::filesystem::path newProject() {
    return folder_.filePath(QString("p%1.uada").arg(++count_)).toStdString();
  }
  static RunDetail detail(const std::filesystem::path& file, const std::string& key) {
    const ProjectReader reader(file);
    return reader.detail(reader.findRun(key).id);
  }
  /// A run that has finished; its newest checkpoint, of step 30.
  FoundCheckpoint finished(ProjectWriter& writer, std::string& key) {
    RunSession session(writer, engine_, fakeConfig(), nullptr);
    session.job().wait();
    key = session.run().key;
    return engine_.checkpoints(session.folder()).front();
  }
  Fork forkOf(const std::filesystem::path& file, const std::string& key, const FoundCheckpoint& from,
              const std::vector<std::string>& sets) const {
    return uada::forkOf(ProjectReader(file), detail(file, key), from, sets);
  }

 private Q_SLOTS:
  void forkChangesWhatItMay() {
    const RunConfig config = fakeConfig();
    QCOMPARE(configHash(forkedConfig(config, {})), configHash(config));
    const RunConfig changed = forkedConfig(
        config, {"method.epsilon=2", "recipe.training.epochs=20", "recipe.optimiser.learning_rate=0.01",
                 "recipe.schedule=constant", "runtime.pictured=0"});
    QCOMPARE(choiceToJson(changed.method).at("epsilon").asInt(), 2);
    QCOMPARE(changed.recipe.training.epochs, 20);
    QCOMPARE(learningRate(changed.recipe, 19, 0, 10), 0.01);
    QCOMPARE(changed.runtime.pictured, 0);
    QCOMPARE(changed.experiment, config.experiment);
    QCOMPARE(changed.seed, config.seed);
    QCOMPARE(forkedConfig(config, {"method=ra-uc"}).method.name, "ra-uc");
  }

  void forkKeepsNetworkAndData_data() {
    QTest::addColumn<QString>("set");
    QTest::addColumn<QString>("key");
    const auto row = [](const char* set, const char* key) { QTest::newRow(set) << set << key; };
    row("recipe.dataset.train_limit=50", "recipe.dataset");
    row("recipe.input.pad=2", "recipe.input");
    row("recipe.model.width=8", "recipe.model");
    row("recipe.optimiser=adam", "recipe.optimiser.name");
    row("recipe.training.averaging=0.9", "recipe.training.averaging");
    row("method=online-augment", "method");
    row("seed=2", "seed");
  }
  void forkKeepsNetworkAndData() {
    QFETCH(QString, set);
    QFETCH(QString, key);
    const std::string refusal = errorOf([&] { forkedConfig(fakeConfig(), {set.toStdString()}); });
    QVERIFY2(refusal.starts_with(key.toStdString() + ": a fork keeps it, because "), refusal.c_str());
  }
  void forkRefusesWhatNoRunCanHave() {
    for (const auto& [set, part] : {std::pair("method.epsilon=10", "epsilon: 10"),
                                    {"recipe.trainin.epochs=2", "trainin"},
                                    {"runtim.threads=2", "runtim"},
                                    {"method.delta", "KEY=VALUE expected"}}) {
      const std::string refusal = errorOf([&] { forkedConfig(fakeConfig(), {set}); });
      QVERIFY2(contains(refusal, part), refusal.c_str());
    }
  }

  void liveSettingsAreThoseWithAnEffect() {
    const auto keys = [](const RunConfig& config) {
      std::string text;
      for (const RunSetting& setting : liveSettings(config)) text += setting.key + ' ';
      return text;
    };
    QCOMPARE(keys(fakeConfig("ra-uc")),
             "recipe.optimiser.learning_rate recipe.optimiser.momentum recipe.optimiser.weight_decay "
             "recipe.training.gradient_clip ");
    RunConfig random = fakeConfig("uada");
    QVERIFY(contains(keys(random), " method.delta "));
    random.method.set("update", "random");
    QVERIFY(!contains(keys(random), " method.delta "));  // no probes
    QVERIFY(contains(keys(random), " method.epsilon "));
  }
  void liveSettingChangesOneValue() {
    const RunConfig config = fakeConfig();
    const RunConfig changed = withLiveSetting(config, "recipe.optimiser.learning_rate", Json(0.5));
    QCOMPARE(learningRate(changed.recipe, 0, 1, 10) / learningRate(config.recipe, 0, 1, 10), 5.0);
    QCOMPARE(liveValue(changed, "recipe.optimiser.learning_rate").dump(), "0.5");
    QCOMPARE(withLiveSetting(config, "recipe.training.gradient_clip", Json(2)).recipe.training.gradientClip,
             2.0);
    QCOMPARE(editText({1, 1200, "method.epsilon", "1", "2"}),
             "method.epsilon is 2 (was 1) from step 1,201 on");
  }

  /// Row 48: the run, its lineage, and what it began with.
  void forkIsRecorded() {
    const auto file = newProject();
    ProjectWriter writer(file);
    std::string parent, child;
    const FoundCheckpoint from = finished(writer, parent);
    {
      RunSession session(writer, engine_, forkOf(file, parent, from, {"recipe.training.epochs=4"}), nullptr);
      session.job().wait();
      child = session.run().key;
    }
    QVERIFY(engine_.lastOptions.isFork);
    QCOMPARE(engine_.lastOptions.checkpoint, from.file);
    const RunDetail run = detail(file, child);
    QCOMPARE(run.summary.lineage.run, parent);
    QCOMPARE(run.summary.lineage.step, 30);
    QCOMPARE(run.summary.state, RunState::finished);
    QCOMPARE(run.summary.epochs, 4);
    QCOMPARE(ProjectReader(file).steps(run.summary.id).front().step, 31);
    QCOMPARE(run.summary.lineage.config, configHash(fakeConfig()));
    QVERIFY(detail(file, parent).summary.lineage.run.empty());
    QCOMPARE(sqlite(file, "SELECT from_checkpoint FROM attempts ORDER BY run DESC LIMIT 1"),
             parent + '/' + from.file.filename().string());
    // Neither the command line's tables nor the views count what was not trained with one configuration.
    QCOMPARE(finishedRuns(ProjectReader(file), {}).size(), std::size_t{1});
    QCOMPARE(sqlite(file, "SELECT key FROM finished_runs"), parent);
    writer.removeRun(detail(file, parent).summary.id);
    QCOMPARE(detail(file, child).summary.lineage.run, parent);
  }
  /// Forks of repeats after the same step, with the same settings, repeat one another; others do not.
  void forksOfRepeatsAreRepeats() {
    const auto origin = [](const std::string& parentsConfig, std::int64_t step, int edits = 0) {
      RunSummary run;
      run.key = "0123abcd";
      run.lineage = {"89abcdef", step, parentsConfig};
      run.edits = edits;
      return run.origin();
    };
    QCOMPARE(origin("a", 10), origin("a", 10));
    QVERIFY(origin("a", 10) != origin("a", 20) && origin("a", 10) != origin("b", 10));
    QCOMPARE(origin("a", 10, 1), "0123abcd");
    QVERIFY(RunSummary{}.origin().empty());
  }
  /// A fork that cannot start is no run.
  void forkThatCannotStartLeavesNothing() {
    const auto file = newProject();
    ProjectWriter writer(file);
    std::string parent;
    const FoundCheckpoint from = finished(writer, parent);
    engine_.settings.refusal = "there is no GPU";
    const Fork fork = forkOf(file, parent, from, {"recipe.training.epochs=4"});
    QCOMPARE(errorOf([&] { RunSession(writer, engine_, fork, nullptr); }), "there is no GPU");
    engine_.settings = {};
    QCOMPARE(ProjectReader(file).runs().size(), std::size_t{1});
  }
  /// Killed before its first checkpoint: from the beginning it would be another run.
  void forkWithoutACheckpointOfItsOwn() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const RunSummary run = writer.createRun(fakeConfig(), 0, {"0123abcd", 30, "config"});
    writer.beginAttempt(run.id, currentManifest(), "0123abcd/x");
    writer.append(run.id, 1, StateReport{RunState::stopped, "", "", 0, ""});
    writer.flush();
    const std::string refusal = errorOf([&] { RunSession(writer, engine_, detail(file, run.key), nullptr); });
    QVERIFY2(contains(refusal, "was forked from 0123abcd after step 30, and has no checkpoint of its own"),
             refusal.c_str());
  }

  /// None is more than a turn ahead of another, and each is trained to its end.
  void runsInLockStep() {
    const auto file = newProject();
    ProjectWriter writer(file);
    std::string parent;
    const FoundCheckpoint from = finished(writer, parent);
    std::vector<Fork> forks;
    for (const TwinKind& kind : twinKinds()) {
      std::vector<std::string> sets = kind.sets;
      sets.push_back("recipe.training.epochs=4");
      forks.push_back(forkOf(file, parent, from, sets));
    }
    LockStep twins(writer, engine_, twinStarts(forks), 4);
    const auto steps = [&] {
      writer.flush();
      std::vector<std::int64_t> all;
      for (std::size_t i = 0; i < twins.size(); ++i)
        all.push_back(ProjectReader(file).findRun(twins.session(i).run().key).step);
      return all;
    };
    const auto never = [] { return false; };
    QVERIFY(twins.turn(never));
    QVERIFY(steps() == (std::vector<std::int64_t>{34, 34, 34}));
    QVERIFY(twins.turn(never));
    QVERIFY(steps() == (std::vector<std::int64_t>{38, 38, 38}));
    QVERIFY(!twins.turn(never));
    for (std::size_t i = 0; i < twins.size(); ++i) QCOMPARE(twins.state(i), RunState::finished);
    QCOMPARE(detail(file, twins.session(2).run().key).config.method.settings().at("update").asString(),
             "against");
  }

  /// Row 47: rows, tables, and what is handed to the engine that goes on.
  void editIsRecorded() {
    const auto file = newProject();
    ProjectWriter writer(file);
    std::string key;
    {
      RunSession session(writer, engine_, fakeConfig(), nullptr);
      session.job().send(command::Change{"method.epsilon", Json(2)});
      session.job().send(command::Change{"method.delta", Json(3)});
      session.job().wait();
      key = session.run().key;
    }
    const RunDetail run = detail(file, key);
    QCOMPARE(run.summary.edits, 2);
    QCOMPARE(run.edits.size(), std::size_t{2});
    QVERIFY(run.edits[1] == (EditReport{2, run.edits[1].step, "method.delta", "null", "3"}));
    QVERIFY(!run.summary.isOfOneConfig());
    QVERIFY(finishedRuns(ProjectReader(file), {}).empty());
    QCOMPARE(sqlite(file, "SELECT count(*) FROM finished_runs"), "0");
    const std::string line = fmt::format(
        R"("kind":"edit","number":2,"step":{},"key":"method.delta","old_value":"null","new_value":"3")",
        run.edits[1].step);
    QVERIFY(contains(readTextFile(runFolder(file, key) / "log.jsonl", 1 << 20), line));
    // Made again it is the same row.
    writer.append(run.summary.id, 1, run.edits[0]);
    writer.flush();
    QVERIFY(detail(file, key).edits == run.edits);
  }
  void resumeHandsOnTheEdits() {
    const auto file = newProject();
    ProjectWriter writer(file);
    engine_.settings.stepDelay = std::chrono::milliseconds(5);
    std::string key;
    {
      RunSession session(writer, engine_, fakeConfig(), nullptr);
      session.job().send(command::Change{"method.epsilon", Json(2)});
      session.job().send(command::Stop{});
      session.job().wait();
      key = session.run().key;
    }
    engine_.settings = {};
    const RunDetail stopped = detail(file, key);
    RunSession(writer, engine_, stopped, nullptr).job().wait();
    QVERIFY(engine_.lastOptions.edits == stopped.edits && stopped.edits.size() == 1);
    QVERIFY(!engine_.lastOptions.isFork);
  }
  /// The fork has what the edits up to its checkpoint had made of the settings.
  void forkTakesEditsUpToItsCheckpoint() {
    RunDetail run;
    run.summary.key = "0123abcd";
    run.config = fakeConfig();
    run.edits = {{1, 10, "method.epsilon", "1", "2"}, {2, 20, "method.epsilon", "2", "3"}};
    const auto file = newProject();
    ProjectWriter writer(file);
    const ProjectReader reader(file);
    const auto epsilon = [&](std::int64_t step) {
      FoundCheckpoint from;
      from.step = step;
      return choiceToJson(uada::forkOf(reader, run, from, {}).config.method).at("epsilon").asInt();
    };
    QCOMPARE(epsilon(9), 1);
    QCOMPARE(epsilon(10), 2);
    QCOMPARE(epsilon(30), 3);
  }

  /// Of a project from before there were forks, edits and norms.
  void olderProjectsHaveNone() {
    const auto file = newProject();
    {
      ProjectWriter writer(file);
      std::string key;
      finished(writer, key);
    }
    makeOlder(file, 5);
    const auto looksOld = [&] {
      const ProjectReader reader(file);
      const RunSummary run = reader.runs().front();
      const StepReport step = reader.steps(run.id).front();
      return run.isOfOneConfig() && reader.edits(run.id).empty() && std::isnan(step.gradientNorm);
    };
    QVERIFY(looksOld());
    ProjectWriter(file).flush();
    QVERIFY(looksOld());
    QCOMPARE(sqlite(file, "SELECT count(*) FROM finished_runs"), "1");
  }
  /// Stored to the last bit; where it was not recorded there is none.
  void gradientNormIsStored() {
    const auto file = newProject();
    ProjectWriter writer(file);
    const std::int64_t run = beginRun(writer, fakeConfig());
    StepReport report = FakeNumbers{{}, fakeConfig()}.step(1);
    report.gradientNorm = 0.1 + 0.2;
    writer.append(run, 1, report);
    report.step = 2;
    report.gradientNorm = std::nan("");
    writer.append(run, 1, report);
    writer.flush();
    const auto steps = ProjectReader(file).steps(run);
    QCOMPARE(steps[0].gradientNorm, 0.1 + 0.2);
    QVERIFY(std::isnan(steps[1].gradientNorm));
  }
};

QTEST_GUILESS_MAIN(TestForks)
#include "tst_forks.moc"

#include <QTemporaryDir>
#include <QTest>

#include "core/base/Error.h"
#include "core/config/Fork.h"
#include "core/engine/Edits.h"
#include "core/engine/train/Checkpoint.h"
#include "tests/core/ErrorOf.h"
#include "tests/engine/Attempt.h"

using namespace uada;
namespace fs = std::filesystem;

/// Runs that go on from another one's checkpoint, and settings that are changed while a run trains.
class TestForkedTraining : public QObject {
  Q_OBJECT
 private:
  StripedImages images_{32, 16};  // four steps of eight an epoch
  QTemporaryDir dirs_;
  int made_ = 0;

  fs::path folder() {
    const fs::path path = fs::path(dirs_.path().toStdString()) / std::to_string(++made_);
    fs::create_directory(path);
    return path;
  }
  RunConfig config(const char* method = "uada", int epochs = 2) const {
    return tinyConfig(images_.folder(), method, epochs, 8);
  }
  RunConfig with(const RunConfig& config, const std::vector<std::string>& sets) const {
    return forkedConfig(config, sets);
  }
  /// All but the result: what a fork cost, and its best test, are its own.
  static std::vector<std::string> withoutResult(RecordingSink sink) {
    sink.results.clear();
    return sink.numbers();
  }
  static std::vector<std::string> joined(const RecordingSink& first, const RecordingSink& second) {
    RecordingSink a = first, b = second;
    a.results.clear(), b.results.clear();
    return joinedNumbers(a, b);
  }
  /// Of the weights of two checkpoints: the length of the way from one to the other.
  static double way(const Checkpoint& from, const Checkpoint& to) {
    double sum = 0;
    for (const auto& [name, tensor] : from.tensors.tensors)
      if (name.starts_with("model.") && name.find("running_") == name.npos && tensor.is_floating_point())
        sum += (to.tensors.tensor(name) - tensor).to(at::kDouble).square().sum().item<double>();
    return std::sqrt(sum);
  }

 private Q_SLOTS:
  /// Plain descent goes along the gradient: the way of the weights, divided by the rate, is its length. It is
  /// that before clipping, which shortens the way.
  void gradientNormIsThatOfTheStep() {
    RunConfig plain = config("ra-uc", 1);
    plain.recipe.optimiser.set("momentum", 0.0);
    plain.recipe.optimiser.set("weight_decay", 0.0);
    plain.recipe.schedule = scheduleFromJson(Json("constant"), "test");
    RunConfig clipped = plain;
    clipped.recipe.training.gradientClip = 0.01;
    const auto normAndWay = [&](const RunConfig& config) {
      const fs::path path = folder();
      const Attempt first(config, path, {}, atStep(1, command::Stop{}));
      const Checkpoint one = findCheckpoint(path);
      const Attempt second(config, path, path, atStep(2, command::Stop{}));
      return std::tuple(first.sink.steps[0].gradientNorm, second.sink.steps[0].gradientNorm,
                        way(one, findCheckpoint(path)) / 0.05);
    };
    const auto [first, norm, length] = normAndWay(plain);
    QVERIFY2(std::abs(norm / length - 1) < 1e-4, fmt::format("{} {}", norm, length).c_str());
    const auto [clippedFirst, clippedNorm, clippedLength] = normAndWay(clipped);
    QCOMPARE(clippedFirst, first);
    QVERIFY(clippedNorm > 0.1);
    QVERIFY2(std::abs(clippedLength / 0.01 - 1) < 1e-3, fmt::format("{}", clippedLength).c_str());
  }

  /// Row 48: a fork without changes is the run's own continuation, to the last bit, also within an epoch.
  void forkWithoutChangesIsTheContinuation_data() {
    QTest::addColumn<QString>("method");
    QTest::addColumn<int>("step");
    for (const int step : {3, 4, 6}) QTest::addRow("uada, step %d", step) << "uada" << step;
    QTest::addRow("adversarial, step 4") << "adversarial" << 4;
  }
  void forkWithoutChangesIsTheContinuation() {
    QFETCH(QString, method);
    QFETCH(int, step);
    const RunConfig config = this->config(method.toUtf8());
    const Attempt whole(config, {});
    const fs::path parent = folder(), child = folder();
    const Attempt first(config, parent, {}, atStep(step, command::Stop{}));
    const Attempt fork(work::Train{with(config, {}), child, parent, true});
    QCOMPARE(fork.state, RunState::finished);
    QVERIFY(joined(first.sink, fork.sink) == withoutResult(whole.sink));
    QCOMPARE(fork.sink.checkpoints.front().step, step);  // its own, before its first step
    std::int64_t chains = 0;
    for (const StepReport& report : fork.sink.steps) chains += report.counts.chains;
    QVERIFY(fork.sink.results.front().counts.chains >= chains);
    QVERIFY(fork.sink.results.front().counts.chains < whole.sink.results.front().counts.chains);
    QVERIFY(fork.sink.results.front().bestEpoch > (step >= 5 ? 1 : 0));
  }

  /// With other settings it is another run, which goes on from its own checkpoints as any run does.
  void forkWithOtherSettings() {
    const RunConfig config = this->config();
    const fs::path parent = folder(), child = folder();
    const Attempt first(config, parent, {}, atStep(3, command::Stop{}));
    const Attempt whole(config, {});
    const RunConfig changed = with(config, {"method.epsilon=3", "recipe.training.epochs=3"});
    const work::Train work{changed, child, parent, true};
    const Attempt fork(work, atStep(5, command::Stop{}));
    QVERIFY(text(fork.sink.steps[0], false) != text(whole.sink.steps[3], false));
    QCOMPARE(findCheckpoint(child).configHash, configHash(changed));
    const Attempt rest(changed, child, child);
    QCOMPARE(rest.state, RunState::finished);
    QCOMPARE(rest.sink.steps.back().step, 12);
    const Attempt atOnce(work::Train{changed, {}, parent, true});
    QVERIFY(joined(fork.sink, rest.sink) == withoutResult(atOnce.sink));
  }

  /// A method that had learned nothing of the other's begins anew; the weights go on.
  void forkWithAnotherMethod() {
    const fs::path parent = folder();
    const Attempt first(config("ra-uc", 2), parent, {}, atStep(4, command::Stop{.isAfterEpoch = true}));
    const RunConfig changed = with(config("ra-uc", 2), {"method=adversarial"});
    const Attempt fork(work::Train{changed, {}, parent, true});
    QCOMPARE(fork.state, RunState::finished);
    QVERIFY(std::ranges::any_of(fork.sink.events, [](const std::string& e) {
      return e.starts_with("the method learns from the beginning");
    }));
    QVERIFY(fork.sink.steps.front().loss < 1.5 * first.sink.steps.front().loss);
  }

  void forkSaysWhatCannotBe() {
    const fs::path middle = folder(), end = folder();
    const RunConfig config = this->config();
    const Attempt first(config, middle, {}, atStep(3, command::Stop{}));
    const Attempt whole(config, end);
    const auto refusal = [&](const fs::path& from, const char* set) {
      return test::errorOf([&] { prepare(work::Train{with(config, {set}), {}, from, true}); });
    };
    QVERIFY(refusal(middle, "recipe.training.batch=4").contains("middle of epoch 1, whose batches have 8"));
    QVERIFY(refusal(middle, "method=ra-uc").contains("middle of epoch 1, which was begun with uada"));
    QVERIFY(refusal(end, "method.epsilon=2").contains("end of epoch 2, the fork has 2 epochs"));
    QCOMPARE(refusal(end, "recipe.training.epochs=3"), QString());
  }

  /// Row 47: an edit holds from the next step on, and a run that goes on, or is trained again, makes it at
  /// its step.
  void editsAreMadeAgainAtTheirStep() {
    const RunConfig config = this->config();
    const fs::path run = folder();
    const Attempt plain(config, {});
    const Attempt edited(config, run, {}, [](Control& control, std::int64_t step) {
      if (step == 2) control.send(command::Checkpoint{});
      if (step == 3) control.send(command::Change{"recipe.optimiser.learning_rate", Json(0.02)});
      if (step == 5) control.send(command::Change{"method.epsilon", Json(3)});
      if (step == 6) control.send(command::Checkpoint{});
    });
    QCOMPARE(edited.sink.edits.size(), std::size_t{2});
    QVERIFY(edited.sink.edits[0] == (EditReport{1, 3, "recipe.optimiser.learning_rate", "0.05", "0.02"}));
    QVERIFY(edited.sink.edits[1] == (EditReport{2, 5, "method.epsilon", "1", "3"}));
    const auto line = [](const Attempt& attempt, std::size_t i) {
      return text(attempt.sink.steps[i], false);
    };
    for (std::size_t i = 0; i < 3; ++i) QCOMPARE(line(edited, i), line(plain, i));
    QVERIFY(line(edited, 3) != line(plain, 3));
    QCOMPARE(edited.sink.steps[3].learningRate,
             0.4 * plain.sink.steps[3].learningRate);  // the schedule goes on
    QCOMPARE(findCheckpoint(run).configHash, configHash(config));
    QVERIFY(std::ranges::count(edited.sink.events, "method.epsilon is 3 (was 1) from step 6 on") == 1);

    for (const FoundCheckpoint& found : listCheckpoints(run)) {
      if (found.isBest || found.step == 8) continue;
      const Attempt again(work::Train{config, {}, found.file, false, edited.sink.edits});
      for (std::size_t i = 0; i < again.sink.steps.size(); ++i)
        QCOMPARE(line(again, i), line(edited, static_cast<std::size_t>(found.step) + i));
      QCOMPARE(again.sink.edits.size(), static_cast<std::size_t>(found.step < 3   ? 2
                                                                 : found.step < 5 ? 1
                                                                                  : 0));
    }
    // The control: without them it is another run.
    const Attempt without(work::Train{config, {}, run / "checkpoint-0000000002.safetensors"});
    QVERIFY(line(without, 2) != line(edited, 4));
  }

  /// What the project lost the checkpoint has.
  void editsThatWereNotStoredAreToldAgain() {
    const RunConfig config = this->config();
    const fs::path run = folder();
    const Attempt edited(config, run, {}, [](Control& control, std::int64_t step) {
      if (step == 1) control.send(command::Change{"method.delta", Json(2)});
      if (step == 3) control.send(command::Stop{});
    });
    const Attempt rest(config, {}, run);
    QVERIFY(rest.sink.edits == edited.sink.edits);
    const Attempt known(work::Train{config, {}, run, false, edited.sink.edits});
    QVERIFY(known.sink.edits.empty());
    QVERIFY(rest.sink.numbers() == known.sink.numbers());
  }

  /// A fork of an edited run begins with the edits in its configuration: it has none of its own.
  void forkOfAnEditedRun() {
    const RunConfig config = this->config();
    const fs::path run = folder(), child = folder();
    const Attempt edited(config, run, {}, [](Control& control, std::int64_t step) {
      if (step == 1) control.send(command::Change{"method.epsilon", Json(2)});
      if (step == 3) control.send(command::Checkpoint{});
    });
    const RunConfig changed = withEdit(config, edited.sink.edits[0]);
    const Attempt fork(work::Train{changed, child, run / "checkpoint-0000000003.safetensors", true});
    QVERIFY(fork.sink.edits.empty());
    QVERIFY(edited.sink.steps.size() > 3);
    QCOMPARE(fork.sink.steps.size(), edited.sink.steps.size() - 3);
    for (std::size_t i = 0; i < fork.sink.steps.size(); ++i)
      QCOMPARE(text(fork.sink.steps[i], false), text(edited.sink.steps[3 + i], false));
  }

  void refusedEditsSayWhy() {
    const Attempt attempt(config("uada", 1), {}, {}, [](Control& control, std::int64_t step) {
      if (step != 1) return;
      control.send(command::Change{"recipe.model.depth", Json(18)});
      control.send(command::Change{"method.epsilon", Json(0)});
      control.send(command::Change{"method.epsilon", Json(10)});
      control.send(command::Change{"method.epsilon", Json(1)});
    });
    QVERIFY(attempt.sink.edits.empty());
    for (const char* why :
         {"not changed: recipe.model.depth: a run under way keeps it; recipe.optimiser.learning_rate, ",
          "not changed: method.epsilon: with 0 it would be another method",
          "not changed: method.epsilon: 10 ", "not changed: method.epsilon: it is 1 already"})
      QVERIFY2(
          std::ranges::any_of(attempt.sink.events, [&](const std::string& e) { return e.starts_with(why); }),
          why);
  }

  /// Each optimiser takes its live settings: training goes on as one that had them would.
  void optimisersTakeLiveSettings() {
    for (const char* name : {"sgd", "adam", "lars"}) {
      RunConfig before = config("ra-uc", 1);
      before.recipe.optimiser = optimiserFromJson(Json(name), "test");
      before.recipe.optimiser.set("weight_decay", 0.1);
      RunConfig after = before;
      after.recipe.optimiser.set("weight_decay", 0.0);
      const Attempt edited(before, {}, {},
                           atStep(1, command::Change{"recipe.optimiser.weight_decay", Json(0.0)}));
      const Attempt kept(before, {});
      QCOMPARE(edited.sink.edits.size(), std::size_t{1});
      QCOMPARE(edited.sink.steps[1].loss, kept.sink.steps[1].loss);  // the second move is another one
      QVERIFY(edited.sink.steps[2].loss != kept.sink.steps[2].loss);
    }
  }

  /// Row 31: whoever takes the reports may end a run after an epoch, with its checkpoint.
  void stopsWhereTheSinkSaysSo() {
    const fs::path run = folder();
    RecordingSink sink;
    sink.why = [] { return std::string("pruned after epoch 1: it was the worst"); };
    Control control(run);
    Trainer trainer(prepare(config("ra-uc", 3), run), sink, control,
                    [&](const StateReport& report) { sink.take(report); });
    QCOMPARE(trainer.run(), RunState::stopped);
    QCOMPARE(sink.epochs.size(), std::size_t{1});
    QVERIFY(sink.events.back() == sink.why() && sink.states.back().text == sink.why());
    QCOMPARE(findCheckpoint(run).progress.epoch, 2);
  }

  /// For runs in lock-step.
  void pausesAfterAStep() {
    const Attempt attempt(config("ra-uc", 1), {}, {}, atStep(1, command::Pause{.afterStep = 3}));
    const auto paused = std::ranges::find(attempt.sink.states, RunState::paused, &StateReport::state);
    QVERIFY(paused != attempt.sink.states.end());
    QVERIFY(paused->text == "paused after step 3");
  }
};

QTEST_GUILESS_MAIN(TestForkedTraining)
#include "tst_forked_training.moc"

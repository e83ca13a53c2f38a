#include <QDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <memory>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/engine/RunImages.h"
#include "core/engine/optimisers/Sgd.h"
#include "core/engine/train/Trainer.h"
#include "tests/core/Resident.h"
#include "tests/engine/Attempt.h"

using namespace uada;
using uada::test::resident;
namespace fs = std::filesystem;

namespace {

bool sameTensors(const Checkpoint& a, const Checkpoint& b) {
  return a.tensors.tensors.size() == b.tensors.tensors.size() &&
         std::equal(
             a.tensors.tensors.begin(), a.tensors.tensors.end(), b.tensors.tensors.begin(),
             [](const auto& x, const auto& y) { return x.first == y.first && x.second.equal(y.second); });
}

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

bool says(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

}  // namespace

class TestTraining : public QObject {
  Q_OBJECT
 private:
  const StripedImages images_{26, 12};  // batches of 8, 8, 8, 2
  static fs::path made(const QTemporaryDir& dir) { return dir.path().toStdString(); }

 private Q_SLOTS:
  void reportsARun() {
    QTemporaryDir dir;
    const Attempt attempt(tinyConfig(images_.folder(), "uada", 2, 8), made(dir));
    const RecordingSink& sink = attempt.sink;
    QCOMPARE(attempt.state, RunState::finished);
    QCOMPARE(sink.steps.size(), std::size_t{8});
    QCOMPARE(sink.policies.size(), std::size_t{8});
    for (std::size_t i = 0; i < 8; ++i) {
      const StepReport& step = sink.steps[i];
      QCOMPARE(step.step, static_cast<std::int64_t>(i + 1));
      QCOMPARE(step.epoch, i < 4 ? 1 : 2);
      QCOMPARE(step.count, i % 4 == 3 ? 2 : 8);
      QCOMPARE(step.counts.forwardsNoGrad, 9.0);  // 1 + 2N, N = 4; with the trained one 2N + 2
      QCOMPARE(step.counts.forwardsTrain, 1.0);
      QCOMPARE(step.counts.backwards, 1.0);
      QCOMPARE(step.counts.chains, std::int64_t{9 * step.count});
      QVERIFY(step.gain >= 0 && std::isfinite(step.loss) && std::isfinite(step.unperturbedLoss));
      QVERIFY(step.timings.probe > 0 && step.timings.candidate > 0 && step.timings.train > 0 &&
              step.timings.render > 0);
    }
    QCOMPARE(sink.decisions.size(), std::size_t{4 * 3});  // steps 1, 3, 5, 7; three samples each
    QCOMPARE(sink.epochs.size(), std::size_t{2});
    QCOMPARE(sink.epochs[1].counts.forwardsNoGrad, 36.0);
    QCOMPARE(sink.checkpoints.size(), std::size_t{2});
    QCOMPARE(sha256(std::span<const std::byte>(readBinaryFile(sink.checkpoints[1].file, 1 << 24))),
             sink.checkpoints[1].hash);
    QCOMPARE(sink.results.size(), std::size_t{1});
    QCOMPARE(sink.results[0].counts.chains, std::int64_t{2 * 26 * 9});
    QCOMPARE(sink.results[0].best,
             std::max(metricOf(sink.epochs[0].test, "top1"), metricOf(sink.epochs[1].test, "top1")));
    QCOMPARE(sink.states.back().state, RunState::finished);
    QVERIFY(says(sink.states.back().dataHash, "+"));
    QVERIFY(!sink.states.back().isDataPublished);  // images that this test makes
    for (const EpochReport& epoch : sink.epochs)
      QVERIFY(metricOf(epoch.test, "top5") >= metricOf(epoch.test, "top1"));
  }

  /// 26 images in batches of 8 give 4 steps, 25 give 3: a last image alone joins the batch before. Said once
  /// the data is read.
  void saysHowManyStepsThereAre() {
    for (const auto& [limit, steps] : {std::pair{0, 4}, {25, 3}, {26, 4}}) {
      RunConfig config = tinyConfig(images_.folder(), "ra-uc", 2, 8);
      config.recipe.dataset.set("train_limit", limit);
      const Attempt attempt(config, {});
      const std::vector<StateReport>& states = attempt.sink.states;
      QCOMPARE(states.front().state, RunState::preparing);
      QCOMPARE(states.front().stepsPerEpoch, std::int64_t{0});
      QCOMPARE(states.front().plannedSteps, std::int64_t{0});
      for (std::size_t i = 1; i < states.size(); ++i) {
        QCOMPARE(states[i].stepsPerEpoch, std::int64_t{steps});
        QCOMPARE(states[i].plannedSteps, std::int64_t{2 * steps});
      }
      QCOMPARE(attempt.sink.steps.size(), static_cast<std::size_t>(2 * steps));
    }
  }

  /// The mean of an epoch's steps, by hand.
  void sumsUpAnEpoch() {
    const Attempt attempt(tinyConfig(images_.folder(), "ra-uc", 1, 8), {});
    double loss = 0, correct = 0;
    for (const StepReport& step : attempt.sink.steps) {
      loss += step.loss * step.count;
      correct += metricOf(step.metrics, "top1") * step.count;
      QCOMPARE(step.counts.forwardsNoGrad, 0.0);
      QCOMPARE(step.counts.chains, std::int64_t{step.count});
      QVERIFY(std::isnan(step.unperturbedLoss) && std::isnan(step.gain));
    }
    QVERIFY(std::abs(attempt.sink.epochs[0].train[0].value - loss / 26) < 1e-12);
    QVERIFY(std::abs(metricOf(attempt.sink.epochs[0].train, "top1") - correct / 26) < 1e-12);
  }

  void recordsPicturesThatReplay() {
    const RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    const Attempt attempt(config, {});
    const ResidentDataset data = resident(findDataset("cifar10").load(images_.folder(), Split::train, {}));
    ThreadPool pool(1);
    const Renderer renderer(data, RenderSettings{}, pool);
    QVERIFY(!attempt.sink.decisions.empty());
    for (const Decision& d : attempt.sink.decisions) {
      QCOMPARE(d.label, data.labels[d.index]);
      QVERIFY(d.original == Image(data.view(d.index)));
      QVERIFY(d.unperturbed == renderer.picture(d.index, d.plan));
      for (const GroupDecision& g : d.groups) QVERIFY(g.picture == renderer.picture(d.index, g.candidate));
      const Plan& winner = d.winner < 0 ? d.plan : d.groups[static_cast<std::size_t>(d.winner)].candidate;
      const Image trained = renderer.picture(d.index, winner);
      QCOMPARE(d.pixelHash, sha256(std::as_bytes(std::span(trained.rgb))));
      const Plan stored = planFromJson(parseJson(toJson(winner).dump(), "plan"));
      QVERIFY(renderer.picture(d.index, stored) == renderer.picture(d.index, winner));
    }
  }

  /// Images of 32 pixels, of which the network sees resized crops of 16, and resized middles in the test.
  void trainsFromLargerImages() {
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    config.recipe.input = {16, 16, 4};
    config.method.set("policy",
                      parseJson(R"({"name": "uada-cifar", "crop": "resized", "cutout_size": 6})", "t"));
    QTemporaryDir dir;
    const Attempt attempt(config, made(dir));
    QCOMPARE(attempt.state, RunState::finished);
    const auto data = runImages(config.recipe.dataset, Split::train, images_.folder());
    ThreadPool pool(1);
    const Renderer renderer(*data, runRendering(config.recipe, *data), pool);
    QVERIFY(renderer.settings().input == squareInput(16));
    QVERIFY(!attempt.sink.decisions.empty());
    for (const Decision& d : attempt.sink.decisions) {
      QVERIFY(d.original == Image(*data->image(d.index)));
      QVERIFY(sourceSize(d.plan) == (ImageSize{32, 32}));
      QCOMPARE(d.unperturbed.width, 16);
      QVERIFY(d.unperturbed == renderer.picture(d.index, d.plan));
      for (const GroupDecision& g : d.groups) QVERIFY(g.picture == renderer.picture(d.index, g.candidate));
    }
    const Attempt again(config, {});
    QVERIFY(again.sink.numbers() == attempt.sink.numbers());
  }

  /// A padded crop of images of another size cannot be shown: no step is done.
  void refusesPaddedCropsOfLargerImages() {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    config.recipe.input = {16, 16, 4};
    const std::string why = refusal([&] { Attempt(config, {}); });
    QVERIFY2(says(why, "32 x 32, the network's input 16 x 16 pixels"), why.c_str());
  }

  void repeatsItself() {
    const RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    RunConfig other = config;
    other.seed = 4;
    const Attempt a(config, {}), b(config, {}), c(other, {});
    QVERIFY(a.sink.numbers() == b.sink.numbers());
    QVERIFY(a.sink.numbers() != c.sink.numbers());
  }

  /// Epsilon 0 and ra-uc are the same training.
  void isRaUcWithoutAStep() {
    RunConfig zero = tinyConfig(images_.folder(), "uada", 1, 8);
    zero.method.set("epsilon", 0);
    const Attempt a(zero, {}), b(tinyConfig(images_.folder(), "ra-uc", 1, 8), {});
    QVERIFY(a.sink.numbers() == b.sink.numbers());
  }

  /// Stopped after each step in turn and resumed, a run gives the same numbers and weights to the last bit.
  void resumesExactly_data() {
    QTest::addColumn<QString>("method");
    QTest::addColumn<int>("stop");
    for (int stop = 1; stop <= 8; ++stop) QTest::addRow("after step %d", stop) << "uada" << stop;
    // A method that learns, and does so at the end of an epoch: after step 4.
    for (const int stop : {2, 4, 5})
      QTest::addRow("adversarial, after step %d", stop) << "adversarial" << stop;
  }
  void resumesExactly() {
    QFETCH(QString, method);
    QFETCH(int, stop);
    const RunConfig config = tinyConfig(images_.folder(), method.toStdString(), 2, 8);
    QTemporaryDir dir;
    static std::map<QString, QTemporaryDir> wholeDirs;
    static std::map<QString, std::unique_ptr<const Attempt>> wholes;
    QTemporaryDir& wholeDir = wholeDirs[method];
    std::unique_ptr<const Attempt>& kept = wholes[method];
    if (!kept) kept = std::make_unique<Attempt>(config, made(wholeDir));
    const Attempt& whole = *kept;
    const Attempt first(config, made(dir), {}, atStep(stop, command::Stop{}));
    QCOMPARE(first.state, RunState::stopped);
    QCOMPARE(first.sink.steps.size(), static_cast<std::size_t>(stop));
    QCOMPARE(first.sink.states.back().state, RunState::stopped);
    const Attempt second(config, made(dir), made(dir));
    QCOMPARE(second.state, RunState::finished);
    QVERIFY(joinedNumbers(first.sink, second.sink) == whole.sink.numbers());
    QVERIFY(sameTensors(findCheckpoint(made(dir)), findCheckpoint(made(wholeDir))));
  }
  /// The control of the test above: without the velocities a resumed run is another one.
  void needsTheWholeState() {
    QTemporaryDir dir;
    const RunConfig config = tinyConfig(images_.folder(), "ra-uc", 2, 8);
    const Attempt whole(config, {});
    const Attempt first(config, made(dir), {}, atStep(3, command::Stop{}));
    Checkpoint checkpoint = findCheckpoint(made(dir));
    for (auto& [name, tensor] : checkpoint.tensors.tensors) {
      if (name.starts_with("velocity.")) tensor.zero_();
    }
    writeCheckpoint(made(dir), checkpoint, false);
    const Attempt second(config, made(dir), made(dir));
    QVERIFY(joinedNumbers(first.sink, second.sink) != whole.sink.numbers());
  }

  void stopsAfterTheEpoch() {
    QTemporaryDir dir;
    const RunConfig config = tinyConfig(images_.folder(), "ra-uc", 2, 8);
    const Attempt whole(config, {});
    const Attempt first(config, made(dir), {}, atStep(1, command::Stop{.isAfterEpoch = true}));
    QCOMPARE(first.state, RunState::stopped);
    QCOMPARE(first.sink.steps.size(), std::size_t{4});
    QCOMPARE(first.sink.epochs.size(), std::size_t{1});
    const Attempt second(config, made(dir), made(dir));
    QVERIFY(joinedNumbers(first.sink, second.sink) == whole.sink.numbers());
  }
  void finishesIfStoppedAfterTheLastEpoch() {
    const Attempt attempt(tinyConfig(images_.folder(), "ra-uc", 1, 8), {}, {},
                          atStep(2, command::Stop{.isAfterEpoch = true}));
    QCOMPARE(attempt.state, RunState::finished);
    QCOMPARE(attempt.sink.results.size(), std::size_t{1});
  }

  void pausesWithoutATrace() {
    const RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    const Attempt plain(config, {});
    const Attempt paused(config, {}, {}, atStep(2, command::Pause{}));
    QCOMPARE(paused.state, RunState::finished);
    QVERIFY(std::any_of(paused.sink.states.begin(), paused.sink.states.end(),
                        [](const StateReport& s) { return s.state == RunState::paused; }));
    QVERIFY(paused.sink.numbers() == plain.sink.numbers());
  }
  /// What defines neither the result nor its bits can change while a run is under way; what cannot says why.
  void changesWhatItMay() {
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    config.runtime.pictureEvery = 1;
    const Attempt plain(config, {});
    const Attempt changed(config, {}, {}, [](Control& control, std::int64_t step) {
      if (step != 1) return;
      control.send(command::Change{"runtime.pictured", 1});
      control.send(command::Change{"runtime.picture_every", 0});
      control.send(command::Change{"recipe.training.epochs", 9});
    });
    const auto steps = static_cast<std::size_t>(std::ssize(plain.sink.steps));
    QVERIFY(plain.sink.decisions.size() > 2 * steps);
    QCOMPARE(changed.sink.decisions.size(), 3 + (steps - 1));
    QCOMPARE(changed.sink.steps.back().loss, plain.sink.steps.back().loss);
    const std::vector<std::string>& events = changed.sink.events;
    QVERIFY(std::ranges::count(events, "runtime.pictured is 1 after step 1") == 1);
    for (const char* refused : {"not changed: runtime.picture_every: 0 found",
                                "not changed: recipe.training.epochs: a run under way keeps it"})
      QVERIFY(std::ranges::any_of(events, [&](const std::string& e) { return e.starts_with(refused); }));
  }
  /// The file is looked for every half second; a paused run waits for it.
  void heedsTheStopFile() {
    QTemporaryDir dir;
    RecordingSink sink;
    Control control(made(dir));
    sink.stepped = [&](std::int64_t) { control.send(command::Pause{}); };
    Trainer trainer(prepare(tinyConfig(images_.folder(), "ra-uc", 1, 8), made(dir)), sink, control,
                    [&](const StateReport& report) {
                      if (report.state == RunState::paused) std::ofstream(made(dir) / "stop") << "stop";
                    });
    QCOMPARE(trainer.run(), RunState::stopped);
    QCOMPARE(sink.steps.size(), std::size_t{1});
    QCOMPARE(sink.checkpoints.size(), std::size_t{1});
    QVERIFY(!fs::exists(made(dir) / "stop"));
  }

  void keepsTheBest() {
    QTemporaryDir dir;
    const Attempt attempt(tinyConfig(images_.folder(), "ra-uc", 4, 8), made(dir), {},
                          atStep(2, command::Checkpoint{}));
    QCOMPARE(attempt.sink.checkpoints.size(), std::size_t{5});
    const Checkpoint best = readCheckpoint(made(dir) / "best.safetensors");
    QCOMPARE(best.progress.bestEpoch, best.progress.epoch - 1);
    QCOMPARE(attempt.sink.results[0].bestEpoch, best.progress.bestEpoch);
  }

  void resumesFromTheNewestSoundCheckpoint() {
    QTemporaryDir dir;
    const RunConfig config = tinyConfig(images_.folder(), "ra-uc", 3, 8);
    const Attempt whole(config, {});
    const Attempt first(config, made(dir), {}, atStep(6, command::Stop{}));
    const fs::path newest = made(dir) / "checkpoint-0000000006.safetensors";
    fs::resize_file(newest, fs::file_size(newest) - 1);
    QVERIFY(says(refusal([&] { readCheckpoint(newest); }), "checkpoint-0000000006"));
    Attempt second(config, made(dir), made(dir));
    QCOMPARE(second.sink.steps.front().step, std::int64_t{5});
    QCOMPARE(second.sink.steps.back().loss, whole.sink.steps.back().loss);
    std::ofstream(newest).close();
    QVERIFY(says(refusal([&] { prepare(config, made(dir), newest); }), "not a sound checkpoint"));
  }

  void refusesToResumeSomethingElse() {
    QTemporaryDir dir;
    const StripedImages own(26, 12);
    const RunConfig config = tinyConfig(own.folder(), "ra-uc", 2, 8);
    const Attempt first(config, made(dir), {}, atStep(1, command::Stop{}));
    const auto refusalOf = [&](const RunConfig& other) {
      return refusal([&] { Attempt(other, made(dir), made(dir)); });
    };
    RunConfig other = config;
    other.recipe.training.batch = 4;
    QVERIFY(says(refusalOf(other), "another configuration"));
    other = config;
    other.seed = 99;
    QVERIFY(says(refusalOf(other), "seed 3"));
    other = config;
    other.runtime.threads = 2;  // allowed: the old number is taken
    const Attempt threads(other, made(dir), made(dir));
    QCOMPARE(threads.sink.states.back().threads, 1);
    std::fstream file(own.folder() + "/data_batch_1.bin", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(5);
    file.put('\0');
    file.close();
    QVERIFY(says(refusalOf(config), "are not those the run was started with"));
  }

  void refusesWhatCannotStart() {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    config.runtime.device = "tpu";
    QVERIFY(says(refusal([&] { prepare(config); }), "device: 'tpu' is no device; use auto"));
    config.runtime.device = "cuda:9x";
    QVERIFY(says(refusal([&] { prepare(config); }), "is no device"));
    config = tinyConfig("/nowhere", "ra-uc", 1, 8);
    QVERIFY(says(refusal([&] { prepare(config); }), "/nowhere"));
    config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    QVERIFY(says(refusal([&] { prepare(config, "/nowhere"); }), "/nowhere"));
    config.recipe.model.name = "perceptron";
    QVERIFY(says(refusal([&] { prepare(config); }), "perceptron"));
  }

  /// A loss that is no number stops the run before it reaches the weights.
  void keepsTheWeightsFromNonsense() {
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    ThreadPool pool(1);
    const ResidentDataset data = resident(findDataset("cifar10").load(images_.folder(), Split::train, {}));
    Stepper stepper(config, data, at::kCPU, pool);
    std::vector<at::Tensor> before;
    std::string message;
    for (Batch batch{3, 1, 1, {0, 1, 2, 3, 4, 5, 6, 7}}; message.empty() && batch.step < 20; ++batch.step) {
      before.clear();
      for (const at::Tensor& p : stepper.network().parameters()) before.push_back(p.detach().clone());
      message = refusal([&] {
        stepper.step(batch, 1e30, 0);
        throw Error("");
      });
    }
    QVERIFY2(says(message, "is not a finite number for 8 samples: sample 0 under "), message.c_str());
    QVERIFY(says(message, "the weights are those before it"));
    const std::vector<at::Tensor> after = stepper.network().parameters();
    for (std::size_t i = 0; i < after.size(); ++i) QVERIFY(after[i].equal(before[i]));
    QTemporaryDir dir;
    config.recipe.optimiser = {"sgd", Sgd{.learningRate = 1e30}};
    QVERIFY(says(refusal([&] { Attempt(config, made(dir)); }), "from which the run can be resumed"));
    QCOMPARE(QDir(dir.path()).entryList({"checkpoint-*"}).size(), 1);
  }

  /// Where somebody looks on it waits, and says under which step the pictures of those samples are.
  void saysWhichStepWasUnsound() {
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    config.recipe.optimiser = {"sgd", Sgd{.learningRate = 1e30}};
    WatchedSink sink;
    Control control({});
    std::int64_t unsound = 0;
    Trainer trainer(prepare(config), sink, control, [&](const StateReport& report) {
      if (report.state != RunState::paused) {
        QCOMPARE(report.unsoundStep, std::int64_t{0});
        return;
      }
      unsound = report.unsoundStep;
      control.send(command::Stop{});
    });
    QCOMPARE(trainer.run(), RunState::stopped);
    QCOMPARE(unsound, sink.steps.back().step + 1);
    const auto isOfIt = [&](const Decision& decision) { return decision.step == unsound; };
    QVERIFY(std::ranges::any_of(sink.decisions, isOfIt));
  }

  /// Two kinds of stripes are learnt within a few epochs.
  void learns_data() {
    QTest::addColumn<QString>("method");
    QTest::newRow("baseline") << "baseline";
    QTest::newRow("uada") << "uada";
  }
  void learns() {
    QFETCH(QString, method);
    const StripedImages images(160, 60);
    RunConfig config = tinyConfig(images.folder(), method.toStdString(), 5, 16);
    config.recipe.model.set("width", 4);
    const Attempt attempt(config, {});
    QVERIFY2(metricOf(attempt.sink.results[0].last, "top1") >= 0.9,
             std::to_string(metricOf(attempt.sink.results[0].last, "top1")).c_str());
    QCOMPARE(metricOf(attempt.sink.results[0].last, "top5"), 1.0);
  }

  void exportsTheWeights() {
    QTemporaryDir dir;
    const RunConfig config = tinyConfig(images_.folder(), "baseline", 1, 8);
    const Attempt attempt(config, made(dir));
    const fs::path out = made(dir) / "weights.safetensors";
    exportWeights(made(dir), out, "safetensors");
    const std::vector<std::byte> bytes = readBinaryFile(out, 1 << 24);
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    QVERIFY(says(text, "\"layer1_0.conv1.weight\":{\"dtype\":\"F32\",\"shape\":[2,2,3,3]"));
    QVERIFY(says(text, "\"bn1.running_var\""));
    QVERIFY(!says(text, "velocity."));
  }
};

QTEST_GUILESS_MAIN(TestTraining)
#include "tst_training.moc"

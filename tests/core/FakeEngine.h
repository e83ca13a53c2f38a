#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/base/Philox.h"
#include "core/engine/Engine.h"
#include "core/ops/Op.h"
#include "tests/core/PlanTools.h"

namespace uada {

/// How the fake trains.
struct FakeSettings {
  std::chrono::milliseconds stepDelay{0};  ///< between steps; a command cuts it short
  int stepsPerEpoch = 10;
  bool saysSteps = true;  ///< false: as an engine that reports none
  int pictured = 2;       ///< samples with a decision, every `pictureEvery` steps
  int pictureEvery = 5;
  int side = 8;                        ///< of the pictures, pixels
  std::string data = "fake-data";      ///< hash of the images
  bool isPublished = true;             ///< of the images
  std::string refusal = {};            ///< not empty: start() throws an Error with it
  std::int64_t waitsAtStep = 0;        ///< not 0: the job pauses by itself before this step, for a moment
  std::int64_t lacksMemoryAtStep = 0;  ///< not 0: it pauses before this step until it is told to go on
  std::int64_t unsoundAtStep = 0;      ///< likewise, and has pictured a sample of it whose loss is NaN
  std::int64_t failsAtStep = 0;  ///< not 0: the job fails before this step with "the loss is NaN at step N"
};

/// The reports of the fake: a pure function of (seed, step), so that a test can compute what must have been
/// stored. Adaptive methods ("uada...") report groups, probes and gains; others report none.
struct FakeNumbers {
  FakeSettings settings;
  RunConfig config;

  bool isAdaptive() const { return config.method.name.starts_with("uada"); }
  int epochOf(std::int64_t step) const { return static_cast<int>((step - 1) / settings.stepsPerEpoch) + 1; }
  Random random(std::int64_t step, std::uint32_t index) const {
    return {static_cast<std::uint64_t>(config.seed), static_cast<std::uint32_t>(step), index, Purpose::test};
  }
  Counts counts() const {
    const std::int64_t batch = config.recipe.training.batch;
    return isAdaptive() ? Counts{9, 1, 1, 9 * batch} : Counts{0, 1, 1, batch};
  }
  /// Top-1 on the test set after an epoch, 0..1: rises towards 0.95, a little different for each seed and
  /// method.
  double top1(int epoch) const {
    return 0.95 - 0.6 * std::exp(-epoch / 3.0) + 0.01 * random(epoch, 1).uniform() +
           (isAdaptive() ? 0.01 : 0);
  }

  StepReport step(std::int64_t step) const {
    Random numbers = random(step, 0);
    StepReport report;
    report.step = step;
    report.epoch = epochOf(step);
    report.learningRate = learningRate(config.recipe, 0, 0, 1);
    report.loss = 0.2 + 2.1 * std::exp(-static_cast<double>(step) / 40) + 0.1 * numbers.uniform();
    const double none = std::numeric_limits<double>::quiet_NaN();
    report.unperturbedLoss = isAdaptive() ? report.loss - 0.05 : none;
    report.gain = isAdaptive() ? 0.05 : none;
    report.count = config.recipe.training.batch;
    const int correct =
        static_cast<int>(report.count * (0.9 - 0.8 * std::exp(-static_cast<double>(step) / 40)));
    report.metrics = {{"top1", static_cast<double>(correct) / report.count}};
    report.counts = counts();
    report.timings = {0.001, isAdaptive() ? 0.004 : 0, isAdaptive() ? 0.004 : 0, 0.002, 0, 0.0005};
    return report;
  }

  PolicyReport policy(std::int64_t step) const {
    PolicyReport report;
    report.step = step;
    report.epoch = epochOf(step);
    report.count = config.recipe.training.batch;
    std::uint32_t index = 100;
    for (const char* name : {"rotate", "color", "shear_x"}) {
      Random numbers = random(step, index++);
      OpStatistics op;
      op.op = name;
      op.count = 10;
      op.beforeMean = 9 * numbers.uniform();
      op.beforeSpread = 2 * numbers.uniform();
      op.afterMean = op.beforeMean + (isAdaptive() ? 0.5 : 0);
      op.afterSpread = op.beforeSpread;
      if (isAdaptive()) {
        op.probed = 5, op.plus = 3, op.minus = 1, op.zero = 1, op.wins = 2, op.clamped = 1;
        op.meanDL = numbers.uniform() - 0.5;
        op.meanGain = numbers.uniform() - 0.5;
      }
      report.ops.push_back(op);
    }
    if (!isAdaptive()) return report;
    for (const char* name : {"flip", "crop", "chain", "cutout"}) {
      Random numbers = random(step, index++);
      const int wins = static_cast<int>(numbers.below(report.count / 5 + 1));
      report.groups.push_back({name, report.count, report.count / 2, report.count - report.count / 2, 0,
                               numbers.uniform() - 0.5, wins, numbers.uniform() - 0.4, 0, 1});
    }
    report.unperturbedWins = report.count;
    for (const GroupStatistics& group : report.groups) report.unperturbedWins -= group.wins;
    return report;
  }

  Image picture(std::int64_t step, std::uint32_t index) const {
    Image image(settings.side, settings.side);
    Random numbers = random(step, 1000 + index);
    for (std::uint8_t& value : image.rgb) value = static_cast<std::uint8_t>(numbers.next());
    return image;
  }

  Decision decision(std::int64_t step, std::uint32_t sample) const {
    Random numbers = random(step, 500 + sample);
    Decision d;
    d.step = step;
    d.epoch = epochOf(step);
    d.index = sample;
    d.label = static_cast<int>(sample % 10);
    const int row = static_cast<int>(numbers.below(9)), col = static_cast<int>(numbers.below(9));
    d.plan.set(cropPart(row, col));
    d.plan.set(flipPart(numbers.coin()));
    d.plan.add(test::makeStep("rotate", static_cast<int>(numbers.below(9))));
    d.plan.add(test::makeStep("color", static_cast<int>(numbers.below(9)), -1));
    d.plan.set(cutoutPart(1, 2, 5, 6));
    d.original = picture(0, sample);
    d.unperturbed = picture(step, 10 * sample);
    d.pixelHash = sha256(std::as_bytes(std::span(d.unperturbed.rgb)));
    d.unperturbedLoss = std::numeric_limits<double>::quiet_NaN();
    if (!isAdaptive()) return d;
    d.unperturbedLoss = numbers.uniform();
    double best = d.unperturbedLoss;
    for (const char* name : {"flip", "crop", "chain", "cutout"}) {
      d.groups.push_back(groupDecision(d, name, numbers));
      d.groups.back().picture = picture(step, 10 * sample + static_cast<std::uint32_t>(d.groups.size()));
      if (d.groups.back().candidateLoss <= best) continue;
      best = d.groups.back().candidateLoss;
      d.winner = static_cast<int>(d.groups.size()) - 1;
    }
    const Image& trained = d.winner < 0 ? d.unperturbed : d.groups[d.winner].picture;
    d.pixelHash = sha256(std::as_bytes(std::span(trained.rgb)));
    return d;
  }

  EpochReport epoch(int number) const {
    EpochReport report;
    report.epoch = number;
    report.step = std::int64_t{number} * settings.stepsPerEpoch;
    const double top = top1(number);
    report.test = {{"top1", top}, {"top5", (1 + top) / 2}, {"loss", 1 - top}};
    report.train = {{"loss", 1 - top + 0.1}, {"top1", top - 0.1}};
    report.testSeconds = 0.01;
    for (std::int64_t s = report.step - settings.stepsPerEpoch + 1; s <= report.step; ++s) {
      const StepReport one = step(s);
      report.counts += one.counts;
      report.seconds += one.timings.total();
      report.timings += one.timings;
    }
    return report;
  }

  ResultReport result() const {
    ResultReport report;
    report.metric = "top1";
    for (int number = 1; number <= config.recipe.training.epochs; ++number) {
      const EpochReport one = epoch(number);
      if (number == 1 || top1(number) > report.best) report.best = top1(number), report.bestEpoch = number;
      report.last = one.test;
      report.seconds += one.seconds;
      report.counts += one.counts;
    }
    report.parameters = 12345;
    return report;
  }

 private:
  static GroupDecision groupDecision(const Decision& d, std::string_view name, Random& numbers) {
    GroupDecision g;
    g.group = name;
    g.candidate = d.plan;
    g.probeLoss = {numbers.uniform()};
    g.dL = {g.probeLoss[0] - d.unperturbedLoss};
    g.candidateLoss = numbers.uniform();
    if (name == "flip") {
      g.before = {test::isFlipped(d.plan)}, g.delta = {1}, g.after = {!test::isFlipped(d.plan)};
      g.candidate.set(flipPart(!test::isFlipped(d.plan)));
    } else if (name == "crop") {
      g.before = {test::at(d.plan, "crop", 0), test::at(d.plan, "crop", 1)}, g.delta = {1, -1};
      g.candidate.set(cropPart(test::at(d.plan, "crop", 0) + 1, test::at(d.plan, "crop", 1) - 1));
      g.after = {test::at(g.candidate, "crop", 0), test::at(g.candidate, "crop", 1)};
      g.clamped = g.after[1] < 0;
    } else if (name == "chain") {
      g.position = 0;
      g.before = {d.plan.chain()[0].at[0]}, g.delta = {-1}, g.after = {d.plan.chain()[0].at[0] + 1};
      g.candidate.chain()[0].at[0] = g.after[0];
    } else {
      g.before = {1, 2, 5, 6}, g.delta = {1, 1, -1, -1}, g.after = {2, 3, 4, 5};
      g.candidate.set(cutoutPart(2, 3, 4, 5));
    }
    return g;
  }
};

/// Pretends to train: deterministic reports, real commands, checkpoints and a stop file, no torch.
class FakeJob : public Job {
 public:
  FakeJob(FakeNumbers numbers, work::Train options, std::int64_t firstStep, Sink& sink)
      : numbers_(std::move(numbers)), options_(std::move(options)), step_(firstStep), sink_(sink) {
    thread_ = std::thread([this] { train(); });
  }
  ~FakeJob() override {
    send(command::Stop{});
    wait();
  }

  void send(Command command) override {
    std::lock_guard lock(mutex_);
    commands_.push_back(command);
    changed_.notify_all();
  }
  bool isDone() const override { return done_; }
  void wait() override {
    if (thread_.joinable()) thread_.join();
  }
  RunState state() const override {
    std::lock_guard lock(mutex_);
    return state_;
  }
  std::string problem() const override {
    std::lock_guard lock(mutex_);
    return problem_;
  }

 private:
  void train() {
    try {
      report(RunState::preparing, "reading 100 images");
      report(RunState::running, "");
      const std::int64_t steps =
          std::int64_t{numbers_.config.recipe.training.epochs} * numbers_.settings.stepsPerEpoch;
      while (step_ < steps && !poll()) oneStep();
      if (step_ == steps) sink_.take(numbers_.result());
      if (step_ < steps) checkpoint();
      report(step_ == steps ? RunState::finished : RunState::stopped, "");
    } catch (const std::exception& e) {
      {
        std::lock_guard lock(mutex_);
        problem_ = e.what();
      }
      report(RunState::failed, e.what());
    }
    done_ = true;
  }

  void oneStep() {
    const std::int64_t step = step_ + 1;
    if (step == numbers_.settings.waitsAtStep) {
      report(RunState::paused, "the disk is full");
      report(RunState::running, "");
    }
    if (step == numbers_.settings.lacksMemoryAtStep && !std::exchange(wasShort_, true)) {
      report(RunState::paused, "memory is short", {.canHalve = true});
      paused_ = true;
      return;
    }
    if (step == numbers_.settings.unsoundAtStep && !std::exchange(wasUnsound_, true)) {
      Decision unsound = numbers_.decision(step, 0);
      unsound.unperturbedLoss = std::numeric_limits<double>::quiet_NaN();
      sink_.take(std::move(unsound));
      report(RunState::paused, "a loss is NaN", {.unsoundStep = step});
      paused_ = true;
      return;
    }
    if (step == numbers_.settings.failsAtStep) throw Error("the loss is NaN at step " + std::to_string(step));
    sink_.take(numbers_.step(step));
    sink_.take(numbers_.policy(step));
    if (step % numbers_.settings.pictureEvery == 0)
      for (int sample = 0; sample < numbers_.settings.pictured; ++sample)
        sink_.take(numbers_.decision(step, static_cast<std::uint32_t>(sample)));
    step_ = step;
    if (step % numbers_.settings.stepsPerEpoch) return;
    sink_.take(numbers_.epoch(numbers_.epochOf(step)));
    checkpoint();
    if (stopAfterEpoch_) stop_ = true;
    const std::int64_t steps =
        std::int64_t{numbers_.config.recipe.training.epochs} * numbers_.settings.stepsPerEpoch;
    if (const std::string why = step < steps ? sink_.whyStop() : std::string(); !why.empty()) {
      sink_.take(EventReport{why});
      stop_ = true;
    }
  }

  /// Obeys what was sent; waits the step's delay, or as long as it is paused. Returns whether to stop.
  bool poll() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, numbers_.settings.stepDelay, [&] { return !commands_.empty(); });
    while (!stop_) {
      while (!commands_.empty()) {
        const Command command = std::move(commands_.front());
        commands_.pop_front();
        lock.unlock();
        obey(command);
        lock.lock();
      }
      if (isPauseWanted_ && !paused_ && !stop_ && step_ >= pauseAfter_) {
        lock.unlock();
        pause(true);
        lock.lock();
        continue;
      }
      if (!paused_ || stop_) break;
      changed_.wait(lock, [&] { return !commands_.empty(); });
    }
    lock.unlock();
    if (std::filesystem::exists(options_.folder / "stop")) obey(command::Stop{});
    return stop_;
  }

  void obey(const Command& command) {
    std::visit(Cases{[&](command::Checkpoint) { checkpoint(); },
                     [&](command::Pause wanted) {
                       isPauseWanted_ = true;
                       pauseAfter_ = wanted.afterStep;
                       if (step_ < pauseAfter_) pause(false);
                     },
                     [&](command::Resume) { isPauseWanted_ = false, pause(false); },
                     [&](command::Stop stop) {
                       if (!stop_ && !stopAfterEpoch_) report(RunState::stopping, "");
                       (stop.isAfterEpoch ? stopAfterEpoch_ : stop_) = true;
                       paused_ = false;
                     },
                     [&](const command::Change& change) {
                       if (!change.key.starts_with("runtime."))
                         sink_.take(EditReport{++edits_, step_, change.key, "null", change.value.dump()});
                       sink_.take(EventReport{change.key + " is " + change.value.dump()});
                     }},
               command);
  }

  void pause(bool wanted) {
    if (wanted != paused_) report(wanted ? RunState::paused : RunState::running, "");
    paused_ = wanted;
  }

  void checkpoint() {
    if (options_.folder.empty()) return;  // it is only timed
    sink_.beforeCheckpoint();
    Json json = Json::object();
    json["config"] = configHash(numbers_.config);
    json["seed"] = numbers_.config.seed;
    json["run"] = options_.folder.filename().string();
    json["step"] = step_;
    const std::string text = json.dump();
    const auto file = options_.folder / ("checkpoint-" + std::to_string(step_) + ".fake");
    writeFileAtomically(file, text);
    sink_.take(CheckpointReport{step_, step_ ? numbers_.epochOf(step_) : 0, file.string(), sha256(text)});
  }

  void report(RunState state, const std::string& text, const StateReport& remedy = {}) {
    {
      std::lock_guard lock(mutex_);
      state_ = state;
    }
    const int threads = numbers_.config.runtime.threads > 0 ? numbers_.config.runtime.threads : 2;
    StateReport report{state, text, "cpu", threads, numbers_.settings.data, numbers_.settings.isPublished};
    if (numbers_.settings.saysSteps) report.stepsPerEpoch = numbers_.settings.stepsPerEpoch;
    report.canHalve = remedy.canHalve;
    report.unsoundStep = remedy.unsoundStep;
    report.plannedSteps = report.stepsPerEpoch * numbers_.config.recipe.training.epochs;
    sink_.take(report);
  }

  const FakeNumbers numbers_;
  const work::Train options_;
  std::int64_t step_;  ///< the last one done
  Sink& sink_;
  bool isPauseWanted_ = false;
  std::int64_t pauseAfter_ = 0;
  int edits_ = static_cast<int>(options_.edits.size());
  bool paused_ = false, stop_ = false, stopAfterEpoch_ = false, wasShort_ = false,
       wasUnsound_ = false;  ///< of the job's thread
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Command> commands_;
  RunState state_ = RunState::preparing;
  std::string problem_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

/// An Engine for tests of the store, the window and the command line.
class FakeEngine : public Engine {
 public:
  explicit FakeEngine(FakeSettings settings = {}) : settings(std::move(settings)) {}

  FakeSettings settings;  ///< of the next start
  RunConfig lastConfig;   ///< of the last start
  work::Train lastOptions;

  FakeNumbers numbers(const RunConfig& config) const { return {settings, config}; }

  std::unique_ptr<Job> start(const Work& work, Sink& sink) override {
    if (!settings.refusal.empty()) throw Error(settings.refusal);
    const auto& options = std::get<work::Train>(work);
    const RunConfig& config = lastConfig = options.config;
    lastOptions = options;
    std::int64_t step = 0;
    if (!options.checkpoint.empty()) {
      const Json json = readJsonFile(options.checkpoint);
      if (!options.isFork && !isHashOf(json.at("config").asString(), config))
        throw Error("the checkpoint is of another run");
      step = json.at("step").asInt();
    }
    return std::make_unique<FakeJob>(numbers(config), options, step, sink);
  }
  std::vector<FoundCheckpoint> checkpoints(const std::filesystem::path& folder) override {
    std::vector<FoundCheckpoint> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("checkpoint-") || !name.ends_with(".fake")) continue;
      FoundCheckpoint found;
      found.file = entry.path();
      found.step = std::stoll(name.substr(std::string_view("checkpoint-").size()));
      try {
        const Json json = readJsonFile(entry.path());
        found.configHash = json.at("config").asString();
        found.seed = json.at("seed").asInt();
        found.run = json.at("run").asString();
      } catch (const Error& e) {
        found.problem = e.what();
      }
      all.push_back(std::move(found));
    }
    std::ranges::sort(all, std::ranges::greater(), &FoundCheckpoint::step);
    return all;
  }
  std::vector<DeviceInfo> devices() override { return {{"cpu", "Fake processor", "2 threads", true, ""}}; }
  std::string libtorchVersion() const override { return "fake"; }
  std::vector<BenchResult> benchSteps(const StepBench&) override { return {}; }
  void exportWeights(const std::filesystem::path& checkpoint, const std::filesystem::path& out,
                     const std::string& /*form*/) override {
    writeFileAtomically(out, readTextFile(checkpoint, 1 << 20));
  }
};

/// A small complete configuration with names that the catalogues have.
inline RunConfig fakeConfig(const std::string& method = "uada", std::int64_t seed = 1, int epochs = 3) {
  Json json = parseJson(R"({
    "experiment": "fake", "method": {"name": "uada"}, "seed": 1,
    "recipe": {"name": "tiny", "dataset": {"name": "fashion_mnist", "train_limit": 100, "test_limit": 100},
               "model": {"name": "resnet"}, "training": {"batch": 10, "schedule": "cosine"}}})",
                        "fakeConfig");
  json["method"]["name"] = method;
  json["seed"] = seed;
  json["recipe"]["training"]["epochs"] = epochs;
  return runConfigFromJson(json, "fakeConfig");
}

}  // namespace uada

#include "core/engine/train/Trainer.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Text.h"
#include "core/data/KeptImages.h"
#include "core/engine/tasks/Task.h"
#include "core/engine/train/Precision.h"

namespace uada {

static constexpr std::size_t kBytesAhead = std::size_t{256} << 20;  // of pixels, decoded before their step

Trainer::Trainer(Prepared prepared, Sink& sink, Control& control,
                 std::function<void(const StateReport&)> enter)
    : prepared_(std::move(prepared)),
      sink_(sink),
      control_(control),
      enter_(std::move(enter)),
      pool_(prepared_.threads) {
  settleThread(prepared_.threads);
  const bool isTf32 = prepared_.config.recipe.training.precision == "tf32";
  allowTf32(isTf32);
  if (isTf32 && prepared_.device.device.is_cpu())
    prepared_.notes.push_back("training.precision tf32 has no effect on a CPU: float32 is used");
}

/// Decoding ahead asks the stepper which parts are shown: it ends first.
Trainer::~Trainer() {
  if (ahead_) ahead_->expect({}, {});
}

RunState Trainer::run() {
  for (const std::string& note : prepared_.notes) sink_.take(EventReport{note});
  try {
    readData();
  } catch (const LoadingStopped&) {
    return stopped("stopped before the first step");
  }
  if (control_.stopNow() && !prepared_.checkpoint) return stopped("stopped before the first step");
  stepper_ = std::make_unique<Stepper>(prepared_.config, *data_.train, prepared_.device.device, pool_,
                                       prepared_.start.get());
  prepared_.start.reset();
  for (const std::string& note : stepper_->startNotes()) sink_.take(EventReport{note});
  keptBack_ = stepper_->keptBack();
  batches_.count -= keptBack_.size();
  stepper_->head().check(*data_.train, "training");
  stepper_->head().check(*data_.test, "test");
  restore();
  enter(RunState::running,
        fmt::format("training on {} images", groupedText(static_cast<long long>(batches_.count))));
  while (hasMoreEpochs()) {
    if (!trainEpoch() || !finishEpoch()) {
      enter(RunState::stopping, "writing a checkpoint");
      return save() ? stopped(fmt::format("stopped at step {}", progress_.step)) : stoppedUnsaved();
    }
    if (control_.stopAfterEpoch() && hasMoreEpochs())
      return stopped(fmt::format("stopped after epoch {}", progress_.epoch - 1));
  }
  const std::string done = fmt::format("finished {} epochs", progress_.epoch - 1);
  const bool isEarly = progress_.epoch <= prepared_.config.recipe.training.epochs;
  if (isEarly) sink_.take(EventReport{whyEarly()});
  reportResult();
  enter(RunState::finished, isEarly ? fmt::format("{}: {}", done, whyEarly()) : done);
  return RunState::finished;
}

/// Whether training goes on: there are epochs left, and of the tests after the best one fewer than the
/// recipe's patience were not better.
bool Trainer::hasMoreEpochs() const {
  const Training& training = prepared_.config.recipe.training;
  if (progress_.epoch > training.epochs) return false;
  const bool isBetweenEpochs = progress_.stepInEpoch == 0;
  return training.patience == 0 || !isBetweenEpochs ||
         progress_.epoch - 1 - progress_.bestEpoch < training.patience;
}

std::string Trainer::whyEarly() const {
  const Training& training = prepared_.config.recipe.training;
  const Metric& metric = mainMetric();
  const std::string best = progress_.bestEpoch == 0
                               ? fmt::format("no test gave a number for {}", metric.title)
                               : fmt::format("{} was best after epoch {}, {}", metric.title,
                                             progress_.bestEpoch, metric.text(progress_.best));
  return fmt::format("training ended after epoch {} of {}: {}, and the patience is {} epochs",
                     progress_.epoch - 1, training.epochs, best, training.patience);
}

void Trainer::readData() {
  data_ = readRunData(prepared_, sink_, control_,
                      [this](const std::string& text) { enter(RunState::preparing, text); });
  keepImages();
  if (!data_.train->isResident())
    data_.train = ahead_ =
        std::make_shared<Prefetch>(data_.train, std::max(1, prepared_.threads / 2), kBytesAhead);
  takeTargets(data_, prepared_.config.recipe);
  batches_ = {data_.train->size(), static_cast<std::size_t>(prepared_.config.recipe.training.batch)};
}

/// Lets images of files stay decoded, first those of the training set.
void Trainer::keepImages() {
  constexpr std::size_t kMb = 1'000'000;
  const auto megabytes = static_cast<std::size_t>(prepared_.config.runtime.keptImagesMb);
  if (megabytes == 0) return;
  const auto budget = std::make_shared<ByteBudget>(megabytes * kMb);
  for (std::shared_ptr<const Dataset>* data : {&data_.train, &data_.test})
    if (!(*data)->isResident()) *data = std::make_shared<KeptImages>(*data, budget);
}

void Trainer::restore() {
  if (!prepared_.checkpoint) return;
  const Checkpoint& checkpoint = *prepared_.checkpoint;
  requireSameData(prepared_, data_);
  putTensors(checkpoint.tensors, [this](StateVisitor& visitor) { stepper_->visit(visitor); });
  progress_ = checkpoint.progress;
  stepper_->setRowsAtOnce(progress_.rowsAtOnce);
  savedStep_ = progress_.step;
  sink_.take(EventReport{fmt::format("resumed after step {} in epoch {}", progress_.step, progress_.epoch)});
  prepared_.checkpoint.reset();
  // The file of the best epoch is set aside with what was newer than this checkpoint, or was damaged.
  if (isBest() && !prepared_.runFolder.empty() && !std::filesystem::exists(bestFile(prepared_.runFolder)))
    save();
}

/// returns  false: stopped within the epoch
bool Trainer::trainEpoch() {
  order_ =
      shuffledOrder(data_.train->size(), static_cast<std::uint64_t>(prepared_.config.seed), progress_.epoch);
  std::erase_if(order_, [&](std::uint32_t index) { return std::ranges::binary_search(keptBack_, index); });
  const std::size_t begin = batches_.begin(progress_.stepInEpoch);
  if (ahead_)
    ahead_->expect({order_.begin() + static_cast<std::ptrdiff_t>(begin), order_.end()},
                   stepper_->shownParts(static_cast<std::uint64_t>(prepared_.config.seed), progress_.epoch));
  count(stepper_->beginEpoch(progress_.epoch));
  while (progress_.stepInEpoch < batches_.steps()) {
    if (!between()) return false;
    step();
    if (ahead_) ahead_->release(batches_.begin(progress_.stepInEpoch) - begin);
  }
  return between();
}

/// Of what the method does between steps.
void Trainer::count(const Counts& counts) {
  progress_.sums.counts += counts;
  progress_.counts += counts;
}

/// What is done between steps.
/// returns  false: stop now
bool Trainer::between() {
  if (control_.pauseWanted()) pause(fmt::format("paused after step {}", progress_.step));
  if (control_.stopNow()) return false;
  obeyChanges();
  const double minutes = sinceCheckpoint_.seconds() / 60;
  if (control_.takeCheckpoint() || minutes >= prepared_.config.runtime.checkpointMinutes) return save();
  return true;
}

void Trainer::obeyChanges() {
  for (const command::Change& wanted : control_.takeChanges()) {
    try {
      Runtime& runtime = prepared_.config.runtime;
      runtime = changedRuntime(runtime, wanted.key, wanted.value);
      sink_.take(EventReport{
          fmt::format("{} is {} after step {}", wanted.key, wanted.value.dump(), progress_.step)});
    } catch (const UsageError& problem) {
      sink_.take(EventReport{fmt::format("not changed: {}", problem.what())});
    }
  }
}

/// canHalve  StateReport::canHalve
void Trainer::pause(const std::string& text, bool canHalve) {
  enter(RunState::paused, text, canHalve);
  while (control_.pauseWanted() && !control_.stopNow()) {
    if (control_.takeCheckpoint()) save();
    obeyChanges();
    control_.wait();
  }
  obeyChanges();  // sent together with the command to go on
  if (!control_.stopNow()) enter(RunState::running, "training");
}

/// place  in the running epoch
Batch Trainer::batchAt(std::int64_t place) const {
  Batch batch;
  batch.seed = static_cast<std::uint64_t>(prepared_.config.seed);
  batch.step = progress_.step - progress_.stepInEpoch + place + 1;
  batch.epoch = progress_.epoch;
  batch.indices.assign(order_.begin() + static_cast<std::ptrdiff_t>(batches_.begin(place)),
                       order_.begin() + static_cast<std::ptrdiff_t>(batches_.end(place)));
  for (const std::uint32_t index : batch.indices) {
    batch.sizes.push_back(data_.train->imageSize(index));
    if (data_.train->targetKind() == TargetKind::boxes) batch.boxes.push_back(boxesOf(*data_.train, index));
  }
  return batch;
}

void Trainer::step() {
  const RunConfig& config = prepared_.config;
  const std::int64_t place = progress_.stepInEpoch;
  const Batch batch = batchAt(place);
  std::optional<Batch> next;
  if (place + 1 < batches_.steps()) next = batchAt(place + 1);
  const double rate = learningRate(config.recipe, progress_.epoch - 1, place, batches_.steps());
  const bool isPictured = (batch.step - 1) % config.runtime.pictureEvery == 0;
  StepReports reports;
  try {
    reports = stepper_->step(batch, rate, isPictured ? config.runtime.pictured : 0, next ? &*next : nullptr);
  } catch (const StepFault& fault) {
    return settle(fault);
  }
  reports.report.timings.wait = waited_;
  progress_.step = batch.step;
  ++progress_.stepInEpoch;
  progress_.sums.add(reports.report, reports.metrics);
  progress_.counts += reports.report.counts;
  progress_.seconds += reports.report.timings.total();
  Stopwatch watch;
  sink_.take(std::move(reports.report));
  sink_.take(std::move(reports.policy));
  for (Decision& decision : reports.decisions) sink_.take(std::move(decision));
  for (std::string& note : reports.notes) sink_.take(EventReport{std::move(note)});
  waited_ = watch.lap();
}

/// How many rows at most are to be trained on at a time where memory was short for a step; 0: as many as
/// before.
int Trainer::rowsAfter(const StepFault& fault) const {
  if (fault.kind != StepFault::Kind::memory || prepared_.config.runtime.onOutOfMemory != "halve") return 0;
  const int before = progress_.rowsAtOnce > 0 ? progress_.rowsAtOnce : prepared_.config.recipe.training.batch;
  return before / 2 > 1 ? before / 2 : 0;
}

/// A step was not taken: what becomes of the run. If this returns, the step is tried again.
void Trainer::settle(const StepFault& fault) {
  if (const int rows = rowsAfter(fault); rows > 0) return halve(fault, rows);
  if (sink_.isWatched()) {
    control_.send(command::Pause{});
    const bool canHalve =
        fault.kind == StepFault::Kind::memory && prepared_.config.runtime.onOutOfMemory != "halve";
    pause(fmt::format("{}; the run is paused: to go on tries this step again", fault.what()), canHalve);
    // Somebody may have allowed it meanwhile.
    if (const int rows = rowsAfter(fault); rows > 0 && !control_.stopNow()) halve(fault, rows);
    return;
  }
  enter(RunState::stopping, "writing a checkpoint");
  const bool isSaved = !prepared_.runFolder.empty() && save();
  throw Error(fmt::format("{}{}", fault.what(),
                          isSaved
                              ? fmt::format("; a checkpoint of step {} was written, from which the run can "
                                            "be resumed",
                                            progress_.step)
                              : ""));
}

void Trainer::halve(const StepFault& fault, int rows) {
  progress_.rowsAtOnce = rows;
  stepper_->setRowsAtOnce(rows);
  sink_.take(EventReport{
      fmt::format("{}; from here on at most {} rows at a time are trained on", fault.what(), rows)});
}

/// Tests, reports and saves.
/// returns  false: stopped while testing; the test is done again after a resume
bool Trainer::finishEpoch() {
  count(stepper_->beforeTest(progress_.epoch));
  Stopwatch watch;
  std::optional<Metrics> scores = stepper_->test(*data_.test, [this] {
    if (control_.takeCheckpoint()) save();  // a test may be long
    return control_.stopNow();
  });
  if (!scores) return false;
  const EpochSums& sums = progress_.sums;
  EpochReport report;
  report.epoch = progress_.epoch;
  report.step = progress_.step;
  report.train = sums.means();
  report.test = progress_.last = std::move(*scores);
  report.seconds = sums.seconds;
  report.testSeconds = watch.lap();
  report.counts = sums.counts;
  report.timings = sums.timings;
  const double main = metricOf(report.test, mainMetric().name);
  if (mainMetric().isBetter(main, progress_.best)) {
    progress_.best = main;
    progress_.bestEpoch = progress_.epoch;
  }
  count(stepper_->endEpoch(progress_.epoch));
  ++progress_.epoch;
  progress_.stepInEpoch = 0;
  progress_.sums = {};
  sink_.take(std::move(report));
  return save();
}

const Metric& Trainer::mainMetric() const { return taskOf(prepared_.config.recipe).testMetrics.front(); }

/// Whether this moment is the end of the epoch with the best test so far.
bool Trainer::isBest() const {
  return progress_.stepInEpoch == 0 && progress_.bestEpoch > 0 && progress_.bestEpoch == progress_.epoch - 1;
}

/// returns  false: there was no room for a checkpoint until a stop was wanted
bool Trainer::save() {
  if (prepared_.runFolder.empty()) return true;
  sink_.beforeCheckpoint();
  const std::optional<Written> written = writeOnceThereIsSpace();
  sinceCheckpoint_.lap();
  if (!written) return false;
  savedStep_ = progress_.step;
  sink_.take(CheckpointReport{progress_.step, progress_.epoch, written->file.string(), written->hash});
  return true;
}

/// Waits while the disk is full, unless a stop is wanted: training is never ended by what may pass.
std::optional<Written> Trainer::writeOnceThereIsSpace() {
  const Checkpoint state = checkpoint();
  const StateReport before = shown_;
  for (bool waiting = false;; waiting = true) {
    try {
      const Written written = writeCheckpoint(prepared_.runFolder, state, isBest());
      if (!waiting) return written;
      sink_.take(EventReport{"there is room for the checkpoint again: training goes on"});
      enter(before.state, before.text);
      return written;
    } catch (const NoSpace& problem) {
      if (!waiting && !control_.stopNow())
        enter(RunState::paused, fmt::format("{}; training waits, and goes on by itself", problem.what()));
    }
    for (int halfSeconds = 0; halfSeconds < 2 && !control_.stopNow(); ++halfSeconds) control_.wait();
    if (control_.stopNow()) return std::nullopt;
  }
}

Checkpoint Trainer::checkpoint() const {
  Checkpoint checkpoint;
  checkpoint.configHash = configHash(prepared_.config);
  checkpoint.dataHash = data_.identity.hash;
  checkpoint.run = prepared_.runFolder.filename().string();
  checkpoint.libtorchVersion = runningLibTorch();
  checkpoint.version = UADA_VERSION;
  checkpoint.seed = prepared_.config.seed;
  checkpoint.threads = prepared_.threads;
  checkpoint.device = prepared_.device.name;
  checkpoint.config = toJson(prepared_.config);
  checkpoint.progress = progress_;
  checkpoint.madeFor = madeFor(*data_.train, stepper_->rendering());
  checkpoint.tensors = takeTensors([this](StateVisitor& visitor) { stepper_->visit(visitor); });
  return checkpoint;
}

/// A stop came while the disk was full.
RunState Trainer::stoppedUnsaved() {
  const std::string kept =
      savedStep_ < 0 ? "no checkpoint was written before: a resume begins at step 0"
                     : fmt::format("the checkpoint of step {} stands, and a resume begins there", savedStep_);
  const std::string text = fmt::format(
      "stopped at step {} without a checkpoint, because the disk is full; {}", progress_.step, kept);
  sink_.take(EventReport{text});
  return stopped(text);
}

RunState Trainer::stopped(const std::string& text) {
  enter(RunState::stopped, text);
  return RunState::stopped;
}

void Trainer::enter(RunState state, const std::string& text, bool canHalve) {
  shown_ = {
      state, text, prepared_.device.name, prepared_.threads, data_.identity.hash, data_.identity.isPublished};
  shown_.canHalve = canHalve;
  if (!data_.identity.hash.empty()) {
    shown_.stepsPerEpoch = batches_.steps();
    shown_.plannedSteps = shown_.stepsPerEpoch * prepared_.config.recipe.training.epochs;
  }
  enter_(shown_);
}

void Trainer::reportResult() {
  ResultReport result;
  result.metric = mainMetric().name;
  result.best = progress_.best;
  result.bestEpoch = progress_.bestEpoch;
  result.last = progress_.last;
  result.parameters = stepper_->network().parameterCount();
  result.seconds = progress_.seconds;
  result.counts = progress_.counts;
  sink_.take(std::move(result));
}

}  // namespace uada

#include "core/engine/train/Trainer.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Text.h"
#include "core/data/KeptImages.h"
#include "core/engine/Edits.h"
#include "core/engine/tasks/Task.h"
#include "core/engine/train/Precision.h"

namespace uada {

static constexpr std::size_t kBytesAhead = std::size_t{256} << 20;  // of pixels, decoded before their step

Trainer::Trainer(Prepared prepared, Sink& sink, Control& control,
                 std::function<void(const StateReport&)> enter, World* world)
    : world_(world ? *world : alone_),
      prepared_(std::move(prepared)),
      sink_(sink),
      control_(control),
      enter_(std::move(enter)),
      pool_(prepared_.threads),
      inForce_(prepared_.config) {
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
  try {
    const RunState state = trainAll();
    world_.said("");  // nobody leaves before all are done
    return state;
  } catch (const PeerLost& lost) {
    giveUp(lost);
  } catch (const std::exception& problem) {
    world_.quit(problemText(problem));
    throw;
  }
}

RunState Trainer::trainAll() {
  for (const std::string& note : prepared_.notes) sink_.take(EventReport{note});
  if (!readDataTogether()) return stopped("stopped before the first step");
  if (hear().stop && !prepared_.checkpoint) return stopped("stopped before the first step");
  stepper_ = std::make_unique<Stepper>(prepared_.config, *data_.train, prepared_.device.device, pool_,
                                       prepared_.start.get(), &world_);
  prepared_.start.reset();
  for (const std::string& note : stepper_->startNotes()) sink_.take(EventReport{note});
  keptBack_ = stepper_->keptBack();
  batches_.count -= keptBack_.size();
  stepper_->head().check(*data_.train, "training");
  stepper_->head().check(*data_.test, "test");
  requireParts();
  restore();
  enter(RunState::running,
        fmt::format("training on {} images", groupedText(static_cast<long long>(batches_.count))));
  return trainEpochs();
}

RunState Trainer::trainEpochs() {
  while (hasMoreEpochs()) {
    if (!trainEpoch() || !finishEpoch()) {
      enter(RunState::stopping, "writing a checkpoint");
      return save() ? stopped(fmt::format("stopped at step {}", progress_.step)) : stoppedUnsaved();
    }
    if (!hasMoreEpochs()) break;
    if (hear().stopAfterEpoch) return stopped(fmt::format("stopped after epoch {}", progress_.epoch - 1));
    if (const std::string why = world_.told(sink_.whyStop()); !why.empty()) {
      sink_.take(EventReport{why});
      return stopped(why);
    }
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
         progress_.epoch - 1 - std::max(progress_.bestEpoch, progress_.firstEpoch) < training.patience;
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
  putState(checkpoint);
  progress_ = prepared_.isFork ? forked(checkpoint.progress) : checkpoint.progress;
  stepper_->setRowsAtOnce(progress_.rowsAtOnce);
  const std::string origin =
      prepared_.isFork ? fmt::format("forked from the run {}", checkpoint.run) : "resumed";
  sink_.take(
      EventReport{fmt::format("{} after step {} in epoch {}", origin, progress_.step, progress_.epoch)});
  prepared_.checkpoint.reset();
  for (const EditReport& edit : progress_.edits) inForce_ = withEdit(inForce_, edit);
  stepper_->adopt(inForce_);
  // Of edits that could not be stored before the program ended only the checkpoint knows.
  for (std::size_t i = prepared_.edits.size(); i < progress_.edits.size(); ++i)
    sink_.take(progress_.edits[i]);
  if (prepared_.isFork) {
    save();  // from here on it is a run like any other
    return;
  }
  savedStep_ = progress_.step;
  // The file of the best epoch is set aside with what was newer than this checkpoint, or was damaged.
  if (isBest() && !prepared_.runFolder.empty() && !std::filesystem::exists(bestFile(prepared_.runFolder)))
    saveHere();
}

/// What was learned. The method of a fork may be another one, or learn other things: it then begins anew.
void Trainer::putState(const Checkpoint& checkpoint) {
  const auto all = [this](StateVisitor& visitor) { stepper_->visit(visitor); };
  if (!prepared_.isFork || areThose(checkpoint.tensors, all)) return putTensors(checkpoint.tensors, all);
  const auto ofNetwork = [this](StateVisitor& visitor) { stepper_->visitNetwork(visitor); };
  putTensors(only(checkpoint.tensors, ofNetwork), ofNetwork);
  sink_.take(EventReport{
      "the method learns from the beginning: what that of the other run had learned is not its own"});
}

/// returns  false: stopped within the epoch
bool Trainer::trainEpoch() {
  order_ =
      shuffledOrder(data_.train->size(), static_cast<std::uint64_t>(prepared_.config.seed), progress_.epoch);
  std::erase_if(order_, [&](std::uint32_t index) { return std::ranges::binary_search(keptBack_, index); });
  if (ahead_)
    ahead_->expect(ownSamples(progress_.stepInEpoch),
                   stepper_->shownParts(static_cast<std::uint64_t>(prepared_.config.seed), progress_.epoch));
  count(stepper_->beginEpoch(progress_.epoch));
  std::size_t done = 0;
  while (progress_.stepInEpoch < batches_.steps()) {
    if (!between()) return false;
    const std::int64_t place = progress_.stepInEpoch;
    step();
    if (progress_.stepInEpoch > place) done += ownSize(place);
    if (ahead_) ahead_->release(done);
  }
  return between();
}

/// Of what the method does between steps.
void Trainer::count(const Counts& counts) {
  progress_.sums.counts += counts;
  progress_.counts += counts;
}

/// place  in the running epoch
Batch Trainer::batchAt(std::int64_t place) const {
  Batch batch;
  batch.seed = static_cast<std::uint64_t>(prepared_.config.seed);
  batch.step = progress_.step - progress_.stepInEpoch + place + 1;
  batch.epoch = progress_.epoch;
  const std::size_t begin = batches_.begin(place), size = batches_.end(place) - begin;
  const auto [first, last] = world_.shareOf(size);
  batch.indices.assign(order_.begin() + static_cast<std::ptrdiff_t>(begin + first),
                       order_.begin() + static_cast<std::ptrdiff_t>(begin + last));
  if (!world_.isAlone())
    batch.first = static_cast<std::int64_t>(first), batch.whole = static_cast<std::int64_t>(size);
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
  const double rate = learningRate(inForce_.recipe, progress_.epoch - 1, place, batches_.steps());
  const bool isPictured = (batch.step - 1) % config.runtime.pictureEvery == 0;
  StepReports reports;
  try {
    reports = stepper_->step(batch, rate, isPictured ? config.runtime.pictured : 0, next ? &*next : nullptr);
  } catch (const StepFault& alone) {
    const StepFault fault = agreed(alone);
    std::vector<Decision> unsound = stepper_->unsoundSamples(batch, fault.rows);
    const std::int64_t unsoundStep = unsound.empty() ? 0 : batch.step;
    for (Decision& decision : unsound) sink_.take(std::move(decision));
    return settle(fault, unsoundStep);
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

/// Tests, reports and saves.
/// returns  false: stopped while testing; the test is done again after a resume
bool Trainer::finishEpoch() {
  count(stepper_->beforeTest(progress_.epoch));
  Stopwatch watch;
  std::optional<Metrics> scores = stepper_->test(*data_.test, [this] {
    const bool stop = hear().stop;
    if (takeCheckpoint()) save();  // a test may be long
    return stop;
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

/// Rank 0 does. All wait for it, however long that takes.
/// returns  false: there was no room for a checkpoint until a stop was wanted
bool Trainer::save() {
  if (world_.isAlone()) return saveHere();
  return world_.told(world_.rank() > 0 || saveHere() ? "saved" : "") == "saved";
}

bool Trainer::saveHere() {
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

void Trainer::enter(RunState state, const std::string& text, const Remedy& remedy) {
  shown_ = {
      state, text, prepared_.device.name, prepared_.threads, data_.identity.hash, data_.identity.isPublished};
  shown_.canHalve = remedy.canHalve;
  shown_.unsoundStep = remedy.unsoundStep;
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

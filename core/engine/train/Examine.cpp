#include "core/engine/train/Examine.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/augment/FramedSpace.h"
#include "core/augment/Parts.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/engine/Probe.h"
#include "core/engine/tasks/Task.h"
#include "core/engine/train/Precision.h"
#include "core/engine/train/Stepper.h"

namespace uada {
namespace {

constexpr std::size_t kJudgedAtOnce = 128;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// A run as its checkpoint has it.
class Examined {
 public:
  Examined(Prepared prepared, Sink& sink, Control& control, const Enter& enter)
      : prepared_(std::move(prepared)), enter_(enter), pool_(prepared_.threads) {
    settleThread(prepared_.threads);
    allowTf32(prepared_.config.recipe.training.precision == "tf32");
    for (const std::string& note : prepared_.notes) sink.take(EventReport{note});
    data_ = readRunData(prepared_, sink, control,
                        [this](const std::string& text) { say(RunState::preparing, text); });
    takeTargets(data_, prepared_.config.recipe);
    requireSameData(prepared_, data_);
    stepper_ = std::make_unique<Stepper>(prepared_.config, *data_.train, prepared_.device.device, pool_);
    putTensors(prepared_.checkpoint->tensors, [this](StateVisitor& visitor) { stepper_->visit(visitor); });
  }

  RunState say(RunState state, const std::string& text) {
    enter_({state, text, prepared_.device.name, prepared_.threads, data_.identity.hash,
            data_.identity.isPublished});
    return state;
  }
  const Progress& progress() const { return prepared_.checkpoint->progress; }
  const RunConfig& config() const { return prepared_.config; }
  const RunData& data() const { return data_; }
  Stepper& stepper() { return *stepper_; }

 private:
  const Prepared prepared_;
  const Enter& enter_;
  ThreadPool pool_;
  RunData data_;
  std::unique_ptr<Stepper> stepper_;
};

/// Runs the work; a stop while the data is read ends it like any other.
template <class Do>
RunState examine(Prepared prepared, Sink& sink, Control& control, const Enter& enter, const Do& work) {
  try {
    Examined run(std::move(prepared), sink, control, enter);
    return work(run);
  } catch (const LoadingStopped&) {
    enter({RunState::stopped, "stopped while the images were read", "", 0, ""});
    return RunState::stopped;
  }
}

/// The pinned samples, and their plans but for the chain.
struct Pinned {
  Batch batch;
  std::vector<Plan> plans;
  std::vector<Part> first, second;  ///< [B] a step of each op, whose level is set anew
  std::unique_ptr<Space> space;
  int levels = 0;

  /// Every sample's plan with the ops at these levels. otherLevel: -1: there is one op
  std::vector<Shown> at(int level, int otherLevel) const {
    std::vector<Plan> moved = plans;
    for (std::size_t b = 0; b < moved.size(); ++b) {
      moved[b].add(atLevel(first[b], level));
      if (otherLevel >= 0) moved[b].add(atLevel(second[b], otherLevel));
    }
    std::vector<Shown> shown;
    addVariant(shown, moved, *space);
    return shown;
  }

 private:
  static Part atLevel(Part step, int level) {
    step.at[0] = level;
    return step;
  }
};

Pinned pinnedOf(const Examined& run, const work::Landscape& wanted) {
  const Dataset& data = *run.data().train;
  const RunConfig& config = run.config();
  Pinned pinned;
  pinned.space = makeSpace(config, inputOf(config.recipe, commonSize(data)), commonSize(data));
  pinned.batch.seed = static_cast<std::uint64_t>(config.seed);
  pinned.batch.step = run.progress().step;
  pinned.batch.epoch = std::min(run.progress().epoch, config.recipe.training.epochs);
  pinned.batch.indices.resize(std::min(static_cast<std::size_t>(wanted.samples), data.size()));
  std::iota(pinned.batch.indices.begin(), pinned.batch.indices.end(), 0U);
  for (const std::uint32_t index : pinned.batch.indices) {
    pinned.batch.sizes.push_back(data.imageSize(index));
    if (data.targetKind() == TargetKind::boxes) pinned.batch.boxes.push_back(boxesOf(data, index));
  }
  pinned.plans = samplePlans(pinned.batch, *pinned.space);
  for (Plan& plan : pinned.plans) plan.remove("step");
  const Grid grid = pinned.plans.front().grid;
  pinned.levels = topLevelOf(grid) + 1;
  for (const std::string& name : wanted.ops)
    if (!hasLevels(findOp(name), grid))
      throw UsageError(
          fmt::format("the run's policy has no levels for the op {}: another op is needed", name));
  for (const std::uint32_t index : pinned.batch.indices) {
    Random random(pinned.batch.seed, static_cast<std::uint32_t>(pinned.batch.epoch), index,
                  Purpose::landscape);
    pinned.first.push_back(drawnStep(opIndex(wanted.ops[0]), 0, random));
    if (wanted.ops.size() > 1) pinned.second.push_back(drawnStep(opIndex(wanted.ops[1]), 0, random));
  }
  return pinned;
}

/// [B], float64: each sample's loss.
std::vector<double> lossesAt(Stepper& stepper, const Pinned& pinned, int level, int otherLevel) {
  std::vector<double> values;
  stepper.ask(pinned.batch, [&](StepContext& context) {
    const Rows rows = context.render(pinned.at(level, otherLevel));
    const at::Tensor losses =
        context.losses(rows, {.norm = NormMode::probe}).to(at::kDouble).cpu().contiguous();
    const auto* data = static_cast<const double*>(losses.const_data_ptr());
    values.assign(data, data + losses.numel());
  });
  return values;
}

int signOf(double value) { return (value > 0) - (value < 0); }

/// Mean and deviation of one level's losses.
LandscapeReport placeOf(const work::Landscape& wanted, int level, int otherLevel,
                        const std::vector<double>& losses) {
  LandscapeReport place;
  place.op = wanted.ops[0];
  place.level = level;
  place.slope = place.probeUp = place.probeDown = place.agreement = kNone;
  if (otherLevel >= 0) place.other = wanted.ops[1];
  place.otherLevel = otherLevel;
  place.samples = static_cast<int>(losses.size());
  const double count = static_cast<double>(losses.size());
  place.loss = std::accumulate(losses.begin(), losses.end(), 0.0) / count;
  double squares = 0;
  for (const double loss : losses) squares += (loss - place.loss) * (loss - place.loss);
  place.spread = std::sqrt(squares / count);
  return place;
}

double meanDifference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] - b[i];
  return sum / static_cast<double>(a.size());
}

/// Slope, probes of both signs of delta and their agreement at a level of a curve.
/// losses  [levels][B]
/// delta   in levels, at least 1
void addProbes(LandscapeReport& place, const std::vector<std::vector<double>>& losses, int delta) {
  const auto l = static_cast<std::size_t>(place.level), d = static_cast<std::size_t>(delta);
  const bool hasUp = l + d < losses.size(), hasDown = l >= d;
  if (hasUp) place.probeUp = meanDifference(losses[l + d], losses[l]) / delta;
  if (hasDown) place.probeDown = meanDifference(losses[l], losses[l - d]) / delta;
  if (l == 0 || l + 1 == losses.size()) return;
  place.slope = meanDifference(losses[l + 1], losses[l - 1]) / 2;
  if (!hasUp || !hasDown) return;
  int agreeing = 0;
  for (std::size_t b = 0; b < losses[l].size(); ++b) {
    const int slope = signOf(losses[l + 1][b] - losses[l - 1][b]);
    agreeing += signOf(losses[l + d][b] - losses[l][b]) == slope;
    agreeing += signOf(losses[l][b] - losses[l - d][b]) == slope;
  }
  place.agreement = agreeing / (2.0 * static_cast<double>(losses[l].size()));
}

PredictionHeader headerOf(const Examined& run, const work::Predict& wanted, const Dataset& data) {
  const std::size_t limit = wanted.limit > 0 ? static_cast<std::size_t>(wanted.limit) : data.size();
  PredictionHeader header;
  header.task = run.config().recipe.task.name;
  header.kind = findTask(header.task).target;
  header.configHash = configHash(run.config());
  header.dataHash = data.identity();
  header.step = run.progress().step;
  header.epoch = run.progress().epoch - 1;
  header.split = wanted.split;
  header.classCount = data.classes();
  header.classes = classNamesOf(findDataset(run.config().recipe.dataset.name), data);
  header.samples = sampleNames(data, std::min(limit, data.size()));
  for (std::uint32_t i = 0; i < header.samples.size(); ++i) header.sizes.push_back(data.imageSize(i));
  return header;
}

}  // namespace

RunState evaluate(Prepared prepared, Sink& sink, Control& control, const Enter& enter) {
  return examine(std::move(prepared), sink, control, enter, [&](Examined& run) {
    const Dataset& test = *run.data().test;
    run.stepper().head().check(test, "test");
    run.say(RunState::running,
            fmt::format("testing on {} images", groupedText(static_cast<long long>(test.size()))));
    Stopwatch watch;
    std::optional<Metrics> scores = run.stepper().test(test, [&] { return control.stopNow(); });
    if (!scores) return run.say(RunState::stopped, "stopped before the test was done");
    const Progress& progress = run.progress();
    sink.take(EvaluationReport{progress.step, progress.epoch - 1, std::move(*scores),
                               static_cast<std::int64_t>(test.size()), watch.lap()});
    return run.say(RunState::finished, "tested");
  });
}

void requireLimit(const work::Predict& wanted) {
  if (wanted.limit < 0)
    throw UsageError(fmt::format("{} images cannot be predicted; 0 stands for all", wanted.limit));
}

RunState predict(Prepared prepared, const work::Predict& wanted, Sink& sink, Control& control,
                 const Enter& enter) {
  return examine(std::move(prepared), sink, control, enter, [&](Examined& run) {
    const bool isTest = wanted.split == Split::test;
    const Dataset& data = isTest ? *run.data().test : *run.data().train;
    run.stepper().head().check(data, isTest ? "test" : "training");
    PredictionHeader header = headerOf(run, wanted, data);
    const std::size_t count = header.samples.size();
    run.say(RunState::running,
            fmt::format("predicting {} images", groupedText(static_cast<long long>(count))));
    Stopwatch watch;
    sink.take(PredictionsReport{std::move(header)});
    std::optional<Metrics> scores = run.stepper().predict(
        data, count, [&] { return control.stopNow(); },
        [&](std::uint32_t sample, Prediction prediction) {
          sink.take(PredictionReport{sample, std::move(prediction)});
        });
    if (!scores) return run.say(RunState::stopped, "stopped before all images were predicted");
    const Progress& progress = run.progress();
    sink.take(EvaluationReport{progress.step, progress.epoch - 1, std::move(*scores),
                               static_cast<std::int64_t>(count), watch.lap()});
    return run.say(RunState::finished, "predicted");
  });
}

void requireLabels(const work::PredictPlanned& wanted) {
  if (findTask(wanted.config.recipe.task.name).target != TargetKind::label)
    throw UsageError(fmt::format(
        "the task {} gives an image no class that a network could recognise: this is of classification alone",
        wanted.config.recipe.task.name));
}

RunState predictPlanned(Prepared prepared, const work::PredictPlanned& wanted, Sink& sink, Control& control,
                        const Enter& enter) {
  return examine(std::move(prepared), sink, control, enter, [&](Examined& run) {
    const Dataset& data = *run.data().train;
    run.stepper().head().check(data, "training");
    for (const work::PlannedSample& one : wanted.samples)
      if (one.sample >= data.size())
        throw Error(fmt::format("there is no sample {}: the run's training images are 0 to {}", one.sample,
                                data.size() - 1));
    const std::span<const work::PlannedSample> all(wanted.samples);
    run.say(RunState::running,
            fmt::format("showing {} images to the network", groupedText(static_cast<long long>(all.size()))));
    for (std::size_t begin = 0; begin < all.size(); begin += kJudgedAtOnce) {
      if (control.stopNow()) return run.say(RunState::stopped, "stopped before all images were shown");
      const auto some = all.subspan(begin, std::min(kJudgedAtOnce, all.size() - begin));
      std::vector<ClassChances> said = run.stepper().judge(some);
      for (std::size_t i = 0; i < said.size(); ++i)
        sink.take(PredictionReport{static_cast<std::uint32_t>(begin + i), std::move(said[i])});
    }
    return run.say(RunState::finished, "all images were shown");
  });
}

void requireOps(const work::Landscape& wanted) {
  if (wanted.ops.empty() || wanted.ops.size() > 2)
    throw UsageError(fmt::format("a landscape is of one op or of two, not of {}", wanted.ops.size()));
  if (wanted.samples < 2) throw UsageError("a landscape needs at least 2 samples");
  for (const std::string& name : wanted.ops)
    if (!findOp(name).hasValue)
      throw UsageError(fmt::format("the op {} takes no level: its loss is the same at all of them", name));
}

RunState drawLandscape(Prepared prepared, const work::Landscape& wanted, Sink& sink, Control& control,
                       const Enter& enter) {
  return examine(std::move(prepared), sink, control, enter, [&](Examined& run) {
    const Pinned pinned = pinnedOf(run, wanted);
    run.say(RunState::running,
            fmt::format("computing the loss of {} samples at each level", pinned.batch.indices.size()));
    const bool isMap = wanted.ops.size() > 1;
    std::vector<std::vector<double>> losses;
    for (int level = 0; level < pinned.levels; ++level) {
      for (int other = isMap ? 0 : -1; other < (isMap ? pinned.levels : 0); ++other) {
        if (control.stopNow()) return run.say(RunState::stopped, "stopped before the landscape was whole");
        std::vector<double> found = lossesAt(run.stepper(), pinned, level, other);
        if (isMap)
          sink.take(placeOf(wanted, level, other, found));
        else
          losses.push_back(std::move(found));
      }
    }
    for (int level = 0; !isMap && level < pinned.levels; ++level) {
      LandscapeReport place = placeOf(wanted, level, -1, losses[static_cast<std::size_t>(level)]);
      addProbes(place, losses, probeDelta(run.config().method));
      sink.take(std::move(place));
    }
    return run.say(RunState::finished, "the landscape is whole");
  });
}

}  // namespace uada

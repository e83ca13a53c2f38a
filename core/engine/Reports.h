#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/augment/Plan.h"
#include "core/base/Metrics.h"
#include "core/images/Image.h"
#include "core/predictions/Prediction.h"

/// What a job reports. Each report says once, in its `visit`, which numbers it has under which names: from
/// that come its columns in the project file, its line of JSON, its columns of CSV and the texts of tests. A
/// visitor v has
///   v.key(name, value)       the number that tells rows of one run apart, from 1
///   v.field(name, value)     int, std::int64_t, double or std::string
///   v.passes(name, value)    forwards or backwards of a batch: double, nearly always a whole number
///   v.phase(name, seconds)   one of phases.def
///   v.metrics(part, values)  of the task; part: "" of a step, "train" and "test" of an epoch, "last" of a
///                            result
///   v.added(name, value, n)  a double that project files have from version n on; older rows: NaN
///   v.total(seconds)         the sum of the phases, in reports that have no `seconds` of their own
/// A quantity that does not exist is NaN.
namespace uada {

/// What was computed; sums over the reported span. Forwards and backwards are of batches: of fewer rows, as
/// fast UADA has them, they are parts of one.
struct Counts {
  double forwardsNoGrad = 0;  ///< without gradient (unperturbed, probes, candidates)
  double forwardsTrain = 0;   ///< with gradient
  double backwards = 0;
  std::int64_t chains = 0;  ///< images rendered through an augmentation chain

  double forwardEquivalents() const { return forwardsNoGrad + forwardsTrain + 2 * backwards; }
  Counts& operator+=(const Counts& o) {
    forwardsNoGrad += o.forwardsNoGrad;
    forwardsTrain += o.forwardsTrain;
    backwards += o.backwards;
    chains += o.chains;
    return *this;
  }
  template <class R, class V>
  static void visit(R& r, V& v) {
    v.passes("forwards_no_grad", r.forwardsNoGrad);
    v.passes("forwards_train", r.forwardsTrain);
    v.passes("backwards", r.backwards);
    v.field("chains", r.chains);
  }
};

/// Wall seconds of the parts of a span (phases.def).
struct Timings {
#define PHASE(name, title, version) double name = 0;
#include "core/engine/phases.def"
#undef PHASE

  template <class R, class V>
  static void visit(R& r, V& v) {
#define PHASE(name, title, version) v.phase(#name, r.name);
#include "core/engine/phases.def"
#undef PHASE
  }
  double total() const {
    double sum = 0;
#define PHASE(name, title, version) sum += name;
#include "core/engine/phases.def"
#undef PHASE
    return sum;
  }
  Timings& operator+=(const Timings& o) {
#define PHASE(name, title, version) name += o.name;
#include "core/engine/phases.def"
#undef PHASE
    return *this;
  }
};

/// An entry of phases.def.
struct StepPhase {
  std::string name, title;
  int version = 1;  ///< of the project file that first stores it
};
const std::vector<StepPhase>& phases();

struct StepReport {
  std::int64_t step = 0;  ///< from 1, over the whole run
  int epoch = 0;          ///< from 1
  double learningRate = 0;
  double loss = 0;             ///< the objective on the trained batch
  double unperturbedLoss = 0;  ///< mean over the samples; NaN where the method has none
  double gain = 0;             ///< mean of (loss of the chosen candidate - unperturbed loss); NaN likewise
  int count = 0;               ///< samples
  Metrics metrics = {};        ///< Task::trainMetrics but the loss, on the trained batch
  Counts counts = {};
  Timings timings = {};
  /// L2, over all trainable parameters, of the gradient that the optimiser applies, before it is clipped. NaN
  /// where it was not recorded.
  double gradientNorm = std::numeric_limits<double>::quiet_NaN();

  template <class R, class V>
  static void visit(R& r, V& v) {
    v.key("step", r.step);
    v.field("epoch", r.epoch);
    v.field("learning_rate", r.learningRate);
    v.field("loss", r.loss);
    v.field("unperturbed_loss", r.unperturbedLoss);
    v.field("gain", r.gain);
    v.added("gradient_norm", r.gradientNorm, 10);
    v.metrics("", r.metrics);
    v.field("count", r.count);
    Counts::visit(r.counts, v);
    v.total(r.timings.total());
    Timings::visit(r.timings, v);
  }
};

/// Mean and spread (population) of the levels of one op before and after the update, and what befell them.
struct OpStatistics {
  std::string op;
  int count = 0;  ///< steps of this op in the batch's plans
  double beforeMean = 0, beforeSpread = 0, afterMean = 0, afterSpread = 0;  ///< levels, clamped as used
  int probed = 0;                     ///< of them chosen for the probe or the random move
  int plus = 0, minus = 0, zero = 0;  ///< sign of the estimated gradient, among the probed; random: all 0
  double meanDL = 0;                  ///< mean of (probe loss - unperturbed loss), among the probed
  int wins = 0;                       ///< samples trained on the chain candidate that moved this op
  double meanGain = 0;                ///< mean gain of the chain candidate, among the probed
  int inert = 0, clamped = 0;

  template <class R, class V>
  static void visit(R& r, V& v) {
    v.field("op", r.op);
    v.field("count", r.count);
    v.field("before_mean", r.beforeMean);
    v.field("before_spread", r.beforeSpread);
    v.field("after_mean", r.afterMean);
    v.field("after_spread", r.afterSpread);
    v.field("probed", r.probed);
    v.field("plus", r.plus);
    v.field("minus", r.minus);
    v.field("zero", r.zero);
    v.field("mean_dl", r.meanDL);
    v.field("wins", r.wins);
    v.field("mean_gain", r.meanGain);
    v.field("inert", r.inert);
    v.field("clamped", r.clamped);
  }
};

struct GroupStatistics {
  std::string group;
  int count = 0;
  int plus = 0, minus = 0, zero = 0;  ///< sign of dL, of every probe: 0, 1 or several for each of `count`
  double meanDL = 0;                  ///< mean over the probes
  int wins = 0;
  double meanGain = 0;  ///< mean of (candidate loss - unperturbed loss)
  int inert = 0, clamped = 0;

  template <class R, class V>
  static void visit(R& r, V& v) {
    v.field("group", r.group);
    v.field("count", r.count);
    v.field("plus", r.plus);
    v.field("minus", r.minus);
    v.field("zero", r.zero);
    v.field("mean_dl", r.meanDL);
    v.field("wins", r.wins);
    v.field("mean_gain", r.meanGain);
    v.field("inert", r.inert);
    v.field("clamped", r.clamped);
  }
};

/// One batch's decisions in sums.
struct PolicyReport {
  std::int64_t step = 0;
  int epoch = 0;
  int unperturbedWins = 0, count = 0;
  std::vector<OpStatistics> ops;        ///< only ops that occur in the batch
  std::vector<GroupStatistics> groups;  ///< in candidate order

  template <class R, class V>
  static void visit(R& r, V& v) {  // without the parts
    v.key("step", r.step);
    v.field("epoch", r.epoch);
    v.field("unperturbed_wins", r.unperturbedWins);
    v.field("count", r.count);
  }
};

/// One group's part in a recorded decision: enough to recompute that the rule was followed.
struct GroupDecision {
  std::string group;
  int position = -1;        ///< chain: which step was moved
  std::vector<int> before;  ///< raw coordinates of the plan
  std::vector<int> delta;   ///< +-UADA's delta each; of a resized crop so many units of source pixels
  std::vector<int> after;   ///< raw coordinates of the candidate
  /// One of the group's probe, or of each coordinate's where those are probed one by one; none where the
  /// update was random. With a probe each way the losses of those moved by -delta follow. Where a batch
  /// decides as one, these and all losses of the decision are its means.
  std::vector<double> probeLoss, dL;
  double candidateLoss = 0;
  bool inert = false, clamped = false;
  Plan candidate;
  Image picture;  ///< 8-bit; its label map, if there is one, on its right; may be empty
};

/// All that was decided for one pictured sample at one step. Its groups and plans have a form of their own:
/// DecisionJson.h.
struct Decision {
  std::int64_t step = 0;
  int epoch = 0;
  std::uint32_t index = 0;  ///< in the training set
  int label = 0;            ///< -1: the samples of the set have none
  Plan plan;
  double unperturbedLoss = 0;  ///< NaN where the method has none
  std::vector<GroupDecision> groups;
  int winner = -1;              ///< index into groups; -1: the unperturbed plan
  std::string pixelHash;        ///< SHA-256 of the trained image's bytes: proves a replay
  Image original, unperturbed;  ///< 8-bit; likewise
};

struct EpochReport {
  int epoch = 0;                        ///< from 1
  std::int64_t step = 0;                ///< last step of it
  Metrics train = {};                   ///< Task::trainMetrics, over the trained (augmented) batches
  Metrics test = {};                    ///< Task::testMetrics, over the whole test set
  double seconds = 0, testSeconds = 0;  ///< of training; of testing
  Counts counts = {};
  Timings timings = {};

  template <class R, class V>
  static void visit(R& r, V& v) {
    v.key("epoch", r.epoch);
    v.field("step", r.step);
    v.metrics("train", r.train);
    v.metrics("test", r.test);
    v.field("seconds", r.seconds);
    v.field("test_seconds", r.testSeconds);
    Counts::visit(r.counts, v);
    Timings::visit(r.timings, v);
  }
};

struct CheckpointReport {
  std::int64_t step = 0;
  int epoch = 0;
  std::string file;
  std::string hash;  ///< SHA-256 of the file's content

  template <class R, class V>
  static void visit(R& r, V& v) {
    v.field("step", r.step);
    v.field("epoch", r.epoch);
    v.field("file", r.file);
    v.field("hash", r.hash);
  }
};

/// What a job is doing.
enum class RunState { preparing, running, paused, stopping, finished, stopped, failed, interrupted };
const char* stateName(RunState state);
/// interrupted: no other state has that name.
RunState stateFromName(std::string_view name);

struct StateReport {
  RunState state = RunState::preparing;
  std::string text;    ///< what, for people: "reading 60,000 images"; failed: the whole message
  std::string device;  ///< "cpu", "cuda:0": once known
  int threads = 0;
  std::string dataHash;  ///< Dataset::hash of the training and the test set, joined by '+': once known
  bool isDataPublished = false;    ///< known with dataHash: the files are the published ones
  std::int64_t stepsPerEpoch = 0;  ///< of the data that is there; 0: the data is not read yet
  std::int64_t plannedSteps = 0;   ///< of the whole run; 0 likewise
  /// Paused since memory was short for a step: with runtime.on_out_of_memory changed to "halve" the run goes
  /// on with half as many rows at a time.
  bool canHalve = false;
  /// Paused since losses of this step are no finite numbers: the decisions of those samples, with their
  /// pictures, were reported under it before. 0: not for that.
  std::int64_t unsoundStep = 0;
};

/// The end of an attempt that reached its last epoch.
struct ResultReport {
  std::string metric = {};  ///< the task's main metric
  double best =
      std::numeric_limits<double>::quiet_NaN();  ///< of it over the epochs; NaN: no test gave a number
  int bestEpoch = 0;                             ///< the first with it
  Metrics last = {};                             ///< Task::testMetrics of the last epoch
  std::int64_t parameters = 0;
  double seconds = 0;  ///< training time over all attempts, tests left out
  Counts counts = {};

  template <class R, class V>
  static void visit(R& r, V& v) {
    v.field("metric", r.metric);
    v.field("best", r.best);
    v.field("best_epoch", r.bestEpoch);
    v.metrics("last", r.last);
    v.field("parameters", r.parameters);
    v.field("seconds", r.seconds);
    Counts::visit(r.counts, v);
  }
};

/// What work::Evaluate found, or work::Predict of the samples that it was asked for. Belongs to no attempt of
/// a run: it is not stored.
struct EvaluationReport {
  std::int64_t step = 0;  ///< of the checkpoint
  int epoch = 0;          ///< likewise: those that were trained whole
  Metrics test = {};      ///< Task::testMetrics, whatever the split
  std::int64_t images = 0;
  double seconds = 0;

  template <class R, class V>
  static void visit(R& r, V& v) {
    v.field("step", r.step);
    v.field("epoch", r.epoch);
    v.metrics("test", r.test);
    v.field("images", r.images);
    v.field("seconds", r.seconds);
  }
};

/// One place of a landscape: the loss of the pinned batch with the op, or both, at these levels. It is not
/// stored.
struct LandscapeReport {
  std::string op;
  int level = 0;
  std::string other;            ///< empty: the landscape of one op
  int otherLevel = -1;          ///< -1 likewise
  double loss = 0, spread = 0;  ///< mean and deviation (population) of the samples' losses
  /// Mean over the samples of (loss one level up - loss one level down) / 2. NaN at the ends of the range and
  /// in a map.
  double slope = 0;
  /// What UADA's probe by the run's delta, up and down, estimates the slope to be: mean of dL / delta. NaN
  /// where that level does not exist, and in a map.
  double probeUp = 0, probeDown = 0;
  /// Share of the samples' probes, of both deltas, whose sign is that of the sample's own slope. NaN
  /// likewise.
  double agreement = 0;
  int samples = 0;

  template <class R, class V>
  static void visit(R& r, V& v) {
    v.field("op", r.op);
    v.field("level", r.level);
    v.field("other_op", r.other);
    v.field("other_level", r.otherLevel);
    v.field("loss", r.loss);
    v.field("spread", r.spread);
    v.field("slope", r.slope);
    v.field("probe_up", r.probeUp);
    v.field("probe_down", r.probeDown);
    v.field("agreement", r.agreement);
    v.field("samples", r.samples);
  }
};

/// What work::Predict is about to predict: once, before the first prediction. Its metrics, and the name of
/// the run, are not known yet. It is not stored.
struct PredictionsReport {
  PredictionHeader header;
};
/// What a network says of one sample, in the order of the samples. It is not stored.
struct PredictionReport {
  std::uint32_t sample = 0;  ///< its number in the split
  Prediction prediction;
};

/// A line for the log.
struct EventReport {
  std::string text;
};

/// A setting that was changed while the run trained, and changed its result: it holds from the step after
/// `step` on. The same edit may be reported again when a resumed run comes to it.
struct EditReport {
  int number = 0;             ///< in the order in which the run's edits were made, from 1
  std::int64_t step = 0;      ///< the last one before it
  std::string key;            ///< "recipe.optimiser.learning_rate", "method.epsilon"
  std::string before, after;  ///< JSON

  template <class R, class V>
  static void visit(R& r, V& v) {
    v.key("number", r.number);
    v.field("step", r.step);
    v.field("key", r.key);
    v.field("old_value", r.before);
    v.field("new_value", r.after);
  }
  friend bool operator==(const EditReport&, const EditReport&) = default;
};

using Report = std::variant<StateReport, StepReport, PolicyReport, Decision, EpochReport, CheckpointReport,
                            ResultReport, EventReport, EvaluationReport, LandscapeReport, PredictionsReport,
                            PredictionReport, EditReport>;

/// So that a std::visit can name what it does with each report, or with few of them.
template <class... F>
struct Cases : F... {
  using F::operator()...;
};
template <class... F>
Cases(F...) -> Cases<F...>;
/// The last of the cases: all other reports are left.
inline constexpr auto kNothing = [](const auto&) {};

}  // namespace uada

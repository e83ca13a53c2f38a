#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/augment/Plan.h"
#include "core/images/Image.h"

namespace uada {

/// What was computed; sums over the reported span.
struct Counts {
  std::int64_t forwardsNoGrad = 0;  ///< batch forwards without gradient (unperturbed, probes, candidates)
  std::int64_t forwardsTrain = 0;   ///< batch forwards with gradient
  std::int64_t backwards = 0;
  std::int64_t chains = 0;          ///< images rendered through an augmentation chain
  double forwardEquivalents() const { return static_cast<double>(forwardsNoGrad + forwardsTrain) + 2.0 * static_cast<double>(backwards); }
  Counts& operator+=(const Counts& o) {
    forwardsNoGrad += o.forwardsNoGrad;
    forwardsTrain += o.forwardsTrain;
    backwards += o.backwards;
    chains += o.chains;
    return *this;
  }
};

/// Wall seconds of the parts of a span. `other` is what the named parts leave.
struct Timings {
  double render = 0, probe = 0, candidate = 0, train = 0, wait = 0, other = 0;
  double total() const { return render + probe + candidate + train + wait + other; }
};

struct StepReport {
  std::int64_t step = 0;  ///< from 1, over the whole run
  int epoch = 0;          ///< from 1
  double learningRate = 0;
  double loss = 0;             ///< mean cross-entropy of the trained batch
  double unperturbedLoss = 0;  ///< mean over the samples; NaN where the method has none
  double gain = 0;             ///< mean of (loss of the chosen candidate - unperturbed loss); NaN likewise
  int correct = 0, count = 0;  ///< top-1 on the trained batch
  Counts counts;
  Timings timings;
};

/// Mean and spread (population) of the levels of one op before and after the update, and what befell them.
struct OpStatistics {
  std::string op;
  int count = 0;  ///< steps of this op in the batch's plans
  double beforeMean = 0, beforeSpread = 0, afterMean = 0, afterSpread = 0;  ///< levels, clamped as used
  int probed = 0;                       ///< of them chosen for the probe or the random move
  int plus = 0, minus = 0, zero = 0;    ///< sign of the estimated gradient, among the probed; random: all 0
  double meanDL = 0;                    ///< mean of (probe loss - unperturbed loss), among the probed
  int wins = 0;                         ///< samples trained on the chain candidate that moved this op
  double meanGain = 0;                  ///< mean gain of the chain candidate, among the probed
  int inert = 0, clamped = 0;
};

struct GroupStatistics {
  std::string group;
  int count = 0;
  int plus = 0, minus = 0, zero = 0;  ///< sign of dL, of every probe: 0, 1 or several for each of `count`
  double meanDL = 0;                  ///< mean over the probes
  int wins = 0;
  double meanGain = 0;                ///< mean of (candidate loss - unperturbed loss)
  int inert = 0, clamped = 0;
};

/// One batch's decisions in sums.
struct PolicyReport {
  std::int64_t step = 0;
  int epoch = 0;
  int unperturbedWins = 0, count = 0;
  std::vector<OpStatistics> ops;        ///< only ops that occur in the batch
  std::vector<GroupStatistics> groups;  ///< in candidate order
};

/// One group's part in a recorded decision: enough to recompute that the rule was followed.
struct GroupDecision {
  std::string group;
  int position = -1;               ///< chain: which step was moved
  std::vector<int> before;         ///< raw coordinates of the plan
  std::vector<int> delta;          ///< +-1 each; of a resized crop +-its unit in source pixels
  std::vector<int> after;          ///< raw coordinates of the candidate
  /// One of the group's probe, or of each coordinate's where those are probed one by one; none where the
  /// update was random. Where a batch decides as one, these and all losses of the decision are its means.
  std::vector<double> probeLoss, dL;
  double candidateLoss = 0;
  bool inert = false, clamped = false;
  Plan candidate;
  Image picture;                   ///< candidate, before normalisation; may be empty
};

/// All that was decided for one pictured sample at one step.
struct Decision {
  std::int64_t step = 0;
  int epoch = 0;
  std::uint32_t index = 0;    ///< in the training set
  int label = 0;
  Plan plan;
  double unperturbedLoss = 0;  ///< NaN where the method has none
  std::vector<GroupDecision> groups;
  int winner = -1;             ///< index into groups; -1: the unperturbed plan
  std::string pixelHash;       ///< SHA-256 of the trained image's bytes: proves a replay
  Image original, unperturbed; ///< 8-bit
};

struct EpochReport {
  int epoch = 0;          ///< from 1
  std::int64_t step = 0;  ///< last step of it
  double trainLoss = 0, trainTop1 = 0;           ///< over the trained (augmented) batches; top-1 in 0..1
  double testLoss = 0, testTop1 = 0, testTop5 = 0;  ///< whole test set, 0..1
  double seconds = 0, testSeconds = 0;           ///< of training; of testing
  Counts counts;
  Timings timings;
};

struct CheckpointReport {
  std::int64_t step = 0;
  int epoch = 0;
  std::string file;
  std::string hash;  ///< SHA-256 of the file's content
};

/// What a job is doing (window.md 3).
enum class RunState { preparing, running, paused, stopping, finished, stopped, failed, interrupted };
const char* stateName(RunState state);
RunState stateFromName(std::string_view name);

struct StateReport {
  RunState state = RunState::preparing;
  std::string text;  ///< what, for people: "reading 60,000 images"; failed: the whole message
  std::string device;  ///< "cpu", "cuda:0": once known
  int threads = 0;
  std::string dataHash;  ///< Dataset::hash of the training and the test set, joined by '+': once known
  bool isDataPublished = false;  ///< known with dataHash: the files are the published ones
  std::int64_t stepsPerEpoch = 0;  ///< of the data that is there; 0: the data is not read yet
  std::int64_t plannedSteps = 0;   ///< of the whole run; 0 likewise
};

/// The end of an attempt that reached its last epoch.
struct ResultReport {
  double bestTop1 = 0, lastTop1 = 0, lastTop5 = 0, lastLoss = 0;
  int bestEpoch = 0;
  std::int64_t parameters = 0;
  double seconds = 0;  ///< training time over all attempts, tests left out
  Counts counts;
};

}  // namespace uada

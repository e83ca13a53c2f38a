#include "core/engine/methods/PolicyStatistics.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/ops/Op.h"

namespace uada {
namespace {

/// Count, sum and sum of squares; levels are small integers, so the sums are exact.
struct Moments {
  double count = 0, sum = 0, squares = 0;
  void add(double value) {
    count += 1;
    sum += value;
    squares += value * value;
  }
  double mean() const { return count > 0 ? sum / count : 0; }
  double spread() const {
    return count > 0 ? std::sqrt(std::max(0.0, squares / count - mean() * mean())) : 0;
  }
};

struct OpSums {
  OpStatistics statistics;
  Moments before, after;
  double dL = 0, gain = 0;
};

int sign(float value) { return (value > 0) - (value < 0); }

template <class Statistics>
void countSign(Statistics& statistics, int sign) {
  if (sign > 0) ++statistics.plus;
  if (sign < 0) ++statistics.minus;
  if (sign == 0) ++statistics.zero;
}

GroupStatistics groupStatistics(const GroupTrial& trial, int place, std::span<const int> winners) {
  GroupStatistics statistics;
  statistics.group = groupName(trial.group);
  statistics.count = static_cast<int>(trial.candidates.size());
  double dL = 0, gain = 0;
  for (const float value : trial.dL) {
    countSign(statistics, sign(value));
    dL += value;
  }
  for (std::size_t b = 0; b < trial.candidates.size(); ++b) {
    gain += trial.gain[b];
    statistics.wins += winners[b] == place;
    statistics.inert += trial.inert(b);
    statistics.clamped += trial.clamped(b);
  }
  statistics.meanDL = dL / static_cast<double>(std::max<std::size_t>(1, trial.dL.size()));
  statistics.meanGain = gain / std::max(1, statistics.count);
  return statistics;
}

/// The step that the chain's probe moved, in the op's own sums.
void addProbed(OpSums& sums, const GroupTrial& trial, std::size_t b, bool won) {
  ++sums.statistics.probed;
  for (const float dL : trial.dLOf(b)) {  // of a level there is one probe, or none
    countSign(sums.statistics, sign(dL) * trial.probesOf(b).front().delta[0]);
    sums.dL += dL;
  }
  sums.gain += trial.gain[b];
  sums.statistics.wins += won;
  sums.statistics.inert += trial.inert(b);
  sums.statistics.clamped += trial.clamped(b);
}

OpStatistics finished(OpSums sums, std::size_t op) {
  OpStatistics& statistics = sums.statistics;
  statistics.op = ops()[op].name;
  statistics.count = static_cast<int>(sums.before.count);
  statistics.beforeMean = sums.before.mean();
  statistics.beforeSpread = sums.before.spread();
  statistics.afterMean = sums.after.mean();
  statistics.afterSpread = sums.after.spread();
  statistics.meanDL = sums.dL / std::max(1, statistics.probed);
  statistics.meanGain = sums.gain / std::max(1, statistics.probed);
  return statistics;
}

}  // namespace

PolicyReport policyReport(const Batch& batch, std::span<const Plan> plans, const Space& space,
                          std::span<const GroupTrial> trials, std::span<const int> winners) {
  PolicyReport report;
  report.step = batch.step;
  report.epoch = batch.epoch;
  report.count = static_cast<int>(plans.size());
  report.unperturbedWins = winners.empty()
                               ? report.count
                               : static_cast<int>(std::count(winners.begin(), winners.end(), kUnperturbed));
  std::vector<std::size_t> chainPlaces;  // one, or every step as a group of its own
  for (std::size_t place = 0; place < trials.size(); ++place) {
    report.groups.push_back(groupStatistics(trials[place], static_cast<int>(place), winners));
    if (isChain(trials[place].group)) chainPlaces.push_back(place);
  }
  std::map<std::size_t, OpSums> sums;  // by op, so that ops come in catalogue order
  for (std::size_t b = 0; b < plans.size(); ++b) {
    const Plan before = space.clamped(plans[b]);
    Plan after = before;
    for (const std::size_t place : chainPlaces) {
      const int position = trials[place].position(b);
      if (position >= 0)
        after.chain()[position] = space.clamped(trials[place].candidates[b].plan).chain()[position];
    }
    for (std::size_t k = 0; k < before.chain().size(); ++k) {
      if (!before.chain()[k].fired) continue;
      OpSums& op = sums[before.chain()[k].op];
      op.before.add(before.chain()[k].at[0]);
      op.after.add(after.chain()[k].at[0]);
      for (const std::size_t place : chainPlaces)
        if (trials[place].position(b) == static_cast<int>(k))
          addProbed(op, trials[place], b, winners[b] == static_cast<int>(place));
    }
  }
  for (const auto& [op, opSums] : sums) report.ops.push_back(finished(opSums, op));
  return report;
}

Decision decisionOf(const Batch& batch, std::size_t b, const Plan& plan, float unperturbed,
                    std::span<const GroupTrial> trials, int winner) {
  Decision decision;
  decision.step = batch.step;
  decision.epoch = batch.epoch;
  decision.index = batch.indices[b];
  decision.plan = plan;
  decision.unperturbedLoss = unperturbed;
  decision.winner = winner;
  for (const GroupTrial& trial : trials) {
    const Plan& candidate = trial.candidates[b].plan;
    const std::span<const float> probeLoss = trial.probeLossOf(b), dL = trial.dLOf(b);
    GroupDecision& part = decision.groups.emplace_back();
    part.group = groupName(trial.group);
    part.position = trial.position(b);
    part.before = Space::coordinates(plan, trial.group, part.position);
    part.delta.assign(trial.probesOf(b).front().coordinates, 0);
    for (const Probe& probe : trial.probesOf(b)) {
      for (std::size_t k = 0; k < part.delta.size(); ++k) part.delta[k] += probe.delta[k];
    }
    part.after = Space::coordinates(candidate, trial.group, part.position);
    part.probeLoss.assign(probeLoss.begin(), probeLoss.end());
    for (const float loss : trial.oppositeLossOf(b)) part.probeLoss.push_back(loss);
    part.dL.assign(dL.begin(), dL.end());
    part.candidateLoss = trial.loss[b];
    part.inert = trial.inert(b);
    part.clamped = trial.clamped(b);
    part.candidate = candidate;
  }
  return decision;
}

}  // namespace uada

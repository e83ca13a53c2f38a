#include "core/engine/train/StepSums.h"

#include <algorithm>
#include <cmath>

#include "core/ops/Op.h"

namespace uada {
namespace {

/// Writes what it visits as sums, or, made with sums, reads them.
class Sums {
 public:
  Sums() = default;
  explicit Sums(std::span<const double> sums) : from_(sums) {}
  std::vector<double> take() { return std::move(to_); }

  template <class T>
  void count(T& value) {
    if (from_.empty())
      to_.push_back(static_cast<double>(value));
    else
      value = static_cast<T>(next());
  }
  /// A mean over so many, which are known by then.
  void mean(double& value, double count) {
    const double over = std::max(1.0, count);
    if (from_.empty())
      to_.push_back(value * over);
    else
      value = next() / over;
  }
  /// A mean and the spread about it.
  void moments(double& mean, double& spread, double count) {
    double squares = spread * spread + mean * mean;
    this->mean(mean, count);
    this->mean(squares, count);
    if (!from_.empty()) spread = std::sqrt(std::max(0.0, squares - mean * mean));
  }

 private:
  double next() { return from_[at_++]; }
  std::vector<double> to_;
  std::span<const double> from_;
  std::size_t at_ = 0;
};

void visit(Sums& sums, OpStatistics& op) {
  sums.count(op.count);
  sums.moments(op.beforeMean, op.beforeSpread, op.count);
  sums.moments(op.afterMean, op.afterSpread, op.count);
  sums.count(op.probed);
  for (int* count : {&op.plus, &op.minus, &op.zero, &op.wins, &op.inert, &op.clamped}) sums.count(*count);
  sums.mean(op.meanDL, op.probed);
  sums.mean(op.meanGain, op.probed);
}

void visit(Sums& sums, GroupStatistics& group) {
  sums.count(group.count);
  for (int* count : {&group.plus, &group.minus, &group.zero, &group.wins, &group.inert, &group.clamped})
    sums.count(*count);
  sums.mean(group.meanDL, group.plus + group.minus + group.zero);
  sums.mean(group.meanGain, group.count);
}

/// Counts of forwards are of batches: a rank's are parts of one by its samples.
void visit(Sums& sums, StepReport& report) {
  sums.count(report.count);
  const double count = report.count;
  for (double* value : {&report.unperturbedLoss, &report.gain, &report.counts.forwardsNoGrad,
                        &report.counts.forwardsTrain, &report.counts.backwards})
    sums.mean(*value, count);
  sums.count(report.counts.chains);
}

/// Every op has a place, so that the ranks' numbers stand in one order.
void visit(Sums& sums, PolicyReport& policy) {
  sums.count(policy.unperturbedWins);
  sums.count(policy.count);
  for (GroupStatistics& group : policy.groups) visit(sums, group);
  std::vector<OpStatistics> all;
  for (const Op& op : ops()) {
    const auto found = std::ranges::find(policy.ops, op.name, &OpStatistics::op);
    OpStatistics own = found == policy.ops.end() ? OpStatistics{} : *found;
    own.op = op.name;
    visit(sums, own);
    if (own.count > 0) all.push_back(std::move(own));
  }
  policy.ops = std::move(all);
}

}  // namespace

std::vector<double> stepSums(const StepReport& report, const PolicyReport& policy) {
  StepReport step = report;
  PolicyReport own = policy;
  Sums sums;
  visit(sums, step);
  visit(sums, own);
  return sums.take();
}

void putStepSums(std::span<const double> numbers, StepReport& report, PolicyReport& policy) {
  Sums sums(numbers);
  visit(sums, report);
  visit(sums, policy);
}

}  // namespace uada

#pragma once

#include <cstdint>
#include <set>

namespace uada {

/// Tells which of a run's decisions were not known before. Steps rise; the samples of one step may be told in
/// several parts, and some of them may have been read from the project.
class NewDecisions {
 public:
  /// Whether it is new; it is known from then on.
  bool take(std::int64_t step, std::uint32_t sample) {
    if (step < step_) return false;
    if (step > step_) samples_.clear();
    step_ = step;
    return samples_.insert(sample).second;
  }

 private:
  std::int64_t step_ = 0;  ///< the newest that is known
  std::set<std::uint32_t> samples_;
};

}  // namespace uada

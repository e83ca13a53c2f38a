#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "core/augment/Plan.h"

namespace uada {

/// A sample of a batch under a plan.
struct Shown {
  int place = 0;  ///< in the batch
  Plan plan;
  friend bool operator==(const Shown&, const Shown&) = default;
};

/// The rows that are to be rendered of a batch of B samples, for the time of a call: any pairs of a place and
/// a plan. Plans alone are whole variants of the batch, one after another: plans[v * B + b] is of sample b.
class ShownRows {
 public:
  ShownRows(const Plan* plans, std::size_t count) : plans_(plans), count_(count) {}
  template <std::convertible_to<std::span<const Plan>> Plans>
  ShownRows(const Plans& plans)  // NOLINT(google-explicit-constructor): a list of plans is one of rows
      : ShownRows(std::span<const Plan>(plans).data(), std::span<const Plan>(plans).size()) {}
  template <std::convertible_to<std::span<const Shown>> List>
  ShownRows(const List& shown)  // NOLINT(google-explicit-constructor): likewise
      : shown_(std::span<const Shown>(shown).data()), count_(std::span<const Shown>(shown).size()) {}

  std::size_t size() const { return count_; }
  bool areWholeVariants() const { return shown_ == nullptr; }
  const Plan& plan(std::size_t row) const { return shown_ ? shown_[row].plan : plans_[row]; }
  /// samples  of the batch
  int place(std::size_t row, std::size_t samples) const {
    return shown_ ? shown_[row].place : static_cast<int>(row % samples);
  }

 private:
  const Plan* plans_ = nullptr;
  const Shown* shown_ = nullptr;
  std::size_t count_ = 0;
};

}  // namespace uada

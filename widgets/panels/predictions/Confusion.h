#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace uada {

/// What a network took a sample for.
struct Guess {
  std::int32_t truth = 0, predicted = 0;
  friend bool operator==(const Guess&, const Guess&) = default;
};

/// How often each class was taken for each other. A value.
class Confusion {
 public:
  Confusion() = default;
  /// classes  at least 1
  Confusion(int classes, std::span<const Guess> guesses);

  int classes() const { return classes_; }
  std::int64_t count(int truth, int predicted) const { return counts_[place(truth, predicted)]; }
  std::int64_t ofTruth(int label) const { return rows_[static_cast<std::size_t>(label)]; }
  std::int64_t ofPredicted(int label) const { return columns_[static_cast<std::size_t>(label)]; }
  std::int64_t samples() const { return samples_; }
  std::int64_t right() const;
  /// Guesses with a label that is no class: they count nowhere.
  std::int64_t outside() const { return outside_; }
  /// Of the samples that are of the class, how many were taken for the other, 0..1; NaN: there are none.
  double share(int truth, int predicted) const;
  /// Of those that were taken for the class, how many are of it, 0..1; NaN: there are none.
  double precision(int label) const;
  /// The most that any class was taken for another; 0: never.
  std::int64_t mostWrong() const;

 private:
  std::size_t place(int truth, int predicted) const {
    return static_cast<std::size_t>(truth) * static_cast<std::size_t>(classes_) +
           static_cast<std::size_t>(predicted);
  }
  int classes_ = 0;
  std::vector<std::int64_t> counts_, rows_, columns_;  ///< [truth][predicted]; sums
  std::int64_t samples_ = 0, outside_ = 0;
};

/// All classes so that those which are taken for each other stand side by side: first the one with most
/// errors, of and for others, then always that which is confused most with the one before it, either way. Of
/// equal ones the one with more errors, then with the lower number.
std::vector<int> byConfusion(const Confusion& confusion);

}  // namespace uada

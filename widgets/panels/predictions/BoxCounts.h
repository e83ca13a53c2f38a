#pragma once

#include <span>
#include <vector>

#include "core/data/AveragePrecision.h"

namespace uada {

/// What the boxes with at least some score come to.
struct BoxTally {
  std::size_t right = 0;     ///< true positives
  std::size_t wrong = 0;     ///< false positives
  std::size_t missed = 0;    ///< false negatives: objects that count and that no right box belongs to
  std::size_t neither = 0;   ///< boxes on difficult objects
  double precision() const;  ///< 0..1; NaN: nothing was found that counts
  double recall() const;     ///< 0..1; NaN: there is no object that counts
  BoxTally& operator+=(const BoxTally& other);
  friend bool operator==(const BoxTally&, const BoxTally&) = default;
};

/// The boxes of many images, judged once: what a score comes to is then looked up. A value: one thread adds.
class BoxCounts {
 public:
  BoxCounts() = default;
  /// classes  at least 1
  explicit BoxCounts(int classes) : perClass_(static_cast<std::size_t>(classes)) {}
  /// judged  of `found`, as judged() gives it. Boxes of labels that are no class are left out.
  void add(std::span<const FoundBox> found, std::span<const JudgedBox> judged, BoxesView truth);
  /// After the last add(), before tally().
  void finish();

  int classes() const { return static_cast<int>(perClass_.size()); }
  std::size_t objects(int label) const { return perClass_[static_cast<std::size_t>(label)].objects; }
  /// Of one class, or with -1 of all.
  BoxTally tally(int label, double score) const;

 private:
  struct OfClass {
    std::size_t objects = 0;
    std::vector<double> right, wrong, neither;  ///< scores, falling
  };
  std::vector<OfClass> perClass_;
};

}  // namespace uada

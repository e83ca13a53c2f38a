#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/engine/Reports.h"

namespace uada {

/// The levels that the pictured samples' decisions have of each op: as drawn, and in the plan that was
/// trained on.
class LevelCounts {
 public:
  void add(const Decision& decision);
  void clear();
  bool isEmpty() const { return seen_.empty(); }

  /// Epochs, or of a run within its first epoch steps, from `first` to `last`.
  struct Span {
    std::int64_t first = 0, last = 0;
    bool isOfEpochs = true;
    std::vector<double> drawn, trained;  ///< how many of the levels 0, 1, 2 ...
  };
  static constexpr int kMostSpans = 8;
  /// At most kMostSpans of equal length, oldest first; empty: the op was not pictured.
  std::vector<Span> spans(const std::string& op) const;

 private:
  struct Seen {
    std::int64_t step;
    int epoch, drawn, trained;
  };
  std::map<std::string, std::vector<Seen>> seen_;  ///< by op
  std::int64_t lastStep_ = 0;
  int firstEpoch_ = 0, lastEpoch_ = 0;
  int top_ = 9;  ///< the highest level of the plans' grids
};

}  // namespace uada

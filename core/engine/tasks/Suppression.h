#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/data/AveragePrecision.h"

namespace uada {

/// What becomes of the boxes that a detector says.
struct SuppressionRule {
  double leastScore = 0.01;    ///< a box has more
  std::size_t perClass = 200;  ///< the surest of a class are looked at
  double overlap = 0.45;       ///< a box that shares more with a surer one of its class is dropped
  std::size_t perImage = 0;    ///< the surest are kept, with those as sure as the last; 0: all
};

/// The boxes of an image that are kept, class by class, the surest first.
/// chances  [priors, classes + 1], the first of no object
/// edges    [priors, 4]: left, top, right, bottom; any unit
/// returns  boxes in that unit
/// source   non-maximum suppression as in detection.py of ssd.pytorch
std::vector<FoundBox> keptBoxes(const float* chances, const float* edges, std::int64_t priors, int classes,
                                const SuppressionRule& rule);

}  // namespace uada

#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/augment/Plan.h"
#include "core/ops/Crop.h"

namespace uada {

/// One change of the picture on the way through a plan. Equal changes have equal effects on equal pictures.
struct Change {
  Part part;               ///< which draws it; what it does not read stays as in every Part
  Grid grid = Grid::uc10;  ///< op: whose fill and filter it reads the picture with
  double value = 0;        ///< op: raw; 0 where it takes none
  friend bool operator==(const Change&, const Change&) = default;
};

/// A box that is erased when all else is done; what lies outside the image is left out.
struct Cover {
  PixelBox box;
  BoxFill fill = BoxFill::black;
};

/// What a plan does: changes of pixels in order, then boxes.
class ChangeList {
 public:
  void clear() { changeCount_ = coverCount_ = 0; }
  void add(const Change& change) { changes_[changeCount_++] = change; }
  void cover(const Cover& cover) { covers_[coverCount_++] = cover; }
  std::span<const Change> changes() const { return {changes_.data(), changeCount_}; }
  std::span<const Cover> covers() const { return {covers_.data(), coverCount_}; }

 private:
  std::array<Change, kMostParts> changes_{};
  std::array<Cover, kMostParts> covers_{};
  std::size_t changeCount_ = 0, coverCount_ = 0;
};

}  // namespace uada

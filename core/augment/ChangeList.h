#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/augment/Input.h"
#include "core/augment/Plan.h"
#include "core/ops/Crop.h"

namespace uada {

/// One change of the picture on the way through a plan. Equal changes have equal effects on equal pictures.
struct Change {
  Part part;               ///< which draws it; what it does not read stays as in every Part
  Grid grid = Grid::uc10;  ///< op: whose fill and filter it reads the picture with
  double value = 0;        ///< op: raw; 0 where it takes none
  ImageSize in{}, out{};   ///< of the picture that it changes, and of the one that it makes
  /// The sizes follow from the picture and the part.
  friend bool operator==(const Change& a, const Change& b) {
    return a.value == b.value && a.grid == b.grid && a.part == b.part;
  }
};

/// A box that is erased when all else is done; what lies outside the image is left out.
struct Cover {
  PixelBox box;
  BoxFill fill = BoxFill::black;
};

/// What a plan does: changes of pixels in order, then boxes.
class ChangeList {
 public:
  /// Empties the list. size: of the picture that the first change gets
  void begin(ImageSize size) {
    changeCount_ = coverCount_ = 0;
    size_ = size;
  }
  /// Appends a change; its sizes are set here. The picture keeps its size, or gets another one.
  void add(const Change& change) { add(change, size_); }
  void add(const Change& change, ImageSize out) {
    Change& added = changes_[changeCount_++] = change;
    added.in = size_;
    added.out = size_ = out;
  }
  void cover(const Cover& cover) { covers_[coverCount_++] = cover; }
  std::span<const Change> changes() const { return {changes_.data(), changeCount_}; }
  std::span<const Cover> covers() const { return {covers_.data(), coverCount_}; }
  /// Of the picture behind all changes.
  ImageSize size() const { return size_; }

 private:
  std::array<Change, kMostParts> changes_;  ///< the first changeCount_ are used
  std::array<Cover, kMostParts> covers_;
  std::size_t changeCount_ = 0, coverCount_ = 0;
  ImageSize size_;
};

/// What a plan does to an image of the size that it was drawn for.
/// list  is emptied first; given, so that it need not be made for every plan
void listChanges(const Plan& plan, const Input& input, ChangeList& list);

/// Whether two lists give the same pixels of one image, as far as their numbers tell: the same changes, and
/// boxes that are the same within the picture.
bool showSame(const ChangeList& a, const ChangeList& b);

}  // namespace uada

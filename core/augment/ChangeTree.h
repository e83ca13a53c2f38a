#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "core/augment/Plan.h"
#include "core/images/Image.h"

namespace uada {

/// One change of the picture on the way through a plan. Equal changes have equal effects on equal pictures.
struct Change {
  enum class Kind : std::uint8_t { crop, part, flip, op };
  Kind kind = Kind::flip;
  Grid grid = Grid::uc10;     ///< op: whose fill and filter it reads the picture with
  std::uint16_t op = 0;       ///< op: index into ops()
  double value = 0;           ///< op: raw; 0 where it takes none
  float x = 0, y = 0;         ///< op: its place, 0 where it has none
  std::uint32_t partner = 0;  ///< op: 0 where it has none
  Crop crop = {};             ///< crop
  ResizedCrop part = {};      ///< part: of the source, resized
  friend bool operator==(const Change&, const Change&) = default;
};

/// What changes pixels before the box is erased, in order.
struct ChangeList {
  std::array<Change, 2 + kMaxSteps> changes{};
  std::size_t count = 0;
  void add(const Change& change) { changes[count++] = change; }
  std::span<const Change> all() const { return {changes.data(), count}; }
};

/// The pictures of one sample on the way through several plans. Plans that begin alike share the pictures of
/// their common changes (performance.md 2.4, prefix sharing). One thread's; memory is kept for the next
/// sample.
class ChangeTree {
 public:
  /// source  of any size, if every plan's first change makes it one of `size`
  /// size    of the pictures
  void begin(ImageView source, ImageSize size) {
    source_ = source;
    size_ = size;
    used_ = 0;
  }

  /// The picture after the changes; it stays until begin(). draw(change, in, out) makes the ones that are
  /// new.
  template <class Draw>
  ImageView reach(std::span<const Change> changes, const Draw& draw) {
    int at = kSource;
    for (const Change& change : changes) {
      const int known = find(at, change);
      if (known == kUnknown) {
        const ImageSpan out = grow(at, change);  // first: it may move the nodes
        draw(change, picture(at), out);
      }
      at = known == kUnknown ? used_ - 1 : known;
    }
    return picture(at);
  }

 private:
  static constexpr int kSource = -1, kUnknown = -2;
  struct Node {
    int parent = kSource;
    Change change;
    Image picture;
  };

  ImageView picture(int node) const { return node == kSource ? source_ : nodes_[node].picture.view(); }

  int find(int parent, const Change& change) const {
    for (int i = 0; i < used_; ++i)
      if (nodes_[i].parent == parent && nodes_[i].change == change) return i;
    return kUnknown;
  }

  ImageSpan grow(int parent, const Change& change) {
    if (used_ == static_cast<int>(nodes_.size())) nodes_.emplace_back();
    Node& node = nodes_[used_++];
    node.parent = parent;
    node.change = change;
    if (ImageSize{node.picture.width, node.picture.height} != size_)
      node.picture = Image(size_.width, size_.height);
    return node.picture.span();
  }

  ImageView source_;
  ImageSize size_;
  int used_ = 0;
  /// Views of pictures stay valid while the list grows: moving an image keeps its pixels where they are.
  static_assert(std::is_nothrow_move_constructible_v<Image>);
  std::vector<Node> nodes_;  ///< the first `used_` belong to this sample; a parent comes before its children
};

}  // namespace uada

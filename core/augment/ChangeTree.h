#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "core/augment/ChangeList.h"
#include "core/images/Image.h"

namespace uada {

/// Gives an image a size; its memory is kept, its pixels are anything.
inline void shape(Image& image, ImageSize size) {
  image.width = size.width;
  image.height = size.height;
  image.rgb.resize(image.view().bytes());
}

/// The pictures of one sample on the way through several plans. Plans that begin alike share the pictures of
/// their common changes. One thread's; memory is kept for the next sample.
class ChangeTree {
 public:
  void begin(ImageView source) {
    source_ = source;
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
    shape(node.picture, change.out);
    return node.picture.span();
  }

  ImageView source_;
  int used_ = 0;
  /// Views of pictures stay valid while the list grows: moving an image keeps its pixels where they are.
  static_assert(std::is_nothrow_move_constructible_v<Image>);
  std::vector<Node> nodes_;  ///< the first `used_` belong to this sample; a parent comes before its children
};

}  // namespace uada

#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "core/augment/ChangeList.h"
#include "core/augment/PartKind.h"
#include "core/images/Image.h"
#include "core/images/PixelBox.h"

namespace uada {

/// Gives an image a size; its memory is kept, its pixels are anything.
inline void shape(Image& image, ImageSize size) {
  image.width = size.width;
  image.height = size.height;
  image.rgb.resize(image.view().bytes());
}

/// The pictures of one sample on the way through several plans. Plans that begin alike share the pictures of
/// their common changes, and of those in the middle only what the last ones show is drawn. One thread's;
/// memory is kept for the next sample. begin(), add() for each plan, settle(), then reach().
class ChangeTree {
 public:
  void begin(ImageView source) {
    source_ = source;
    used_ = 0;
  }

  /// Adds the changes of a plan, whose last picture will be wanted whole. Returns its place, for reach().
  int add(std::span<const Change> changes);

  /// Finds which part of each picture is needed for those behind it.
  void settle();

  /// The whole picture at a place; it stays until begin(). draw(change, excerpt) makes those before it that
  /// are new.
  template <class Draw>
  ImageView reach(int place, const Draw& draw) {
    if (place == kSource) return source_;
    Node& node = nodes_[static_cast<std::size_t>(place)];
    if (!node.isDrawn) {
      const ImageView before = reach(node.parent, draw);
      shape(node.picture, {node.box.width(), node.box.height()});
      if (!node.box.empty()) draw(node.change, {before, boxOf(node.parent), node.picture.span(), node.box});
      node.isDrawn = true;
    }
    return node.picture.view();
  }

 private:
  static constexpr int kSource = -1, kUnknown = -2;
  struct Node {
    int parent = kSource;
    Change change;
    PixelBox box;  ///< of the picture: what is needed
    bool isDrawn = false;
    Image picture;
  };

  int find(int parent, const Change& change) const;
  int grow(int parent, const Change& change);
  PixelBox boxOf(int place) const {
    if (place == kSource) return {0, 0, source_.width, source_.height};
    return nodes_[static_cast<std::size_t>(place)].box;
  }

  ImageView source_;
  int used_ = 0;
  /// Views of pictures stay valid while the list grows: moving an image keeps its pixels where they are.
  static_assert(std::is_nothrow_move_constructible_v<Image>);
  std::vector<Node> nodes_;  ///< the first `used_` belong to this sample; a parent comes before its children
};

}  // namespace uada

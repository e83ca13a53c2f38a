#include "core/augment/ChangeTree.h"

namespace uada {
namespace {

PixelBox wholeOf(ImageSize size) { return {0, 0, size.width, size.height}; }

}  // namespace

int ChangeTree::find(int parent, const Change& change) const {
  for (int i = 0; i < used_; ++i) {
    const Node& node = nodes_[static_cast<std::size_t>(i)];
    if (node.parent == parent && node.change == change) return i;
  }
  return kUnknown;
}

int ChangeTree::grow(int parent, const Change& change) {
  if (used_ == static_cast<int>(nodes_.size())) nodes_.emplace_back();
  Node& node = nodes_[static_cast<std::size_t>(used_)];
  node.parent = parent;
  node.change = change;
  node.box = {};
  node.isDrawn = false;
  return used_++;
}

int ChangeTree::add(std::span<const Change> changes) {
  int at = kSource;
  for (const Change& change : changes) {
    const int known = find(at, change);
    at = known == kUnknown ? grow(at, change) : known;
  }
  if (at != kSource) nodes_[static_cast<std::size_t>(at)].box = wholeOf(changes.back().out);
  return at;
}

void ChangeTree::settle() {
  for (int i = used_ - 1; i >= 0; --i) {
    Node& node = nodes_[static_cast<std::size_t>(i)];
    const auto needs = kindOf(node.change.part).needs;
    if (!needs) node.box = wholeOf(node.change.out);
    if (node.parent == kSource) continue;
    PixelBox& before = nodes_[static_cast<std::size_t>(node.parent)].box;
    before = united(before, needs ? needs(node.change, node.box) : wholeOf(node.change.in));
  }
}

}  // namespace uada

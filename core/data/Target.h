#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "core/data/TargetKind.h"
#include "core/images/Image.h"

namespace uada {

/// The class of a whole image, 0..classes-1.
struct Label {
  std::int32_t value = 0;
  friend bool operator==(const Label&, const Label&) = default;
};

/// Of a pixel that is of no class, in the label maps of data sets: neither trained on nor counted.
constexpr std::uint8_t kIgnoredLabel = 255;

/// Borrowed: the class of each pixel, [height, width], rows top to bottom. The owner outlives the view.
struct LabelMapView {
  const std::uint8_t* labels = nullptr;
  int width = 0, height = 0;
  std::size_t size() const { return std::size_t{1} * width * height; }
  const std::uint8_t* row(int y) const { return labels + std::size_t{1} * width * y; }
};

/// Owned: the class of each pixel, [height, width]. A task names the value that it ignores (255).
struct LabelMap {
  int width = 0, height = 0;
  std::vector<std::uint8_t> labels;

  LabelMap() = default;
  LabelMap(int w, int h, std::uint8_t value = 0)
      : width(w), height(h), labels(std::size_t{1} * w * h, value) {}
  explicit LabelMap(LabelMapView view)
      : width(view.width), height(view.height), labels(view.labels, view.labels + view.size()) {}
  LabelMapView view() const { return {labels.data(), width, height}; }
  std::uint8_t* row(int y) { return labels.data() + std::size_t{1} * width * y; }
  friend bool operator==(const LabelMap&, const LabelMap&) = default;
};

/// An object in an image: its class and the edges about it, in pixels from the image's upper left corner; the
/// first pixel reaches from 0 to 1.
struct ObjectBox {
  float left = 0, top = 0, right = 0, bottom = 0;
  std::int32_t label = 0;
  bool difficult = false;  ///< not counted by the test, as Pascal VOC has it
  friend bool operator==(const ObjectBox&, const ObjectBox&) = default;
};

using BoxesView = std::span<const ObjectBox>;
using Boxes = std::vector<ObjectBox>;

/// A target that lies elsewhere, and one of its own: in the order of TargetKind.
using TargetView = std::variant<Label, LabelMapView, BoxesView, ImageView>;
using Target = std::variant<Label, LabelMap, Boxes, Image>;

inline TargetKind kindOf(const TargetView& target) { return static_cast<TargetKind>(target.index()); }
inline TargetKind kindOf(const Target& target) { return static_cast<TargetKind>(target.index()); }

inline TargetView viewOf(const Target& target) {
  struct View {
    TargetView operator()(Label label) const { return label; }
    TargetView operator()(const LabelMap& map) const { return map.view(); }
    TargetView operator()(const Boxes& boxes) const { return BoxesView(boxes); }
    TargetView operator()(const Image& picture) const { return picture.view(); }
  };
  return std::visit(View(), target);
}

}  // namespace uada

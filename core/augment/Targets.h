#pragma once

#include <cstdint>
#include <span>

#include "core/data/Target.h"
#include "core/ops/Map.h"

namespace uada {

/// What becomes of a target where its image is moved.
struct TargetRule {
  std::uint8_t ignore = 255;  ///< of a label map: the label of pixels that come from outside the image
  /// A box survives that keeps this share of its area inside the image, over all moves together, and is as
  /// large as this on both sides, pixels.
  double leastShare = 0.25, leastSide = 1;
  /// Whether a box must keep its centre inside the image at each move, too, as in SSD's code.
  bool keepsCentre = false;
};

/// The label of the pixel that each pixel of the moved image is read at: the nearest.
/// throws  Error if the map reads beyond the labels
LabelMap movedLabels(LabelMapView labels, const Map& map, std::uint8_t ignore);

/// The hull of each box's moved corners, cut at the image: one move after the other. Mirrored copies of an
/// object get no box. A box that has no area, or a place that is no number, does not survive.
/// maps  in the order of rendering
Boxes movedBoxes(BoxesView boxes, std::span<const Map> maps, const TargetRule& rule = {});

}  // namespace uada

#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/data/Target.h"
#include "core/images/Image.h"

namespace uada {

using ClassColour = std::array<std::uint8_t, 3>;

/// A label map in colours.
/// colours  of the classes; a label beyond them is black: it is ignored
Image labelPicture(LabelMapView map, std::span<const ClassColour> colours);

/// Draws the edges of boxes in the colours of their classes, inside of each: a hundredth of the picture's
/// longer side wide, two pixels at least.
/// colours  of the classes; a box of a class beyond them is white
void drawBoxes(ImageSpan picture, BoxesView boxes, std::span<const ClassColour> colours);

/// Two pictures of one height side by side, without a gap.
Image sideBySide(ImageView left, ImageView right);

/// The picture of a sample with its target: a label map in colours or the picture that is learned on its
/// right, boxes drawn in; of a label the picture alone.
Image withTarget(ImageView picture, const TargetView& target, std::span<const ClassColour> colours);

}  // namespace uada

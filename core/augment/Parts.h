#pragma once

#include "core/augment/PartKind.h"
#include "core/ops/Crop.h"

/// The parts that policies draw: one function a kind.
namespace uada {

/// Offsets of the crop in the padded image, in pixels, 0..2*pad when in range.
/// reflected  padded with the image mirrored about its edge instead of zeros
Part cropPart(int row, int col, bool reflected = false);

/// The part of a source image of any size that is resized to the network's input: torchvision's random
/// resized crop. Moved as it is: height and width stay what was drawn.
/// row, col  of its upper left corner, source pixels; in range the part lies in the image
/// source    of the image it was drawn for: a plan fits no other
Part resizedCropPart(int row, int col, ImageSize size, ImageSize source, Filter filter = Filter::bilinear);

Part flipPart(bool on);

/// One op of the chain. level may lie outside the grid: it is clamped when used, kept raw when stored.
/// op  index into ops()
Part stepPart(std::size_t op, int level, int sign = 1);

/// The erased box as the authors' code has it: rows max(0,left)..right-1, columns max(0,top)..bottom-1.
Part cutoutPart(int left, int top, int right, int bottom);

}  // namespace uada

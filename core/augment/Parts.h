#pragma once

#include <optional>

#include "core/augment/PartKind.h"
#include "core/ops/Crop.h"
#include "core/ops/CvMoves.h"

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

/// The image scaled to factor / 1000 of its size; in range the factor lies in `range`.
/// source  of the image it was drawn for: a plan fits no other
/// throws  Error if the largest factor makes a side longer than kMostCvSide
Part scalePart(int factor, Range range, ImageSize source, Filter filter = Filter::bilinear);

/// The image as it lies in the data set, of any size.
/// source  of the image it was drawn for: a plan fits no other
Part wholePart(ImageSize source);

/// Changes of light and colour, each of which may be left out. In range the numbers lie in SSD's ranges.
struct Photometric {
  std::optional<int> brightness = {};  ///< added to all channels, hundredths of a level of 255
  std::optional<int> contrast = {};    ///< factor of all channels, thousandths
  std::optional<int> saturation = {};  ///< factor of HSV's S, thousandths
  std::optional<int> hue = {};         ///< added to HSV's H, hundredths of a degree
  bool contrastLast = false;           ///< behind saturation and hue, not before them
  int permutation = 0;                 ///< of the channels, in the order of their numbers: 0 is none, to 5
  /// As RFBNet's code does it, each change rounded to 8 bits, through HSV in any case (EightBitLight);
  /// without contrastLast and permutation. Hue is rounded to whole steps of 2 degrees, in range it lies in
  /// -36 to 36.
  bool eightBit = false;
};
Part photometricPart(const Photometric& change);

/// The image on a canvas of the mean colour, ratio / 1000 times as high and wide.
/// left, top  of the image on it, pixels; in range the image lies on the canvas
/// fired      whether it is done at all
/// image      its size
/// aspect     the width grows by aspect / 1000 more, the height by as much less
Part expandPart(int ratio, int left, int top, bool fired, ImageSize image, int aspect = 1000);

/// A rectangle of the picture; in range it lies in it and is at most twice as high as wide, or as wide as
/// high.
/// fired  whether it is cut out at all
Part sampleCropPart(const PixelBox& box, bool fired);
/// The same before light and colour, as RFBNet has it: in range the shares of the picture's width and height
/// that it takes are at most twice one another.
Part firstCropPart(const PixelBox& box, bool fired);

/// The picture resized to the network's input, whatever its aspect.
Part resizePart(CvResize filter = CvResize::bilinear);

/// A rotation by angle / 100 degrees, counter-clockwise; in range the angle lies in `range`.
/// fired  whether it is done at all
Part rotationPart(int angle, Range range, bool fired, Filter filter = Filter::bilinear);

Part blurPart(bool on);

/// What spoils the picture and leaves a picture that is learned from as it is (core/ops/Degrade.h). In range
/// the strength lies in `range`, of which a tenth is moved at once.
/// throws  Error for a range beyond what can be drawn
Part gaussianBlurPart(int hundredths, Range range);
Part quantisePart(int step, Range range);
/// key  of the noise's pattern, which stays when its strength is moved
Part noisePart(int tenths, Range range, std::uint32_t key);

/// The part of the picture that the network sees: a window of the input's size, where the picture is too
/// small of the picture padded on both sides. row, col  of its upper left corner in the padded picture; in
/// range the window lies in it
Part windowPart(int row, int col);

/// One op of the chain. level may lie outside the grid: it is clamped when used, kept raw when stored.
/// op  index into ops()
Part stepPart(std::size_t op, int level, int sign = 1);

/// How a geometric step reads the picture; none: as its grid's code does.
std::optional<Filter> stepFilter(const Part& step);
void setStepFilter(Part& step, std::optional<Filter> filter);

/// The erased box as the authors' code has it: rows max(0,left)..right-1, columns max(0,top)..bottom-1.
Part cutoutPart(int left, int top, int right, int bottom);

}  // namespace uada

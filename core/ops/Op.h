#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/images/Image.h"
#include "core/ops/Grid.h"
#include "core/ops/Map.h"

namespace uada {

Filter filterFromName(std::string_view name);  ///< "nearest", "bilinear", "bicubic"; throws UsageError
std::string_view filterName(Filter filter);

/// How geometric ops read the source image, and what else an op needs beside its value. Other ops ignore it.
struct Sampling {
  std::array<std::uint8_t, 3> fill{0, 0, 0};  ///< colour outside the source
  std::optional<Filter> filter = {};          ///< none: the op's own default (nearest)
  double x = 0.5, y = 0.5;  ///< cutout: its centre as a share of width and height, in [0, 1)
  ImageView other = {};     ///< sample pairing: the partner, of the same size; none: no effect
  std::optional<std::array<std::uint8_t, 3>> cover = {};  ///< cutout: its colour; none: the op's own
};

/// What an op does to alpha in code that works on RGBA images of Pillow, as the AutoAugment authors' does.
enum class Alpha : std::uint8_t {
  kept,     ///< leaves it; moves it with the pixels, transparent outside, if geometric
  reset,    ///< makes all opaque: the op works on RGB, and the image goes there and back
  band,     ///< changes it as a fourth colour, which is full in a partner
  cut,      ///< makes the box of the place transparent
  painted,  ///< makes the box opaque
};

/// Whether an op is a look-up in one table a channel, the same for all images or made from the image.
enum class LookUp : std::uint8_t { none, fixed, ofImage };

/// One operation on an 8-bit RGB image: a value of the catalogue `ops.def`.
struct Op {
  std::string name;    ///< as stored: "shear_x"
  std::string title;   ///< as read by people: "Shear x"
  std::string source;  ///< where the rule comes from
  std::string unit;    ///< of the raw value: "", "degrees", "pixels", "factor", "bits", "threshold", "weight"
  double min = 0, max = 0;    ///< sensible raw values; equal when the op takes none
  bool hasValue = false;      ///< false: "inert" under a level probe, as autocontrast and flips
  bool isSigned = false;      ///< the sign of a plan's step counts on some grid: signCounts() says on which
  bool geometric = false;     ///< moves pixels; with a value: reads fill and filter of `sampling`
  bool hasPlace = false;      ///< reads x and y of `sampling`
  bool hasPartner = false;    ///< reads `sampling.other`
  bool mixesLabels = false;   ///< its value is the partner's share of the label, too
  Alpha alpha = Alpha::kept;  ///< read for plans of Outside::mean
  Filter uc10Filter = Filter::nearest;  ///< what Grid::uc10 renders with: bicubic for shear, else nearest

  /// The raw value at a level, which found policies may place between the whole levels of a grid; outside the
  /// grid it is clamped. Not a number where the grid's code has no such op: ask rawValue(), which says so.
  /// sign: -1 or +1; side: width for x, height for y, in pixels.
  double (*valueAt)(Grid grid, double level, int sign, int side) = nullptr;

  /// Writes the result for one raw value. in and out: the same size, not the same memory, at least 1x1.
  /// Bit-exact to Pillow; allocates nothing. Defined for every double: a value that is not a
  /// number copies the image, others beyond the sensible range saturate.
  void (*apply)(ImageView in, ImageSpan out, double value, const Sampling& sampling) = nullptr;

  /// Of geometric ops: where apply() with one raw value reads an image of that size from. With
  /// Filter::nearest the op equals eachNearest() of this map to the bit, with others applyAffine(). Null: no
  /// pixel moves.
  Affine (*map)(double value, ImageSize size) = nullptr;

  /// Of ops whose new byte depends on the old byte of the same channel alone, and on what all of the image
  /// adds to it: its extremes, histogram or mean.
  LookUp lookUp = LookUp::none;

  bool inert() const { return !hasValue; }  ///< a moved level changes nothing
};

/// Op::valueAt, 0 without a sign and for an op without values.
/// throws  Error if the grid has no levels for the op
double rawValue(const Op& op, Grid grid, double level, int sign, int side);
/// Whether the grid's code has levels for the op; true for ops that take none.
bool hasLevels(const Op& op, Grid grid);
/// Whether the sign of a step changes the value on this grid.
bool signCounts(const Op& op, Grid grid);

/// All ops in the order of `ops.def`. An op's place in it is not stored; its name is.
const std::vector<Op>& ops();
const Op& findOp(std::string_view name);  ///< throws UsageError listing the known names
std::size_t opIndex(std::string_view name);

}  // namespace uada

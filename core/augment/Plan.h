#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/Json.h"
#include "core/images/Image.h"
#include "core/ops/Grid.h"
#include "core/ops/Op.h"

namespace uada {

/// One element of a plan: a crop, a flip, an op of the chain ... What its numbers mean says its kind
/// (core/augment/parts). A kind leaves what it does not need as it is here.
struct Part {
  std::uint8_t kind = 0;   ///< index into partKinds()
  std::uint8_t style = 0;  ///< drawn or set, never moved: how a crop is padded, which filter reads a picture
  std::uint16_t op = 0;    ///< of the chain: index into ops()
  std::int8_t sign = 1;    ///< -1 or +1, drawn at sampling, never moved
  bool fired = true;       ///< whether its gate opened, drawn at sampling, never moved; false: not applied
  /// The coordinates, which UADA may move: raw, perhaps out of range. They are clamped when used.
  std::array<std::int32_t, 4> at{};
  std::array<std::int32_t, 4> size{};  ///< drawn and never moved
  /// Of ops with a place: its centre as a share of width and height, in [0, 1).
  float x = 0.5f, y = 0.5f;
  std::uint32_t partner = 0;  ///< of ops with a partner: image partner % size of the data set
  /// On a continuous grid: the share of its range that was found or drawn. The level counts from the nearest
  /// of kShareLevels, so that an unmoved step means exactly this share.
  std::optional<double> found = {};
  friend bool operator==(const Part&, const Part&) = default;
};

/// Whole levels that a continuous grid is moved in (docs/methods.md, "over another policy").
constexpr int kShareLevels = 10;
/// The level nearest to a share of a continuous grid's range, 0..kShareLevels-1.
int levelOfShare(double share);
/// The highest level of a plan's steps on a grid.
int topLevelOf(Grid grid);
/// The level that Op::valueAt takes: the step's own, or between levels.
double placeOnGrid(const Part& step, Grid grid);

constexpr int kMaxSteps = 8;
constexpr int kMostParts = kMaxSteps + 6;

/// Order of the parts of a plan: the UADA authors' (crop, flip, chain, cutout) or that of the AutoAugment
/// family (chain, crop, flip, cutout). A resized crop or a scale comes first in any order: it takes images of
/// any size. Rotation and blur stand before the flip, a window behind it.
enum class RenderOrder : std::uint8_t { cropFirst, chainFirst };
/// What the erased box shows: black before normalisation, or the data set's mean: 0 after it.
enum class BoxFill : std::uint8_t { black, mean };

/// What lies outside the image when ops or the crop uncover it, and what the op cutout erases: the colours
/// that the ops have; or the data set's mean, 0 after normalisation, as in the AutoAugment authors' code,
/// where these pixels have alpha 0 through all later ops but auto-contrast, equalize, invert, solarize and
/// posterize, which make the whole image opaque, and blur and smooth, which filter alpha, too: what they make
/// opaque in part shows its colour (Alpha has the rule of each op). With other filters than
/// nearest, which that code never uses, alpha is read like a colour of its own.
enum class Outside : std::uint8_t { colour, mean };

/// What holds for all parts of a plan.
struct Style {
  Grid grid = Grid::uc10;  ///< of the steps' levels
  BoxFill boxFill = BoxFill::black;
  Outside outside = Outside::colour;
  friend bool operator==(const Style&, const Style&) = default;
};

/// Every random choice made for one sample: its parts in the order in which they are rendered. A plan and an
/// image give the same pixels for ever. Values are raw (unclamped).
class Plan : public Style {
 public:
  std::span<const Part> parts() const { return {parts_.data(), count_}; }
  std::span<Part> parts() { return {parts_.data(), count_}; }
  /// The ops, which follow one another.
  std::span<const Part> chain() const;
  std::span<Part> chain();
  /// The first part of a kind; null: the plan has none. kind: "crop"
  const Part* find(std::string_view kind) const;
  Part* find(std::string_view kind);

  /// Puts a part where it is rendered: behind those of its kind.
  /// throws  Error if there are kMostParts
  void add(const Part& part);
  /// Takes the place of the part of its kind, or is added.
  void set(const Part& part);
  /// All parts of a kind.
  void remove(std::string_view kind);
  /// The plan as far as its first parts go.
  Plan first(std::size_t count) const;

  RenderOrder order() const { return order_; }
  void setOrder(RenderOrder order);
  int topLevel() const { return topLevelOf(grid); }
  friend bool operator==(const Plan& a, const Plan& b);

 private:
  std::array<Part, kMostParts> parts_{};  ///< the first count_ are used
  std::uint8_t count_ = 0;
  RenderOrder order_ = RenderOrder::cropFirst;  ///< stored with a plan even where it changes nothing
};

/// The size of the images that the plan was drawn for; none: of the network's input.
std::optional<ImageSize> sourceSize(const Plan& plan);

/// {"crop":[row,col],"flip":false,"chain":[{"op":"rotate","level":6,"sign":1}],"cutout":[l,t,r,b]}, and where
/// they are not the default "crop_padding":"reflect", "grid":"aa10", "order":"chain-first",
/// "cutout_fill":"mean", "outside":"mean", and of a step "fired":false, "at":[x,y], "partner":7,
/// "found":0.43, "filter":"bicubic". In place of crop "resized_crop":[row,col,height,width] with
/// "source":[height,width] and, if it is not bilinear, "resize_filter":"bicubic". Of semantic segmentation
/// "scale", "rotation", "blur" and, in place of crop, "window":[row,col] (docs/formats.md, "Plan").
Json toJson(const Plan& plan);
/// Strict: throws Error naming the wrong key, op or filter. A step may leave out "sign", which is then 1, and
/// the "level" of an op that takes none.
Plan planFromJson(const Json& json);
/// A plan that a person gives to be replayed.
struct GivenPlan {
  Plan plan;
  bool isMember = false;  ///< of a larger object: the line of a sample or of a decision
};
/// text   Json of a plan, or of an object with a member "plan": a line that 'uada sample --json' or 'uada
///        export --what decisions' writes
/// place  for messages: the file's name
GivenPlan planFromText(std::string_view text, const std::string& place);
/// "crop (4, 7) · flip · rotate 6 + color -3 · cutout (2, 20, 18, 32)" for captions, in the plan's own
/// coordinates: what is done, so without the steps that did not fire.
std::string planText(const Plan& plan);

}  // namespace uada

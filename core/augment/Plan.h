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

/// Offsets of the crop in the padded image, in pixels, 0..2*pad when in range.
struct Crop {
  int row = 0, col = 0;
  bool reflect = false;  ///< padded with the image mirrored about its edge instead of zeros
  friend bool operator==(const Crop&, const Crop&) = default;
};

/// The part of a source image of any size that is resized to the network's input: torchvision's random
/// resized crop. Moved as it is: height and width stay what was drawn.
struct ResizedCrop {
  int row = 0, col = 0;  ///< of its upper left corner, source pixels; in range the part lies in the image
  int height = 1, width = 1;  ///< source pixels, 1 to the source's
  ImageSize source{1, 1};     ///< of the image it was drawn for: a plan fits no other
  Filter filter = Filter::bilinear;
  friend bool operator==(const ResizedCrop&, const ResizedCrop&) = default;
};

/// One op of the chain. level may lie outside the grid: it is clamped when used, kept raw when stored.
struct Step {
  std::uint16_t op = 0;  ///< index into ops()
  std::int16_t level = 0;
  std::int8_t sign = 1;  ///< -1 or +1, drawn at sampling, never moved
  bool fired = true;     ///< whether the op's gate opened, drawn at sampling, never moved; false: not applied
  /// Of ops with a place: its centre as a share of width and height, in [0, 1).
  float x = 0.5f, y = 0.5f;
  std::uint32_t partner = 0;  ///< of ops with a partner: image partner % size of the data set
  /// On a continuous grid: the share of its range that was found or drawn. The level counts from the nearest
  /// of kShareLevels, so that an unmoved step means exactly this share.
  std::optional<double> found = {};
  friend bool operator==(const Step&, const Step&) = default;
};

/// Whole levels that a continuous grid is moved in (methods.md 1.3, A19).
constexpr int kShareLevels = 10;
/// The level nearest to a share of a continuous grid's range, 0..kShareLevels-1.
int levelOfShare(double share);
/// The highest level of a plan's steps on a grid.
int topLevelOf(Grid grid);
/// The level that Op::valueAt takes: the step's own, or between levels.
double placeOnGrid(const Step& step, Grid grid);

/// The erased box as the authors' code has it: rows max(0,left)..right-1, columns max(0,top)..bottom-1.
struct Box {
  int left = 0, top = 0, right = 0, bottom = 0;
  friend bool operator==(const Box&, const Box&) = default;
};

constexpr int kMaxSteps = 8;

/// Order of the parts of a plan: the UADA authors' (crop, flip, chain, cutout) or that of the AutoAugment
/// family (chain, crop, flip, cutout) (methods.md 3.1). A resized crop comes first in any order: it makes the
/// image that the network's input is of.
enum class RenderOrder : std::uint8_t { cropFirst, chainFirst };
/// What the erased box shows: black before normalisation, or the data set's mean: 0 after it.
enum class BoxFill : std::uint8_t { black, mean };

/// What lies outside the image when ops or the crop uncover it, and what the op cutout erases: the colours
/// that the ops have; or the data set's mean, 0 after normalisation, as in the AutoAugment authors' code,
/// where these pixels have alpha 0 through all later ops but auto-contrast, equalize, invert, solarize and
/// posterize, which make the whole image opaque, and blur and smooth, which filter alpha, too: what they make
/// opaque in part shows its colour (methods.md 2.2; Alpha has the rule of each op). With other filters than
/// nearest, which that code never uses, alpha is read like a colour of its own.
enum class Outside : std::uint8_t { colour, mean };

/// Every random choice made for one sample. A plan and an image give the same pixels for ever.
/// A part that the policy does not have is empty. Values are raw (unclamped).
struct Plan {
  std::optional<Crop> crop;                ///< at most one of the two: a window of the padded image,
  std::optional<ResizedCrop> resizedCrop;  ///< or a part of the source, resized
  std::optional<bool> flip;
  std::array<Step, kMaxSteps> steps{};
  std::uint8_t stepCount = 0;
  std::optional<Box> cutout;
  Grid grid = Grid::uc10;  ///< of the steps' levels
  RenderOrder order = RenderOrder::cropFirst;
  BoxFill boxFill = BoxFill::black;
  Outside outside = Outside::colour;

  std::span<const Step> chain() const { return {steps.data(), stepCount}; }
  std::span<Step> chain() { return {steps.data(), stepCount}; }
  void add(Step step) { steps[stepCount++] = step; }
  int topLevel() const { return topLevelOf(grid); }
  friend bool operator==(const Plan&, const Plan&) = default;
};

/// {"crop":[row,col],"flip":false,"chain":[{"op":"rotate","level":6,"sign":1}],"cutout":[l,t,r,b]}, and where
/// they are not the default "crop_padding":"reflect", "grid":"aa10", "order":"chain-first",
/// "cutout_fill":"mean", "outside":"mean", and of a step "fired":false, "at":[x,y], "partner":7,
/// "found":0.43. In place of crop "resized_crop":[row,col,height,width] with "source":[height,width] and, if
/// it is not bilinear, "resize_filter":"bicubic".
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

#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "core/augment/Clamp.h"
#include "core/augment/Space.h"
#include "core/ops/Resize.h"

namespace uada {

/// How the groups of a plan are probed (docs/methods.md, "Choices").
struct ProbeSettings {
  std::string chainProbe = "one_random";
  bool coordinatewise = false;
  bool skipInert = false;

  void visit(SettingsVisitor& v) {
    v.field({.name = "chain_probe",
             .title = "Probe of the chain",
             .help = "One op of the chain drawn for each probe, or every op as a group of its own",
             .choices = {"one_random", "each"},
             .advanced = true,
             .unless = {{"ops", 0}},
             .needs = Adapting::moves},
            chainProbe);
    v.field({.name = "coordinatewise",
             .title = "A probe for each coordinate",
             .help = "Of crop 2 and of cutout 4 probes instead of one that moves them all",
             .advanced = true,
             .later = true,
             .needs = Adapting::probes},
            coordinatewise);
    v.field({.name = "skip_inert",
             .title = "Skip ops without level",
             .help = "Probe only ops that take a level; off: as in the authors' code",
             .advanced = true,
             .unless = {{"ops", 0}},
             .needs = Adapting::moves},
            skipInert);
  }
};

/// Which crop a policy draws: a window of the zero-padded image, or for images larger than the network's
/// input torchvision's random resized crop.
struct CropSettings {
  std::string crop = "padded";
  ResizedCropRule rule;
  std::string filter = "bilinear";

  bool resized() const { return crop == "resized"; }
  /// Of a setting `order`: "crop_first", "chain_first", or as is usual with the crop.
  /// throws  UsageError for ops before a resized crop
  RenderOrder orderOf(const std::string& order) const;
  void visit(SettingsVisitor& v);
};

/// The box that a policy erases of every image.
struct CutoutSettings {
  bool on = true;
  int size = 16;  ///< of a side, pixels
  std::string fill = "mean";

  BoxFill boxFill() const { return fill == "mean" ? BoxFill::mean : BoxFill::black; }
  /// fillHelp, fills  of the setting `fill`; its choices with the usual one first
  void visit(SettingsVisitor& v, const char* fillHelp, const std::vector<std::string>& fills);
};

/// How plans made of whole pixels and levels are probed, updated and clamped, as the UADA authors' code does
/// (docs/methods.md, "Choices"). A policy adds how plans are drawn and which groups move.
/// Only what fired is probed: a chain without a step that fired, and another part that did not, are inert. A
/// group has one probe, or where the settings say so one for each coordinate.
class PlanSpace : public Space {
 public:
  using Space::probes, Space::update;
  int probes(Group group) const override;
  Probe probe(const Plan& plan, Group group, Random& random, int number = 0, int units = 1) const override;
  Candidate update(const Plan& plan, std::span<const Probe> probes, Group group, std::span<const float> dL,
                   double epsilon) const override;
  Plan clamped(const Plan& plan) const override { return clampPlan(plan, input_); }
  ChangeList changes(const Plan& plan) const override;
  bool takesAnySize() const override { return crop_.resized(); }

 protected:
  /// throws  UsageError if the crop's least area or aspect is above its greatest
  PlanSpace(const PolicyContext& context, const CropSettings& crop, ProbeSettings probing = {});

  const Input& input() const { return input_; }
  /// Of an image that plans are drawn for. given: empty: as the policy's context says
  ImageSize sourceOr(ImageSize given) const { return given.empty() ? source_ : given; }
  /// flip, crop, the chain of at most `steps` ops as the settings say, the box if there is one.
  std::vector<Group> allGroups(int steps, bool box) const;
  /// A padded crop: row, then column, uniform in 0..2*pad. A resized one as drawResizedCrop() does, in the
  /// source.
  void drawCrop(Plan& plan, Random& random, ImageSize source) const;
  /// left, top uniform in -size/2 .. side - size/2 - 1 of the input's height and width; the far edges end at
  /// the image. The same distribution as a box about a uniform pixel that is cut at the image.
  Part drawBox(Random& random, int size) const;
  /// A window's row, then its column: uniform over the places in a picture that is padded to the input's size
  /// at least.
  Part drawWindow(Random& random, ImageSize picture) const;

 private:
  int drawPosition(const Plan& plan, Group group, Random& random) const;
  bool isProbed(const Part& step) const;
  bool isClamped(const Plan& plan, Group group, int position) const;

  Input input_;
  ImageSize source_;
  CropSettings crop_;
  bool eachStep_, coordinatewise_, skipInert_;
};

/// Ops by name.
std::vector<std::size_t> opsNamed(std::initializer_list<std::string_view> names);
/// The ops of AutoAugment without sample pairing, those of Adversarial AutoAugment.
std::vector<std::size_t> fifteenOps();
/// The 14 ops of the RandAugment paper, TrivialAugment and UADA.
std::vector<std::size_t> fourteenOps();

/// An op at a strength.
struct Element {
  std::size_t op = 0;
  int level = 0;
};
/// The 36 elements of OHL-Auto-Aug: 11 ops at three strengths each, and three without, levels of Grid::ohl.
const std::vector<Element>& ohlElements();

/// One of the ops, uniform.
std::size_t drawnOp(const std::vector<std::size_t>& ops, Random& random);
/// A whole number of the range, uniform.
int drawnFrom(Random& random, Range range);
/// A whole level of the grid, uniform.
int drawnLevel(Grid grid, Random& random);

}  // namespace uada

#include "core/augment/PlanSpace.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/augment/Parts.h"
#include "core/base/Error.h"

namespace uada {
namespace {

/// Writes a part's coordinates.
void assign(Part& part, const std::vector<int>& to) {
  const Range stored = kindOf(part).stored;
  for (std::size_t k = 0; k < to.size(); ++k) part.at[k] = std::clamp(to[k], stored.low, stored.high);
}

Part* partOf(Plan& plan, Group group, int position) {
  return const_cast<Part*>(partOf(std::as_const(plan), group, position));
}

/// A chain may be empty: nothing moves.
void refuseMissing(const Plan& plan, Group group) {
  if (!isChain(group) && !uada::partOf(plan, group, -1))
    throw Error(fmt::format("the group {} cannot be moved: the plan has none", groupName(group)));
}

/// What leaves the settings of a resized crop without effect.
std::vector<Unless> notResized() { return {{"crop", "padded"}, {"crop", "reflected"}}; }

int signOf(float x) { return (x > 0) - (x < 0); }

}  // namespace

RenderOrder CropSettings::orderOf(const std::string& order) const {
  if (order != "chain_first")
    return order == "crop_first" || resized() ? RenderOrder::cropFirst : RenderOrder::chainFirst;
  if (resized())
    throw UsageError("order chain_first with crop resized: a resized crop comes first; leave the order out");
  return RenderOrder::chainFirst;
}

void CropSettings::visit(SettingsVisitor& v) {
  v.field(
      {.name = "crop",
       .title = "Crop",
       .help = "A window of the image padded with zeros or with its reflection, or a part of a larger image "
               "resized, as for ImageNet",
       .choices = {"padded", "reflected", "resized"}},
      crop);
  v.field({.name = "min_area",
           .title = "Smallest part",
           .help = "Share of the image's area, of a resized crop",
           .min = 1e-6,
           .max = 1,
           .advanced = true,
           .unless = notResized()},
          rule.minArea);
  v.field({.name = "max_area",
           .title = "Largest part",
           .help = "Share of the image's area, of a resized crop",
           .min = 1e-6,
           .max = 1,
           .advanced = true,
           .unless = notResized()},
          rule.maxArea);
  v.field({.name = "min_aspect",
           .title = "Narrowest part",
           .help = "Width / height of a resized crop",
           .min = 0.01,
           .max = 100,
           .advanced = true,
           .unless = notResized()},
          rule.minAspect);
  v.field({.name = "max_aspect",
           .title = "Widest part",
           .help = "Width / height of a resized crop",
           .min = 0.01,
           .max = 100,
           .advanced = true,
           .unless = notResized()},
          rule.maxAspect);
  v.field({.name = "resize_filter",
           .title = "Resizing",
           .help = "How a resized crop is resized: Pillow's antialiased filters, or the nearest pixel",
           .choices = {"bilinear", "bicubic", "nearest"},
           .advanced = true,
           .unless = notResized()},
          filter);
}

void CutoutSettings::visit(SettingsVisitor& v, const char* fillHelp, const std::vector<std::string>& fills) {
  v.field({.name = "cutout", .title = "Cutout", .help = "Erase one box of every image"}, on);
  v.field({.name = "cutout_size",
           .title = "Cutout size",
           .help = "Side of the erased box, pixels",
           .min = 1,
           .max = 1024,
           .unless = {{"cutout", false}}},
          size);
  v.field({.name = "cutout_fill",
           .title = "Cutout shows",
           .help = fillHelp,
           .choices = fills,
           .advanced = true,
           .unless = {{"cutout", false}}},
          fill);
}

PlanSpace::PlanSpace(const PolicyContext& context, const CropSettings& crop, ProbeSettings probing)
    : input_(context.input),
      source_(context.source.empty() ? context.input.size() : context.source),
      crop_(crop),
      eachStep_(probing.chainProbe == "each"),
      coordinatewise_(probing.coordinatewise),
      skipInert_(probing.skipInert) {
  const ResizedCropRule& rule = crop.rule;
  const auto refuse = [](const char* what, double least, double most) {
    throw UsageError(
        fmt::format("min_{0} {1:g} is above max_{0} {2:g}; give them in order", what, least, most));
  };
  if (rule.minArea > rule.maxArea) refuse("area", rule.minArea, rule.maxArea);
  if (rule.minAspect > rule.maxAspect) refuse("aspect", rule.minAspect, rule.maxAspect);
}

std::vector<Group> PlanSpace::allGroups(int steps, bool box) const {
  std::vector<Group> groups{groupNamed("flip"), groupNamed("crop")};
  if (steps > 0 && !eachStep_) groups.push_back(groupNamed("chain"));
  for (int i = 0; i < steps && eachStep_; ++i) groups.push_back(stepGroup(i));
  if (box) groups.push_back(groupNamed("cutout"));
  return groups;
}

void PlanSpace::drawCrop(Plan& plan, Random& random, ImageSize source) const {
  if (crop_.resized()) {
    const ImageSize size = sourceOr(source);
    const PixelBox part = drawResizedCrop(random, size.width, size.height, crop_.rule);
    return plan.add(resizedCropPart(part.top, part.left, {part.width(), part.height()}, size,
                                    filterFromName(crop_.filter)));
  }
  const auto places = static_cast<std::uint32_t>(2 * input_.pad + 1);
  const int row = static_cast<int>(random.below(places));
  const int col = static_cast<int>(random.below(places));
  plan.add(cropPart(row, col, crop_.crop == "reflected"));
}

Part PlanSpace::drawBox(Random& random, int size) const {
  const int left = static_cast<int>(random.below(static_cast<std::uint32_t>(input_.height))) - size / 2;
  const int top = static_cast<int>(random.below(static_cast<std::uint32_t>(input_.width))) - size / 2;
  return cutoutPart(left, top, std::min(input_.height, left + size), std::min(input_.width, top + size));
}

Part PlanSpace::drawWindow(Random& random, ImageSize picture) const {
  const int row = drawnFrom(random, {0, std::max(0, picture.height - input_.height)});
  const int col = drawnFrom(random, {0, std::max(0, picture.width - input_.width)});
  return windowPart(row, col);
}

bool PlanSpace::isProbed(const Part& step) const {
  return step.fired && !(skipInert_ && ops()[step.op].inert());
}

/// The step that a probe moves: uniform over those that may be, or the group's own; -1 if there is none.
int PlanSpace::drawPosition(const Plan& plan, Group group, Random& random) const {
  const auto chain = plan.chain();
  if (group.position >= 0)
    return group.position < std::ssize(chain) && isProbed(chain[group.position]) ? group.position : -1;
  const auto count = std::ranges::count_if(chain, [&](const Part& step) { return isProbed(step); });
  if (count == 0) return -1;
  auto left = static_cast<int>(random.below(static_cast<std::uint32_t>(count)));
  int position = 0;
  while (!isProbed(chain[position]) || left-- > 0) ++position;
  return position;
}

bool PlanSpace::isClamped(const Plan& plan, Group group, int position) const {
  return coordinates(plan, group, position) != coordinates(clamped(plan), group, position);
}

int PlanSpace::probes(Group group) const { return coordinatewise_ ? partKinds()[group.kind].coordinates : 1; }

/// Every coordinate takes its coin from `random` once, in order, by however many probes.
Probe PlanSpace::probe(const Plan& plan, Group group, Random& random, int number, int units) const {
  refuseMissing(plan, group);
  Probe probe;
  probe.units = static_cast<std::int8_t>(units);
  probe.plan = plan;
  if (isChain(group)) probe.position = static_cast<std::int8_t>(drawPosition(plan, group, random));
  Part* const part = partOf(probe.plan, group, probe.position);
  probe.inert = !part || !part->fired || (isChain(group) && ops()[part->op].inert());
  std::vector<int> moved = coordinates(plan, group, probe.position);
  probe.coordinates = static_cast<std::uint8_t>(moved.size());
  if (!part || !part->fired) {
    probe.unchanged = true;
    return probe;
  }
  const PartKind& kind = kindOf(*part);
  const bool alone = probes(group) > 1;
  for (std::size_t k = 0; k < moved.size(); ++k) {
    if (alone && static_cast<int>(k) != number) continue;
    const int delta = kind.toggles ? 1 - 2 * moved[k]
                                   : random.sign() * units * kind.unitOf(*part, input_, static_cast<int>(k));
    probe.delta[k] = static_cast<std::int16_t>(delta);
    moved[k] += delta;
  }
  assign(*part, moved);
  probe.clamped = isClamped(probe.plan, group, probe.position);
  probe.unchanged = clamped(probe.plan) == clamped(plan);
  return probe;
}

Candidate PlanSpace::update(const Plan& plan, std::span<const Probe> probes, Group group,
                            std::span<const float> dL, double epsilon) const {
  refuseMissing(plan, group);
  Candidate candidate{plan, false};
  const int position = probes.front().position;
  Part* const part = partOf(candidate.plan, group, position);
  if (!part) return candidate;  // a chain of which nothing fired
  std::vector<int> to = coordinates(plan, group, position);
  for (std::size_t p = 0; p < probes.size() && epsilon > 0; ++p) {
    // A probe that is the same image as the original says nothing, whatever noise the network added.
    const int sign = probes[p].unchanged ? 0 : signOf(dL[p]);
    for (std::size_t k = 0; k < to.size(); ++k) {
      const int delta = probes[p].delta[k];  // 0: another probe's coordinate; dL / delta has their sign
      if (kindOf(*part).toggles)
        to[k] += sign > 0 ? delta : 0;
      else
        to[k] = static_cast<int>(std::trunc(to[k] + epsilon * sign * (delta / probes[p].units)));
    }
  }
  assign(*part, to);
  candidate.clamped = isClamped(candidate.plan, group, position);
  return candidate;
}

std::vector<std::size_t> opsNamed(std::initializer_list<std::string_view> names) {
  std::vector<std::size_t> found;
  for (const std::string_view name : names) found.push_back(opIndex(name));
  return found;
}

std::vector<std::size_t> fifteenOps() {
  return opsNamed({"shear_x", "shear_y", "translate_x", "translate_y", "rotate", "autocontrast", "invert",
                   "equalize", "solarize", "posterize", "contrast", "color", "brightness", "sharpness",
                   "cutout"});
}

std::vector<std::size_t> fourteenOps() {
  return opsNamed({"shear_x", "shear_y", "translate_x", "translate_y", "rotate", "color", "posterize",
                   "solarize", "contrast", "sharpness", "brightness", "autocontrast", "equalize",
                   "identity"});
}

const std::vector<Element>& ohlElements() {
  static const std::vector<Element> all = [] {
    std::vector<Element> elements;
    for (const std::size_t op :
         opsNamed({"shear_x", "shear_y", "translate_x", "translate_y", "rotate", "color", "posterize",
                   "solarize", "contrast", "sharpness", "brightness"})) {
      for (int level = 0; level < levelsOf(Grid::ohl); ++level) elements.push_back({op, level});
    }
    for (const std::size_t op : opsNamed({"autocontrast", "equalize", "invert"})) elements.push_back({op, 0});
    return elements;
  }();
  return all;
}

std::size_t drawnOp(const std::vector<std::size_t>& ops, Random& random) {
  return ops[random.below(static_cast<std::uint32_t>(ops.size()))];
}

int drawnFrom(Random& random, Range range) {
  return range.low + static_cast<int>(random.below(static_cast<std::uint32_t>(range.high - range.low + 1)));
}

int drawnLevel(Grid grid, Random& random) {
  return static_cast<int>(random.below(static_cast<std::uint32_t>(levelsOf(grid))));
}

ChangeList PlanSpace::changes(const Plan& plan) const {
  ChangeList list;
  listChanges(plan, input_, list);
  return list;
}

}  // namespace uada

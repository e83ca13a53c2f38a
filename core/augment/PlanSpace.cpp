#include "core/augment/PlanSpace.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/Error.h"

namespace uada {
namespace {

/// Writes one group's coordinates, in the order of Space::coordinates.
void assign(Plan& plan, Group group, int position, const std::vector<int>& to) {
  switch (group) {
    case Group::flip: plan.flip = to[0] != 0; break;
    case Group::crop:
      (plan.resizedCrop ? plan.resizedCrop->row : plan.crop->row) = to[0];
      (plan.resizedCrop ? plan.resizedCrop->col : plan.crop->col) = to[1];
      break;
    case Group::cutout: plan.cutout = Box{to[0], to[1], to[2], to[3]}; break;
    case Group::chain:
    default: {  // a step of the chain
      using Level = std::numeric_limits<std::int16_t>;
      plan.steps[position].level =
          static_cast<std::int16_t>(std::clamp<int>(to[0], Level::min(), Level::max()));
      break;
    }
  }
}

void refuseMissing(const Plan& plan, Group group) {
  const bool has = group == Group::flip   ? plan.flip.has_value()
                   : group == Group::crop ? plan.crop || plan.resizedCrop
                   : isChain(group)       ? true  // a chain may be empty: nothing moves
                                          : plan.cutout.has_value();
  if (!has) throw Error(fmt::format("the group {} cannot be moved: the plan has none", groupName(group)));
}

/// What leaves the settings of a resized crop without effect.
std::vector<Unless> notResized() { return {{"crop", "padded"}, {"crop", "reflected"}}; }

int signOf(float x) { return (x > 0) - (x < 0); }

}  // namespace

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
  std::vector<Group> groups{Group::flip, Group::crop};
  if (steps > 0 && !eachStep_) groups.push_back(Group::chain);
  for (int i = 0; i < steps && eachStep_; ++i) groups.push_back(stepGroup(i));
  if (box) groups.push_back(Group::cutout);
  return groups;
}

void PlanSpace::drawCrop(Plan& plan, Random& random, ImageSize source) const {
  if (crop_.resized()) {
    const ImageSize size = source.empty() ? source_ : source;
    const PixelBox part = drawResizedCrop(random, size.width, size.height, crop_.rule);
    plan.resizedCrop =
        ResizedCrop{part.top, part.left, part.height(), part.width(), size, filterFromName(crop_.filter)};
    return;
  }
  const auto places = static_cast<std::uint32_t>(2 * input_.pad + 1);
  const int row = static_cast<int>(random.below(places));
  const int col = static_cast<int>(random.below(places));
  plan.crop = Crop{row, col, crop_.crop == "reflected"};
}

Box PlanSpace::drawBox(Random& random, int size) const {
  const int left = static_cast<int>(random.below(static_cast<std::uint32_t>(input_.height))) - size / 2;
  const int top = static_cast<int>(random.below(static_cast<std::uint32_t>(input_.width))) - size / 2;
  return {left, top, std::min(input_.height, left + size), std::min(input_.width, top + size)};
}

bool PlanSpace::isProbed(const Step& step) const {
  return step.fired && !(skipInert_ && ops()[step.op].inert());
}

/// What delta = 1 means: a level or a pixel of the network's input; of a resized crop as many source pixels
/// as keep one of 32, at least one.
int PlanSpace::unitOf(const Plan& plan, Group group) const {
  return group == Group::crop && plan.resizedCrop ? std::max(1, (input_.width + 16) / 32) : 1;
}

/// The step that a probe moves: uniform over those that may be, or the group's own; -1 if there is none.
int PlanSpace::drawPosition(const Plan& plan, Group group, Random& random) const {
  if (group >= Group::step) {
    const int position = static_cast<int>(group) - static_cast<int>(Group::step);
    return position < plan.stepCount && isProbed(plan.steps[position]) ? position : -1;
  }
  const auto count = std::ranges::count_if(plan.chain(), [&](const Step& step) { return isProbed(step); });
  if (count == 0) return -1;
  auto left = static_cast<int>(random.below(static_cast<std::uint32_t>(count)));
  int position = 0;
  while (!isProbed(plan.steps[position]) || left-- > 0) ++position;
  return position;
}

bool PlanSpace::isClamped(const Plan& plan, Group group, int position) const {
  return coordinates(plan, group, position) != coordinates(clamped(plan), group, position);
}

int PlanSpace::probes(Group group) const {
  if (!coordinatewise_) return 1;
  return group == Group::crop ? 2 : group == Group::cutout ? 4 : 1;
}

/// Every coordinate takes its coin from `random` once, in order, by however many probes.
Probe PlanSpace::probe(const Plan& plan, Group group, Random& random, int number) const {
  refuseMissing(plan, group);
  Probe probe;
  probe.plan = plan;
  if (isChain(group)) {
    probe.position = static_cast<std::int8_t>(drawPosition(plan, group, random));
    probe.inert = probe.position < 0 || ops()[plan.steps[probe.position].op].inert();
  }
  std::vector<int> moved = coordinates(plan, group, probe.position);
  if (moved.empty()) {
    probe.unchanged = true;
    return probe;
  }
  probe.coordinates = static_cast<std::uint8_t>(moved.size());
  const int unit = unitOf(plan, group);
  const bool alone = probes(group) > 1;
  for (std::size_t k = 0; k < moved.size(); ++k) {
    if (alone && static_cast<int>(k) != number) continue;
    const int delta = group == Group::flip ? 1 - 2 * moved[k] : random.sign() * unit;
    probe.delta[k] = static_cast<std::int16_t>(delta);
    moved[k] += delta;
  }
  assign(probe.plan, group, probe.position, moved);
  probe.clamped = isClamped(probe.plan, group, probe.position);
  probe.unchanged = clamped(probe.plan) == clamped(plan);
  return probe;
}

Candidate PlanSpace::update(const Plan& plan, std::span<const Probe> probes, Group group,
                            std::span<const float> dL, double epsilon) const {
  refuseMissing(plan, group);
  Candidate candidate{plan, false};
  const int position = probes.front().position;
  std::vector<int> to = coordinates(plan, group, position);
  if (to.empty()) return candidate;  // a chain of which nothing fired
  for (std::size_t p = 0; p < probes.size() && epsilon > 0; ++p) {
    // A12: a probe that is the same image as the original says nothing, whatever noise the network added.
    const int sign = probes[p].unchanged ? 0 : signOf(dL[p]);
    for (std::size_t k = 0; k < to.size(); ++k) {
      const int delta = probes[p].delta[k];  // 0: another probe's coordinate
      if (group == Group::flip)
        to[k] += sign > 0 ? delta : 0;
      else
        to[k] = static_cast<int>(std::trunc(to[k] + epsilon * sign * delta));  // dL / delta has their sign
    }
  }
  assign(candidate.plan, group, position, to);
  candidate.clamped = isClamped(candidate.plan, group, position);
  return candidate;
}

}  // namespace uada

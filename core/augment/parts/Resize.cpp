#include <fmt/core.h>

#include <algorithm>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/ops/CvMoves.h"

namespace uada {
namespace {

CvResize filterOf(const Part& part) { return static_cast<CvResize>(part.style); }
const char* nameOf(const Part& part) { return kCvResizes[part.style]; }

ImageSize made(const Part&, const Frame& frame) { return frame.input.size(); }

void append(const Part& part, const Frame& frame, ChangeList& list) {
  if (frame.size != frame.input.size()) list.add({.part = part}, frame.input.size());
}

void read(const Json& json, Plan& plan) {
  const Json* resize = json.find("resize");
  if (!resize) return;
  const std::string filter = planjson::word(*resize, "resize");
  const auto known = std::ranges::find(kCvResizes, filter);
  if (known == kCvResizes.end())
    throw Error(fmt::format("plan: resize: bilinear, bicubic, area, nearest or lanczos4 expected, '{}' found",
                            filter));
  plan.add(resizePart(static_cast<CvResize>(known - kCvResizes.begin())));
}

}  // namespace

Part resizePart(CvResize filter) {
  static const std::uint8_t kind = partIndex("resize");
  return {.kind = kind, .style = static_cast<std::uint8_t>(filter)};
}

namespace part {

/// The whole picture resized to the network's input, each direction by its own factor: cv::resize. It never
/// moves.
PartKind resize() {
  PartKind kind{.name = "resize", .title = "Resize", .group = "resize", .phase = RenderPhase::frame};
  kind.keys = {"resize"};
  kind.range = [](const Part&, const Frame&, int) { return Range{}; };
  kind.made = made;
  kind.append = append;
  kind.draw = [](const Change& change, const Renderer&, ImageView in, ImageSpan out) {
    resizeImage(in, out, filterOf(change.part));
  };
  kind.map = [](const Change& change, const Input&) {
    return std::optional(resizeMap(change.in, change.out));
  };
  kind.text = [](const Part& part, const Style&) {
    return filterOf(part) == CvResize::bilinear ? std::string("resize")
                                                : fmt::format("resize ({})", nameOf(part));
  };
  kind.describe = [](const Part& part, const Frame& frame, Stage& stage) {
    stage.detail = fmt::format("{} x {} pixels to {} x {}", frame.size.width, frame.size.height,
                               frame.input.width, frame.input.height);
    if (filterOf(part) != CvResize::bilinear) stage.detail += fmt::format(", {}", nameOf(part));
  };
  kind.write = [](const Part& part, Json& plan) { plan["resize"] = std::string(nameOf(part)); };
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada

#include <fmt/core.h>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/ops/CvMoves.h"

namespace uada {
namespace {

ImageSize made(const Part&, const Frame& frame) { return frame.input.size(); }

void append(const Part& part, const Frame& frame, ChangeList& list) {
  if (frame.size != frame.input.size()) list.add({.part = part}, frame.input.size());
}

void read(const Json& json, Plan& plan) {
  const Json* resize = json.find("resize");
  if (!resize) return;
  const std::string filter = planjson::word(*resize, "resize");
  if (filter != "bilinear") throw Error(fmt::format("plan: resize: bilinear expected, '{}' found", filter));
  plan.add(resizePart());
}

}  // namespace

Part resizePart() {
  static const std::uint8_t kind = partIndex("resize");
  return {.kind = kind};
}

namespace part {

/// The whole picture resized to the network's input, each direction by its own factor: cv::resize, bilinear.
/// It never moves.
PartKind resize() {
  PartKind kind{.name = "resize", .group = "resize", .phase = RenderPhase::frame};
  kind.keys = {"resize"};
  kind.range = [](const Part&, const Frame&, int) { return Range{}; };
  kind.made = made;
  kind.append = append;
  kind.draw = [](const Change&, const Renderer&, ImageView in, ImageSpan out) { resizeImage(in, out); };
  kind.map = [](const Change& change, const Input&) {
    return std::optional(resizeMap(change.in, change.out));
  };
  kind.text = [](const Part&, const Style&) { return std::string("resize"); };
  kind.describe = [](const Part&, const Frame& frame, Stage& stage) {
    stage.title = "Resize";
    stage.detail = fmt::format("{} x {} pixels to {} x {}", frame.size.width, frame.size.height,
                               frame.input.width, frame.input.height);
  };
  kind.write = [](const Part&, Json& plan) { plan["resize"] = "bilinear"; };
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada

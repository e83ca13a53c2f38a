#include <fmt/core.h>

#include "core/augment/Parts.h"
#include "core/augment/PlanJson.h"
#include "core/augment/Stages.h"
#include "core/base/Error.h"

namespace uada {
namespace {

ImageSize source(const Part& part) { return {part.size[1], part.size[0]}; }

void read(const Json& json, Plan& plan) {
  const Json* whole = json.find("whole");
  if (!whole) return;
  const auto sides = planjson::pixels(*whole, "whole", 2, 1);
  plan.add(wholePart({sides[1], sides[0]}));
}

}  // namespace

Part wholePart(ImageSize source) {
  static const std::uint8_t kind = partIndex("whole");
  return {.kind = kind, .size = {source.height, source.width}};
}

namespace part {

/// The image at its own size: says only which images a plan fits.
PartKind whole() {
  PartKind kind{.name = "whole", .title = "Whole image", .group = "whole", .phase = RenderPhase::source};
  kind.keys = {"whole"};
  kind.range = [](const Part&, const Frame&, int) { return Range{}; };
  kind.source = source;
  kind.made = [](const Part& part, const Frame&) { return source(part); };
  kind.append = [](const Part&, const Frame&, ChangeList&) {};
  kind.map = [](const Change& change, const Input&) { return std::optional(mapOf(Affine{}, change.in)); };
  kind.text = [](const Part&, const Style&) { return std::string(); };
  kind.describe = [](const Part& part, const Frame&, Stage& stage) {
    stage.done = false;
    stage.detail = fmt::format("{} x {} pixels", source(part).width, source(part).height);
  };
  kind.write = [](const Part& part, Json& plan) {
    plan["whole"] = planjson::numbers({source(part).height, source(part).width});
  };
  kind.read = read;
  return kind;
}

}  // namespace part
}  // namespace uada

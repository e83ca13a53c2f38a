#include "core/augment/Plan.h"

#include "core/augment/Clamp.h"
#include "core/augment/Renderer.h"
#include "core/base/Json.h"
#include "core/data/ResidentDataset.h"
#include "tests/fuzz/Fuzz.h"

namespace uada::fuzz {
namespace {

constexpr int kSide = 12;

ResidentDataset twoPictures() {
  ResidentDataset data;
  data.width = data.height = kSide;
  data.classCount = 2;
  data.labels = {0, 1};
  for (int i = 0; i < 2 * kSide * kSide * 3; ++i) data.rgb.push_back(static_cast<std::uint8_t>(37 * i));
  return data;
}

/// A plan is drawn, as it is and clamped to the same pixels, unless it is for pictures of another size.
void checkPixels(const Plan& plan) {
  static const ResidentDataset data = twoPictures();
  static ThreadPool pool(1);
  static const Renderer renderer(data, {.input = squareInput(kSide)}, pool);
  Image picture;
  if (isRefused([&] { picture = renderer.picture(0, plan); })) {
    require(sourceSize(plan).has_value(), "only a resized crop and a scale are bound to a size");
    return;
  }
  const bool isOpen = plan.find("scale") && !plan.find("window");  // ends where the scale leads
  require(isOpen || (picture.width == kSide && picture.height == kSide), "a picture has the input's size");
  const Plan clamped = clampPlan(plan, renderer.settings().input);
  require(renderer.picture(0, clamped) == picture, "a clamped plan gives the same pixels");
}

}  // namespace
}  // namespace uada::fuzz

/// Plans as JSON: what is taken can be drawn, and is read back the same after being written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace uada;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Plan plan;
  if (fuzz::isRefused([&] { plan = planFromJson(parseJson(text, "a plan")); })) return 0;
  fuzz::require(planFromJson(parseJson(toJson(plan).dump(), "a plan")) == plan,
                "a written plan is read back");
  fuzz::require(!planText(plan).empty(), "a plan has a caption");
  fuzz::checkPixels(plan);
  return 0;
}

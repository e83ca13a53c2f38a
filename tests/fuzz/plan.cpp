#include "core/augment/Plan.h"

#include "core/base/Json.h"
#include "tests/fuzz/Fuzz.h"

/// Plans as JSON: what is taken can be written, and is read back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace uada;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Plan plan;
  if (fuzz::isRefused([&] { plan = planFromJson(parseJson(text, "a plan")); })) return 0;
  fuzz::require(planFromJson(parseJson(toJson(plan).dump(), "a plan")) == plan,
                "a written plan is read back");
  fuzz::require(!planText(plan).empty(), "a plan has a caption");
  return 0;
}

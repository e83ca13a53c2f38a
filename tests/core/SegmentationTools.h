#pragma once

#include <initializer_list>

#include "tests/core/AugmentTools.h"

namespace uada::test {

constexpr Range kFactors{500, 2000}, kAngles{-1000, 1000};

inline Plan planOf(std::initializer_list<Part> parts) {
  Plan plan;
  for (const Part& part : parts) plan.add(part);
  return plan;
}

/// All five parts, the rotation done.
inline Plan wholePlan(ImageSize source) {
  return planOf({scalePart(1350, kFactors, source), rotationPart(420, kAngles, true), blurPart(true),
                 flipPart(true), windowPart(12, 40)});
}

inline RenderSettings settingsOf(ImageSize input) {
  RenderSettings settings = settingsOf(input.width);
  settings.input.height = input.height;
  return settings;
}

}  // namespace uada::test

#pragma once

#include <span>
#include <vector>

#include "core/augment/Parts.h"
#include "core/augment/Plan.h"

/// What tests ask of a plan's parts.
namespace uada::test {

/// Coordinate k of the plan's part of a kind, which it must have.
inline int at(const Plan& plan, std::string_view kind, std::size_t k) { return plan.find(kind)->at[k]; }

inline bool isFlipped(const Plan& plan) { return plan.find("flip") && at(plan, "flip", 0) != 0; }

/// Whether both have the same part of a kind, or none.
inline bool samePart(const Plan& a, const Plan& b, std::string_view kind) {
  const Part *left = a.find(kind), *right = b.find(kind);
  return left && right ? *left == *right : left == right;
}

inline std::vector<Part> stepsOf(const Plan& plan) { return {plan.chain().begin(), plan.chain().end()}; }

inline void setSteps(Plan& plan, std::span<const Part> steps) {
  plan.remove("step");
  for (const Part& step : steps) plan.add(step);
}

/// Leaves out the steps behind the first ones.
inline void keepSteps(Plan& plan, std::size_t count) {
  std::vector<Part> steps = stepsOf(plan);
  steps.resize(count);
  setSteps(plan, steps);
}

/// Of a resized crop, which the plan must have.
inline ImageSize sizeOfPart(const Plan& plan) {
  const Part& part = *plan.find("resized_crop");
  return {part.size[1], part.size[0]};
}

inline Part makeStep(const char* op, int level, int sign = 1) { return stepPart(opIndex(op), level, sign); }

}  // namespace uada::test

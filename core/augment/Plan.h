#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/base/Json.h"

namespace uada {

/// Offsets of the crop in the zero-padded image, in pixels, 0..2*pad when in range.
struct Crop {
  int row = 0, col = 0;
  friend bool operator==(const Crop&, const Crop&) = default;
};

/// One op of the chain. level may lie outside the grid: it is clamped when used, kept raw when stored.
struct Step {
  std::uint16_t op = 0;   ///< index into ops()
  std::int16_t level = 0;
  std::int8_t sign = 1;   ///< -1 or +1, drawn at sampling, never moved
  friend bool operator==(const Step&, const Step&) = default;
};

/// The erased box as the authors' code has it: rows max(0,left)..right-1, columns max(0,top)..bottom-1.
struct Box {
  int left = 0, top = 0, right = 0, bottom = 0;
  friend bool operator==(const Box&, const Box&) = default;
};

constexpr int kMaxSteps = 8;

/// Every random choice made for one sample. A plan and an image give the same pixels for ever.
/// A part that the policy does not have is empty. Values are raw (unclamped).
struct Plan {
  std::optional<Crop> crop;
  std::optional<bool> flip;
  std::array<Step, kMaxSteps> steps{};
  std::uint8_t stepCount = 0;
  std::optional<Box> cutout;

  std::span<const Step> chain() const { return {steps.data(), stepCount}; }
  std::span<Step> chain() { return {steps.data(), stepCount}; }
  void add(Step step) { steps[stepCount++] = step; }
  friend bool operator==(const Plan&, const Plan&) = default;
};

/// {"crop":[row,col],"flip":false,"chain":[{"op":"rotate","level":6,"sign":1}],"cutout":[l,t,r,b]}
Json toJson(const Plan& plan);
/// Strict: throws Error naming the wrong key or op.
Plan planFromJson(const Json& json);
/// "crop (4, 7) · flip · rotate 6 + color -3 · cutout (2, 20, 18, 32)" for captions.
std::string planText(const Plan& plan);

}  // namespace uada

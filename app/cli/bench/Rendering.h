#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "app/cli/BenchLines.h"
#include "app/cli/bench/Measure.h"
#include "core/augment/Renderer.h"

namespace uada::cli {

/// As a batch of CIFAR-10 is rendered: its mean and deviation, an eighth of the side as padding.
RenderSettings batchSettings(int side);
/// 0 .. size - 1
std::vector<std::uint32_t> allOf(const Dataset& data);
Json plansJson(const std::vector<Plan>& plans);
Json numbers(const std::array<float, 3>& values);

/// A measured value and its quartiles.
void putValue(BenchLine& line, const Spread& spread, const char* unit);
/// Our microseconds, those of the first arm, and the reference's, if its arm was measured too.
void putMicros(BenchLine& line, const Measured& measured, std::size_t reference = 1);

}  // namespace uada::cli

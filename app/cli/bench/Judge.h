#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "app/cli/BenchLines.h"
#include "app/cli/bench/Measure.h"

namespace uada::cli {

/// "<= limit unit" and whether the spread keeps to it; a miss by less than half of the spread is noise.
/// steal  the share of time that was stolen while it was measured
void judgeMost(BenchLine& line, const Spread& spread, double limit, const std::string& unit, double steal);
void judgeLeast(BenchLine& line, const Spread& spread, double limit, const std::string& unit, double steal);

/// "identical", or in words how many of the items differ.
std::string compared(std::span<const std::uint8_t> ours, std::span<const std::uint8_t> theirs);
std::string compared(std::span<const float> ours, std::span<const std::uint8_t> theirs);

}  // namespace uada::cli

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

/// Says in the line whether the output is that of the reference to the bit, and how much of it differs.
/// theirs  bytes; of numbers those of each float as this machine keeps it
void compare(BenchLine& line, std::span<const std::uint8_t> ours, std::span<const std::uint8_t> theirs);
void compare(BenchLine& line, std::span<const float> ours, std::span<const std::uint8_t> theirs);

}  // namespace uada::cli

#include "app/cli/bench/Judge.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace uada::cli {
namespace {

/// reached: by the median; close: the median misses it by less than half of the quartiles' distance
void judge(BenchLine& line, bool reached, bool close, double steal) {
  if (steal > kMostSteal)
    line.met = fmt::format("not judged: {:.0f} % of the time was stolen", 100 * steal);
  else
    line.met = reached ? "met" : close ? "too noisy to say" : "not met";
}

std::string differences(std::size_t different, std::size_t all, const char* what) {
  return different ? fmt::format("{} of {} {} differ", different, all, what) : "identical";
}

}  // namespace

void judgeMost(BenchLine& line, const Spread& spread, double limit, const std::string& unit, double steal) {
  line.target = fmt::format("<= {:g} {}", limit, unit);
  judge(line, spread.median <= limit, spread.median - (spread.high - spread.low) / 2 <= limit, steal);
}

void judgeLeast(BenchLine& line, const Spread& spread, double limit, const std::string& unit, double steal) {
  line.target = fmt::format(">= {:g} {}", limit, unit);
  judge(line, spread.median >= limit, spread.median + (spread.high - spread.low) / 2 >= limit, steal);
}

std::string compared(std::span<const std::uint8_t> ours, std::span<const std::uint8_t> theirs) {
  std::size_t different =
      ours.size() > theirs.size() ? ours.size() - theirs.size() : theirs.size() - ours.size();
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) different += ours[i] != theirs[i];
  return differences(different, ours.size(), "bytes");
}

std::string compared(std::span<const float> ours, std::span<const std::uint8_t> theirs) {
  std::size_t different = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    float other = 0;
    if ((i + 1) * sizeof other > theirs.size())
      return differences(ours.size() - i + different, ours.size(), "numbers");
    std::memcpy(&other, theirs.data() + i * sizeof other, sizeof other);
    different += !(ours[i] == other);
  }
  return differences(different, ours.size(), "numbers");
}

}  // namespace uada::cli

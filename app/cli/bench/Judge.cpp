#include "app/cli/bench/Judge.h"

#include <fmt/core.h>

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

/// Bit by bit: -0 is not 0, and a number that is none is itself.
template <class Item>
void compareItems(BenchLine& line, std::span<const Item> ours, std::span<const std::uint8_t> theirs,
                  const char* what) {
  line.differs = theirs.size() != ours.size_bytes();
  if (line.differs) {
    line.output = fmt::format("{} bytes instead of {}", theirs.size(), ours.size_bytes());
    return;
  }
  std::size_t different = 0;
  for (std::size_t i = 0; i < ours.size(); ++i)
    different += std::memcmp(&ours[i], theirs.data() + i * sizeof(Item), sizeof(Item)) != 0;
  line.differs = different > 0;
  line.output = different ? fmt::format("{} of {} {} differ", different, ours.size(), what) : "identical";
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

void compare(BenchLine& line, std::span<const std::uint8_t> ours, std::span<const std::uint8_t> theirs) {
  compareItems(line, ours, theirs, "bytes");
}

void compare(BenchLine& line, std::span<const float> ours, std::span<const std::uint8_t> theirs) {
  compareItems(line, ours, theirs, "numbers");
}

}  // namespace uada::cli

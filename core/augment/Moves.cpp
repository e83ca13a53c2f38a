#include "core/augment/Moves.h"

#include <fmt/core.h>

#include <cmath>
#include <vector>

#include "core/base/Text.h"

namespace uada {
namespace {

constexpr const char* kMinus = "−";

/// "−3.6°"
std::string numberText(double value, const char* unit) {
  return fmt::format("{}{:g}{}", value < 0 ? kMinus : "", std::abs(value), unit);
}

std::string changeText(const Moved& moved) {
  const double change = (moved.after - moved.before) / double(moved.perOne);
  if (moved.way == Moved::Way::more)
    return fmt::format("{} {}", moved.name, (change > 0 ? "+" : "") + numberText(change, moved.unit));
  const bool isAcross = moved.way == Moved::Way::right;
  const char* const arrow = change > 0 ? (isAcross ? "→" : "↓") : (isAcross ? "←" : "↑");
  return fmt::format("{} {} {}", moved.name, arrow, numberText(std::abs(change), moved.unit));
}

template <class TextOf>
std::string listed(std::span<const Moved> all, const TextOf& textOf) {
  std::vector<std::string> texts;
  for (const Moved& moved : all)
    if (moved.before != moved.after) texts.push_back(textOf(moved));
  return texts.empty() ? "unchanged" : joined(texts, ", ");
}

}  // namespace

std::string moveText(std::span<const Moved> all) {
  return listed(all, [](const Moved& moved) {
    const auto text = [&](int value) { return numberText(value / double(moved.perOne), moved.unit); };
    return fmt::format("{} {} → {}", moved.name, text(moved.before), text(moved.after));
  });
}

std::string briefMoveText(std::span<const Moved> all) { return listed(all, changeText); }

}  // namespace uada

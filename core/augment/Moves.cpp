#include "core/augment/Moves.h"

#include <fmt/core.h>

#include <cmath>

#include "core/augment/PartKind.h"
#include "core/base/Text.h"

namespace uada {
namespace {

constexpr const char* kMinus = "−";

/// "−3.6°"
std::string numberText(double value, const char* unit) {
  return fmt::format("{}{:g}{}", value < 0 ? kMinus : "", std::abs(value), unit);
}

std::string changeText(const Moved& moved) {
  const auto& [name, perOne, unit, way] = moved.coordinate;
  const double change = (moved.after - moved.before) / double(perOne);
  if (way == Coordinate::Way::more)
    return fmt::format("{} {}", name, (change > 0 ? "+" : "") + numberText(change, unit));
  const bool isAcross = way == Coordinate::Way::right;
  const char* const arrow = change > 0 ? (isAcross ? "→" : "↓") : (isAcross ? "←" : "↑");
  return fmt::format("{} {} {}", name, arrow, numberText(std::abs(change), unit));
}

template <class TextOf>
std::string listed(std::span<const Moved> all, const TextOf& textOf) {
  std::vector<std::string> texts;
  for (const Moved& moved : all)
    if (moved.before != moved.after) texts.push_back(textOf(moved));
  return texts.empty() ? "unchanged" : joined(texts, ", ");
}

}  // namespace

std::vector<Moved> movedBetween(const Part& before, const Part& after) {
  const PartKind& kind = kindOf(before);
  std::vector<Moved> all;
  for (std::size_t k = 0; k < kind.words.size(); ++k)
    if (!kind.counts || kind.counts(before, static_cast<int>(k)))
      all.push_back({kind.words[k], before.at[k], after.at[k]});
  return all;
}

std::string moveText(std::span<const Moved> all) {
  return listed(all, [](const Moved& moved) {
    const auto& [name, perOne, unit, way] = moved.coordinate;
    const auto text = [&](int value) { return numberText(value / double(perOne), unit); };
    return fmt::format("{} {} → {}", name, text(moved.before), text(moved.after));
  });
}

std::string briefMoveText(std::span<const Moved> all) { return listed(all, changeText); }

}  // namespace uada

#include "core/engine/DecisionText.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "core/augment/PartKind.h"
#include "core/augment/Space.h"
#include "core/augment/Stages.h"
#include "core/base/Text.h"
#include "core/data/Dataset.h"
#include "core/ops/Op.h"

namespace uada {
namespace {

constexpr const char* kArrow = " → ";

std::string numberText(int number) { return (number < 0 ? "−" : "") + std::to_string(std::abs(number)); }

/// "7", "(4, −1)"
std::string numbersText(const std::vector<int>& numbers) {
  std::vector<std::string> texts;
  for (const int number : numbers) texts.push_back(numberText(number));
  return texts.size() == 1 ? texts[0] : '(' + joined(texts, ", ") + ')';
}

/// In the words of the group's part; none: the part has none, or is not there.
std::vector<Moved> movedBy(const Decision& decision, const GroupDecision& group) {
  for (const Part& part : decision.plan.parts()) {
    const PartKind& kind = kindOf(part);
    if (kind.group != group.group || kind.words.empty()) continue;
    if (group.before.size() != kind.words.size() || group.after.size() != kind.words.size()) return {};
    Part before = part, after = part;
    std::ranges::copy(group.before, before.at.begin());
    std::ranges::copy(group.after, after.at.begin());
    return movedBetween(before, after);
  }
  return {};
}

std::string toggleText(const GroupDecision& group) {
  const auto word = [](int on) { return std::string(on ? "on" : "off"); };
  if (group.before == group.after) return word(group.before[0]) + ", unchanged";
  return word(group.before[0]) + kArrow + word(group.after[0]);
}

/// Whichever name its group has, an op of the chain is the one at a position.
std::string stepMoveText(const Decision& decision, const GroupDecision& group) {
  const auto chain = decision.plan.chain();
  const bool isKnown = group.position < std::ssize(chain);
  const std::string move = numbersText(group.before) + kArrow + numbersText(group.after);
  if (!isKnown) return move;
  const Op& op = ops()[chain[group.position].op];
  return wordOf(op) + (op.hasValue ? ' ' + move : " has no level");
}

}  // namespace

std::string sampleText(const Decision& decision, std::span<const std::string> classNames) {
  if (decision.label < 0) return fmt::format("image {}", decision.index);
  return className(classNames, decision.label);
}

std::string chainText(const Plan& plan) {
  std::vector<std::string> texts;
  for (const Part& step : plan.chain()) {
    if (!step.fired) continue;
    const Op& op = ops()[step.op];
    std::string& text = texts.emplace_back(wordOf(op));
    if (!op.hasValue) continue;
    const bool isMinus = step.sign < 0 && step.at[0] > 0 && signCounts(op, plan.grid);
    text += fmt::format(" {}{}", isMinus ? "−" : "", std::clamp(step.at[0], 0, plan.topLevel()));
  }
  return joined(texts, " + ");
}

std::string moveText(const Decision& decision, const GroupDecision& group) {
  if (group.before.empty() || group.after.empty()) return {};
  if (toggles(group.group)) return toggleText(group);
  if (group.position >= 0) return stepMoveText(decision, group);
  if (group.inert) return "not applied";
  if (const std::vector<Moved> moved = movedBy(decision, group); !moved.empty()) return moveText(moved);
  return numbersText(group.before) + kArrow + numbersText(group.after);
}

std::string briefMoveText(const Decision& decision, const GroupDecision& group) {
  const std::vector<Moved> moved = movedBy(decision, group);
  if (!moved.empty() && !group.inert) return briefMoveText(moved);
  if (!moved.empty() || group.before.size() < 3 || group.before.size() != group.after.size())
    return moveText(decision, group);
  std::vector<std::string> moves;
  for (std::size_t i = 0; i < group.before.size(); ++i) {
    const int move = group.after[i] - group.before[i];
    moves.push_back((move > 0 ? "+" : "") + numberText(move));
  }
  return joined(moves, " ");  // no brackets: four of them fit under a small picture
}

}  // namespace uada

#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/augment/found/FoundSpace.h"
#include "tests/core/AugmentTools.h"

/// For tests of what policies draw.
namespace uada::test {

constexpr int kDraws = 40000;

/// Place of an op in a list of names; -1: not in it.
inline int placeIn(const std::vector<std::string>& names, const Part& step) {
  const auto found = std::ranges::find(names, ops()[step.op].name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

inline std::vector<int> histogram(const std::map<int, int>& counts, int kinds) {
  std::vector<int> all(static_cast<std::size_t>(kinds));
  for (const auto& [value, count] : counts) all.at(static_cast<std::size_t>(value)) = count;
  return all;
}

inline FoundSpace spaceOf(const char* json, int epochs = 1) {
  return {foundPolicyFromJson(parseJson(json, "test"), "test"),
          FrameSettings{},
          {squareInput(kSide, kPad), epochs}};
}

}  // namespace uada::test

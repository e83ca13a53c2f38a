#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <vector>

/// Whether counts could be chance.
namespace uada::test {

/// Upper 0.1 % point of the chi-square distribution (Wilson and Hilferty's approximation, z = 3.0902).
inline double chiSquareLimit(int freedom) {
  const double a = 2.0 / (9.0 * freedom);
  return freedom * std::pow(1 - a + 3.0902 * std::sqrt(a), 3);
}

/// Whether counts of `kinds` equally likely values, from `first` on, could be chance. No value may lie
/// outside.
inline bool isUniform(const std::map<int, int>& counts, int first, int kinds) {
  double total = 0, chiSquare = 0;
  for (const auto& [value, count] : counts) {
    if (value < first || value >= first + kinds) return false;
    total += count;
  }
  const double expected = total / kinds;
  for (int value = first; value < first + kinds; ++value) {
    const auto found = counts.find(value);
    const double count = found == counts.end() ? 0 : found->second;
    chiSquare += (count - expected) * (count - expected) / expected;
  }
  return chiSquare < chiSquareLimit(kinds - 1);
}

/// Whether counts of the values 0, 1 ... could be chance, given their probabilities. A value of probability 0
/// may not occur.
inline bool follows(const std::vector<int>& counts, const std::vector<double>& probabilities) {
  double total = 0, chiSquare = 0;
  int kinds = 0;
  for (const int count : counts) total += count;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = total * probabilities.at(i);
    if (expected == 0 && counts[i] != 0) return false;
    if (expected == 0) continue;
    chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
    ++kinds;
  }
  return counts.size() == probabilities.size() && (kinds < 2 || chiSquare < chiSquareLimit(kinds - 1));
}

}  // namespace uada::test

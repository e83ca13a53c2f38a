#include "core/store/Pruning.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace uada::store {

bool isJudged(const Runtime& runtime, int epoch) {
  return runtime.pruning == "median" && epoch >= runtime.pruningAfter;
}

std::string whyPruned(const Metric& metric, int epoch, double value, std::vector<double> others) {
  constexpr std::size_t kLeast = 2;
  if (others.size() < kLeast) return {};
  // The best first; what is no number is worse than any, and must not be compared by sort's own rule.
  std::ranges::sort(
      others, [&](double a, double b) { return !std::isnan(a) && (std::isnan(b) || metric.isBetter(a, b)); });
  const std::size_t half = others.size() / 2;
  const double median = others.size() % 2 == 1 ? others[half] : (others[half - 1] + others[half]) / 2;
  if (std::isnan(median) || (!std::isnan(value) && !metric.isBetter(median, value))) return {};
  return fmt::format(
      "pruned after epoch {}: {} is {}, worse than {}, the median of {} other runs of the experiment", epoch,
      metric.title, metric.text(value), metric.text(median), others.size());
}

}  // namespace uada::store

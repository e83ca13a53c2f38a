#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace uada {

/// A metric of a task, by its name there: "top1".
struct MetricValue {
  std::string name;
  double value = 0;
  friend bool operator==(const MetricValue&, const MetricValue&) = default;
};
using Metrics = std::vector<MetricValue>;

/// NaN: it has none of that name.
double metricOf(const Metrics& metrics, std::string_view name);

}  // namespace uada

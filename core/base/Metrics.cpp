#include "core/base/Metrics.h"

#include <algorithm>
#include <limits>

namespace uada {

double metricOf(const Metrics& metrics, std::string_view name) {
  const auto found = std::ranges::find(metrics, name, &MetricValue::name);
  return found == metrics.end() ? std::numeric_limits<double>::quiet_NaN() : found->value;
}

}  // namespace uada

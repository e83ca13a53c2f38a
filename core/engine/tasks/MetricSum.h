#pragma once

#include <string>

namespace uada {

/// A metric of trained batches that is a mean, in parts that add up exactly.
struct MetricSum {
  std::string name;
  double sum = 0, weight = 0;
  double mean() const { return sum / weight; }
};

}  // namespace uada

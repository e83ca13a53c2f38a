#include <algorithm>
#include <cmath>
#include <limits>

#include "widgets/plot/Plot.h"

namespace uada {

std::vector<double> smoothed(const std::vector<double>& y, double weight) {
  std::vector<double> out(y.size(), std::numeric_limits<double>::quiet_NaN());
  double sum = 0, mass = 0;  // mass: what of the weights lies in the data, not before it
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (std::isnan(y[i])) continue;
    sum = weight * sum + (1 - weight) * y[i];
    mass = weight * mass + (1 - weight);
    out[i] = sum / mass;
  }
  return out;
}

void envelope(const std::vector<double>& x, const std::vector<double>& y, double x0, double x1, int columns,
              std::vector<double>& outX, std::vector<double>& outY) {
  outX.clear();
  outY.clear();
  const auto at = [&](std::size_t i) {
    outX.push_back(x[i]);
    outY.push_back(y[i]);
  };
  std::size_t begin = std::lower_bound(x.begin(), x.end(), x0) - x.begin();
  std::size_t end = std::upper_bound(x.begin(), x.end(), x1) - x.begin();
  if (begin > 0) --begin;  // the neighbours outside, so that lines run to the border
  if (end < x.size()) ++end;
  if (columns < 1 || end - begin <= 2 * static_cast<std::size_t>(columns) + 2) {
    for (std::size_t i = begin; i < end; ++i) at(i);
    return;
  }
  const double width = (x1 - x0) / columns;
  const auto column = [&](std::size_t i) {
    return std::clamp(static_cast<int>(std::floor((x[i] - x0) / width)), -1, columns);
  };
  for (std::size_t i = begin; i < end;) {
    const int here = column(i);
    std::size_t low = i, high = i;
    bool gap = std::isnan(y[i]);
    for (; i < end && column(i) == here; ++i) {
      gap = gap || std::isnan(y[i]);
      if (std::isnan(y[i])) continue;
      if (std::isnan(y[low]) || y[i] < y[low]) low = i;
      if (std::isnan(y[high]) || y[i] > y[high]) high = i;
    }
    if (low == high) {
      at(low);
    } else {
      at(std::min(low, high));
      at(std::max(low, high));
    }
    if (gap && !std::isnan(y[low]) && i < end && std::isnan(y[i])) at(i);
  }
}

}  // namespace uada

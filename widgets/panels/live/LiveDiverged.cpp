#include "widgets/panels/live/LiveDiverged.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace uada {
namespace {

/// Infinite: it ends in what is no number. NaN: it has no value.
double lastOf(const Curve& curve) {
  if (curve.y.empty()) return std::nan("");
  return std::isfinite(curve.y.back()) ? curve.y.back() : std::numeric_limits<double>::infinity();
}

/// Of the finite values; -infinite: there is none.
double highestOf(const std::vector<double>& values) {
  double highest = -std::numeric_limits<double>::infinity();
  for (const double value : values)
    if (std::isfinite(value)) highest = std::max(highest, value);
  return highest;
}

}  // namespace

bool mayDiverge(const std::string& scalar) {
  return scalar == "loss" || scalar.ends_with("/loss") || scalar == "gradient_norm";
}

DivergedCut divergedCut(const Figure& figure) {
  std::vector<double> lasts;
  for (const Curve& curve : figure.curves)
    if (const double last = lastOf(curve); !std::isnan(last)) lasts.push_back(last);
  if (lasts.size() < 2) return {};
  std::ranges::nth_element(lasts, lasts.begin() + (std::ssize(lasts) - 1) / 2);  // of two the lower
  const double most = kDivergedTimes * lasts[(lasts.size() - 1) / 2];
  double highest = -std::numeric_limits<double>::infinity();
  for (const Curve& curve : figure.curves)
    if (lastOf(curve) <= most) highest = std::max(highest, highestOf(curve.y));
  if (!std::isfinite(highest) || !std::isfinite(most)) return {};
  DivergedCut cut{0, highest + 0.05 * std::abs(highest)};
  for (const Curve& curve : figure.curves) cut.curves += lastOf(curve) > most && highestOf(curve.y) > cut.end;
  return cut;
}

}  // namespace uada

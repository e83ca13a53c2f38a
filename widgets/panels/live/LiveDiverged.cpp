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

/// Of the finite values.
struct Span {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void take(const std::vector<double>& values) {
    for (const double value : values)
      if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  }
  bool isEmpty() const { return low > high; }
};

Span spanOf(const Curve& curve) {
  Span span;
  span.take(curve.y);
  return span;
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
  Span others;
  for (const Curve& curve : figure.curves)
    if (lastOf(curve) <= most) others.take(curve.y);
  if (others.isEmpty() || !std::isfinite(most)) return {};
  const double pad = 0.05 * (others.high > others.low ? others.high - others.low : std::abs(others.high));
  DivergedCut cut{0, others.low - pad, others.high + pad};
  for (const Curve& curve : figure.curves) cut.curves += lastOf(curve) > most && spanOf(curve).high > cut.end;
  return cut;
}

}  // namespace uada

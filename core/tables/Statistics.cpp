#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "core/tables/Table.h"

namespace uada {
namespace {

struct Moments {
  double mean = 0, variance = 0, n = 0;  ///< variance: of the sample, with n - 1
};

Moments moments(const std::vector<double>& values) {
  Moments m{.n = static_cast<double>(values.size())};
  // About the first value: so equal ones have no spread, where the rounding of their sum would leave some.
  for (const double v : values) m.mean += v - values.front();
  m.mean = values.front() + m.mean / m.n;
  for (const double v : values) m.variance += (v - m.mean) * (v - m.mean) / (m.n - 1);
  return m;
}

/// Half of the 95 % interval.
double halfWidth(double freedom, double error) {
  const boost::math::students_t t(freedom);
  return boost::math::quantile(boost::math::complement(t, 0.025)) * error;
}

}  // namespace

std::optional<double> Cell::mean() const {
  if (values.empty()) return std::nullopt;
  return moments(values).mean;
}

std::optional<double> Cell::spread() const {
  if (values.size() < 2) return std::nullopt;
  return std::sqrt(moments(values).variance);
}

std::optional<Difference> difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return std::nullopt;
  const Moments x = moments(a), y = moments(b);
  Difference result{.mean = x.mean - y.mean, .interval = {}, .p = {}, .why = {}};
  if (!std::isfinite(result.mean)) return std::nullopt;
  const double ofX = x.variance / x.n, ofY = y.variance / y.n, sum = ofX + ofY;
  if (a.size() < 2 || b.size() < 2)
    result.why = kOneSeed;
  else if (sum == 0)
    result.why = kNoSpread;
  if (!result.why.empty()) return result;
  if (!std::isfinite(sum)) return std::nullopt;
  // Welch-Satterthwaite, by shares, whose squares neither vanish nor overflow together.
  const double share = ofX / sum;
  const double freedom = 1 / (share * share / (x.n - 1) + (1 - share) * (1 - share) / (y.n - 1));
  const double error = std::sqrt(sum), half = halfWidth(freedom, error);
  result.interval = Interval{result.mean - half, result.mean + half};
  const boost::math::students_t t(freedom);
  result.p = 2 * boost::math::cdf(boost::math::complement(t, std::abs(result.mean) / error));
  return result;
}

std::optional<Interval> meanInterval(const std::vector<double>& values) {
  if (values.size() < 2) return std::nullopt;
  const Moments m = moments(values);
  if (!std::isfinite(m.variance) || m.variance == 0) return std::nullopt;
  const double half = halfWidth(m.n - 1, std::sqrt(m.variance / m.n));
  return Interval{m.mean - half, m.mean + half};
}

std::string whyNoInterval(const std::vector<double>& values) {
  if (meanInterval(values)) return {};
  if (values.size() < 2) return kOneSeed;
  return std::isfinite(moments(values).variance) ? kNoSpread : kNoNumber;
}

}  // namespace uada

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
  for (const double v : values) m.mean += v;
  m.mean /= m.n;
  for (const double v : values) m.variance += (v - m.mean) * (v - m.mean) / (m.n - 1);
  return m;
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
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const Moments x = moments(a), y = moments(b);
  const double mean = x.mean - y.mean;
  const double ofX = x.variance / x.n, ofY = y.variance / y.n;
  const double error = std::sqrt(ofX + ofY);
  // Without any spread there is no distribution to test against: the difference is what it is.
  if (error == 0) return Difference{mean, mean, mean, mean == 0 ? 1.0 : 0.0};
  // Welch-Satterthwaite.
  const double freedom = (ofX + ofY) * (ofX + ofY) / (ofX * ofX / (x.n - 1) + ofY * ofY / (y.n - 1));
  const boost::math::students_t t(freedom);
  const double half = boost::math::quantile(boost::math::complement(t, 0.025)) * error;
  const double p = 2 * boost::math::cdf(boost::math::complement(t, std::abs(mean) / error));
  return Difference{mean, mean - half, mean + half, p};
}

std::optional<Interval> meanInterval(const std::vector<double>& values) {
  if (values.size() < 2) return std::nullopt;
  const Moments m = moments(values);
  const boost::math::students_t t(m.n - 1);
  const double half = boost::math::quantile(boost::math::complement(t, 0.025)) * std::sqrt(m.variance / m.n);
  return Interval{m.mean - half, m.mean + half};
}

}  // namespace uada

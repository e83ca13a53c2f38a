#include "core/tables/Statistics.h"

#include <algorithm>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "core/tables/Table.h"

namespace uada {
namespace {

constexpr double kError = 0.05, kPower = 0.8;

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

double quantile(double freedom) {
  const boost::math::students_t t(freedom);
  return boost::math::quantile(boost::math::complement(t, kError / 2));
}

/// Interval and p of a mean with its standard error.
void test(Difference& result, double freedom, double error) {
  const double half = quantile(freedom) * error;
  result.interval = Interval{result.mean - half, result.mean + half};
  const boost::math::students_t t(freedom);
  result.p = 2 * boost::math::cdf(boost::math::complement(t, std::abs(result.mean) / error));
}

/// Places in ascending order of seed; none where a seed occurs twice, or not every value has one.
std::optional<std::vector<std::size_t>> bySeed(const SeededValues& side) {
  if (side.seeds.size() != side.values.size()) return std::nullopt;
  std::vector<std::size_t> order(side.seeds.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto seed = [&](std::size_t i) { return side.seeds[i]; };
  std::ranges::sort(order, {}, seed);
  if (std::ranges::adjacent_find(order, {}, seed) != order.end()) return std::nullopt;
  return order;
}

/// Of a minus b, a pair each; none: the seeds are not the same.
std::optional<std::vector<double>> pairDifferences(const SeededValues& a, const SeededValues& b) {
  if (a.values.size() != b.values.size()) return std::nullopt;
  const auto ofA = bySeed(a), ofB = bySeed(b);
  if (!ofA || !ofB) return std::nullopt;
  std::vector<double> differences;
  for (std::size_t i = 0; i < ofA->size(); ++i) {
    const std::size_t x = (*ofA)[i], y = (*ofB)[i];
    if (a.seeds[x] != b.seeds[y]) return std::nullopt;
    differences.push_back(a.values[x] - b.values[y]);
  }
  return differences;
}

}  // namespace

std::optional<double> Cell::mean() const {
  if (values.empty()) return std::nullopt;
  return isCount ? static_cast<double>(values.size()) : moments(values).mean;
}

std::optional<double> Cell::spread() const {
  if (values.size() < 2 || isCount) return std::nullopt;
  return std::sqrt(moments(values).variance);
}

std::optional<Difference> difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return std::nullopt;
  const Moments x = moments(a), y = moments(b);
  Difference result;
  result.mean = x.mean - y.mean;
  if (!std::isfinite(result.mean)) return std::nullopt;
  const double ofX = x.variance / x.n, ofY = y.variance / y.n, sum = ofX + ofY;
  if (a.size() < 2 || b.size() < 2)
    result.why = kOneSeed;
  else if (sum == 0)
    result.why = kNoSpread;
  if (!result.why.empty()) return result;
  if (!std::isfinite(sum)) return std::nullopt;
  result.variance = x.variance;
  result.otherVariance = y.variance;
  // Welch-Satterthwaite, by shares, whose squares neither vanish nor overflow together.
  const double share = ofX / sum;
  const double freedom = 1 / (share * share / (x.n - 1) + (1 - share) * (1 - share) / (y.n - 1));
  test(result, freedom, std::sqrt(sum));
  return result;
}

std::optional<Difference> difference(const SeededValues& a, const SeededValues& b) {
  if (a.values.size() < 2 || a.values.size() != b.values.size()) return difference(a.values, b.values);
  const auto pairs = pairDifferences(a, b);
  if (!pairs) return difference(a.values, b.values);
  // The means' difference, as without pairs: that of the pairs may be rounded otherwise.
  auto result = difference(a.values, b.values);
  if (!result) return std::nullopt;
  const Moments m = moments(*pairs);
  *result = {.mean = result->mean, .interval = {}, .p = {}, .why = {}, .isPaired = true};
  const double error = std::sqrt(m.variance / m.n);
  // Pairs that differ by the same but for rounding have no spread.
  if (error <= 1e-12 * std::max(std::abs(moments(a.values).mean), std::abs(moments(b.values).mean))) {
    result->why = kNoSpread;
    return result;
  }
  result->variance = m.variance;
  test(*result, m.n - 1, error);
  return result;
}

std::optional<Interval> meanInterval(const std::vector<double>& values) {
  if (values.size() < 2) return std::nullopt;
  const Moments m = moments(values);
  if (!std::isfinite(m.variance) || m.variance == 0) return std::nullopt;
  const double half = quantile(m.n - 1) * std::sqrt(m.variance / m.n);
  return Interval{m.mean - half, m.mean + half};
}

std::string whyNoInterval(const std::vector<double>& values) {
  if (meanInterval(values)) return {};
  if (values.size() < 2) return kOneSeed;
  return std::isfinite(moments(values).variance) ? kNoSpread : kNoNumber;
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p[i]; });
  std::vector<double> adjusted(p.size());
  double least = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    least = std::max(least, std::min(1.0, static_cast<double>(order.size() - k) * p[order[k]]));
    adjusted[order[k]] = least;
  }
  return adjusted;
}

double powerOf(const Difference& difference, int seeds) {
  using namespace boost::math::policies;
  // Where the sum's tail cannot be reached its value up to there is given, not an exception.
  using Lenient = policy<evaluation_error<ignore_error>, underflow_error<ignore_error>>;
  const double n = seeds, v = difference.variance + difference.otherVariance;
  const double share = difference.variance / v;
  const double freedom = (n - 1) / (share * share + (1 - share) * (1 - share));
  const double noncentrality = std::abs(difference.mean) / std::sqrt(v / n);
  const double limit = quantile(freedom);
  if (noncentrality == 0) return kError;
  if (noncentrality > 50 + 10 * limit) return 1;  // no chance that a double could tell from it
  const boost::math::non_central_t_distribution<double, Lenient> t(freedom, noncentrality);
  return std::min(1.0, boost::math::cdf(boost::math::complement(t, limit)) + boost::math::cdf(t, -limit));
}

std::optional<int> seedsFor(const Difference& difference) {
  if (!difference.interval || difference.mean == 0) return std::nullopt;
  int enough = 2;
  while (powerOf(difference, enough) < kPower) {
    if (enough == kMostSeeds) return std::nullopt;
    enough = std::min(2 * enough, kMostSeeds);
  }
  int low = enough / 2;  // too few, or 1
  while (low + 1 < enough) {
    const int middle = (low + enough) / 2;
    (powerOf(difference, middle) < kPower ? low : enough) = middle;
  }
  return enough;
}

}  // namespace uada

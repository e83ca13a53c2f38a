#include "widgets/plot/SeedCurve.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/tables/Statistics.h"

namespace uada {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Walks along a seed's values; the places asked for ascend.
class Walker {
 public:
  explicit Walker(const SeedValues& seed) : seed_(seed) {}
  /// NaN: it has none there.
  double at(double x) {
    const auto& xs = seed_.x;
    while (next_ < xs.size() && xs[next_] < x) ++next_;
    if (next_ == xs.size()) return kNone;
    if (xs[next_] == x) return seed_.y[next_];
    if (next_ == 0) return kNone;
    const double share = (x - xs[next_ - 1]) / (xs[next_] - xs[next_ - 1]);
    return seed_.y[next_ - 1] + share * (seed_.y[next_] - seed_.y[next_ - 1]);
  }

 private:
  const SeedValues& seed_;
  std::size_t next_ = 0;  ///< the first value that does not lie before the place
};

std::vector<double> placesOf(const std::vector<SeedValues>& seeds, std::size_t most) {
  std::vector<double> places;
  for (const SeedValues& seed : seeds) places.insert(places.end(), seed.x.begin(), seed.x.end());
  std::ranges::sort(places);
  places.erase(std::unique(places.begin(), places.end()), places.end());
  if (places.size() <= most) return places;
  const double first = places.front(), last = places.back();
  places.resize(most);
  for (std::size_t i = 0; i < most; ++i)
    places[i] = first + (last - first) * static_cast<double>(i) / static_cast<double>(most - 1);
  places.back() = last;
  return places;
}

/// Half of the 95 % interval of the mean of n values, in their standard deviations.
double intervalWidth(int n) {
  std::vector<double> values(static_cast<std::size_t>(n), 0.0);
  values[0] = 1;  // mean 1/n, deviation 1/sqrt(n)
  const auto interval = meanInterval(values);
  return interval ? (interval->high - interval->low) / 2 * std::sqrt(static_cast<double>(n)) : kNone;
}

}  // namespace

SeedMoment momentOf(const std::vector<double>& values) {
  double sum = 0, squares = 0;
  int count = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    sum += value;
    ++count;
  }
  if (count == 0) return {kNone, kNone, 0};
  const double mean = sum / count;
  for (const double value : values)
    if (std::isfinite(value)) squares += (value - mean) * (value - mean);
  return {mean, count > 1 ? std::sqrt(squares / (count - 1)) : kNone, count};
}

SeedValues differenceOf(const SeedValues& first, const SeedValues& second) {
  SeedValues difference;
  if (second.x.empty()) return difference;
  Walker walker(second);
  for (std::size_t i = 0; i < first.x.size(); ++i) {
    const double x = first.x[i];
    if (x < second.x.front() || x > second.x.back()) continue;
    difference.x.push_back(x);
    difference.y.push_back(first.y[i] - walker.at(x));
  }
  return difference;
}

SeedCurve overPairs(const std::vector<std::pair<SeedValues, SeedValues>>& pairs, std::size_t most) {
  std::vector<SeedValues> differences;
  for (const auto& [first, second] : pairs) differences.push_back(differenceOf(first, second));
  SeedCurve curve = overSeeds(differences, most);
  std::map<int, double> widths;  // of an interval in deviations, by the number of pairs
  std::size_t band = 0;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    const int n = curve.count[i];
    if (band == curve.bandX.size() || curve.bandX[band] != curve.x[i]) continue;
    if (n < 2) {  // a gap in the band
      ++band;
      continue;
    }
    const auto [width, isNew] = widths.try_emplace(n, 0);
    if (isNew) width->second = intervalWidth(n);
    const double deviation = curve.bandHigh[band] - curve.mean[i];
    curve.bandLow[band] = curve.mean[i] - width->second * deviation;
    curve.bandHigh[band] = curve.mean[i] + width->second * deviation;
    ++band;
  }
  return curve;
}

SeedCurve overSeeds(const std::vector<SeedValues>& seeds, std::size_t most) {
  std::vector<Walker> walkers(seeds.begin(), seeds.end());
  SeedCurve curve;
  std::vector<double> values(seeds.size());
  for (const double x : placesOf(seeds, most)) {
    for (std::size_t i = 0; i < seeds.size(); ++i) values[i] = walkers[i].at(x);
    const SeedMoment moment = momentOf(values);
    curve.x.push_back(x);
    curve.mean.push_back(moment.mean);
    curve.count.push_back(moment.count);
    const bool isInBand = !curve.bandX.empty() && !std::isnan(curve.bandHigh.back());
    if (moment.count < 2 && !isInBand) continue;
    curve.bandX.push_back(x);
    curve.bandLow.push_back(moment.mean - moment.deviation);
    curve.bandHigh.push_back(moment.mean + moment.deviation);
  }
  if (!curve.bandX.empty() && std::isnan(curve.bandHigh.back())) {  // a gap that nothing follows
    curve.bandX.pop_back();
    curve.bandLow.pop_back();
    curve.bandHigh.pop_back();
  }
  return curve;
}

}  // namespace uada

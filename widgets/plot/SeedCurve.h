#pragma once

#include <utility>
#include <vector>

namespace uada {

/// Values of one seed at ascending places. NaN: there is none.
struct SeedValues {
  std::vector<double> x, y;
};

/// Several seeds as one curve: at each place the mean over the seeds that have a value there, and the sample
/// standard deviation around it. A seed has values from its first place to its last; between two of them it
/// lies on the line. Seeds that end earlier no longer count from there on: `count` says how many do.
struct SeedCurve {
  std::vector<double> x, mean;
  std::vector<int> count;                        ///< seeds at each place, 1 or more
  std::vector<double> bandX, bandLow, bandHigh;  ///< mean -/+ deviation, where two seeds or more are
};

/// Places: those of all seeds together, or, if these are more than kMostPlaces, as many evenly spread ones.
SeedCurve overSeeds(const std::vector<SeedValues>& seeds);
constexpr std::size_t kMostPlaces = 2048;

/// Of pairs the differences, first minus second, at the places of the first where the second has values from
/// before to after; over the pairs their mean, and as a band its 95 % interval (Student's t) where there are
/// two or more.
SeedCurve overPairs(const std::vector<std::pair<SeedValues, SeedValues>>& pairs);

/// Mean and sample standard deviation of the seeds that have a value at x.
struct SeedMoment {
  double mean = 0, deviation = 0;  ///< NaN: there is none; deviation: below two seeds
  int count = 0;
};
SeedMoment momentOf(const std::vector<double>& values);

}  // namespace uada

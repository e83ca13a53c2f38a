#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace uada {

/// Values of one seed at ascending places. NaN: there is none.
struct SeedValues {
  std::vector<double> x, y;
};

/// Several seeds as one curve: at each place the mean over the seeds that have a finite value there, and the
/// sample standard deviation around it. A seed has values from its first place to its last; between two of
/// them it lies on the line, and beside a value that is no finite number it has none. Seeds that end earlier
/// no longer count from there on: `count` says how many do.
struct SeedCurve {
  std::vector<double> x, mean;
  std::vector<int> count;  ///< seeds at each place; 0: none, and the mean is NaN
  /// Mean -/+ deviation, where two seeds or more are; NaN for a gap between such places.
  std::vector<double> bandX, bandLow, bandHigh;
};

constexpr std::size_t kMostPlaces = 2048;  ///< that a screen can show
constexpr std::size_t kEveryPlace = SIZE_MAX;
/// Places: those of all seeds together, or, if these are more than `most`, as many evenly spread ones.
SeedCurve overSeeds(const std::vector<SeedValues>& seeds, std::size_t most = kMostPlaces);

/// First minus second, at the places of the first that lie between the first and the last of the second.
SeedValues differenceOf(const SeedValues& first, const SeedValues& second);
/// Over such differences of pairs their mean, and as a band its 95 % interval (Student's t) where there are
/// two or more.
SeedCurve overPairs(const std::vector<std::pair<SeedValues, SeedValues>>& pairs,
                    std::size_t most = kMostPlaces);

/// Mean and sample standard deviation of the seeds that have a value at x.
struct SeedMoment {
  double mean = 0, deviation = 0;  ///< NaN: there is none; deviation: below two seeds
  int count = 0;
};
SeedMoment momentOf(const std::vector<double>& values);

}  // namespace uada

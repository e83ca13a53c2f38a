#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace uada {

struct Interval {
  double low = 0, high = 0;
};

/// Why there is no interval.
constexpr const char *kOneSeed = "one seed", *kNoSpread = "no spread", *kNoNumber = "a value is no number",
                     *kMixed = "its runs, or those that it is compared with, differ in more than the seed";

/// Mean of a minus mean of b; with its 95 % interval and two-sided p (Student's t) where both have two values
/// and there is some spread.
struct Difference {
  double mean = 0;
  std::optional<Interval> interval;
  std::optional<double> p;
  std::string why;        ///< there is neither; empty: there are both
  bool isPaired = false;  ///< by seed; else Welch's
  /// Of a sample each, with n - 1; paired: of the pairs' differences, and 0.
  double variance = 0, otherVariance = 0;
};

/// Welch's: the two are independent, and may differ in variance. None where one side has no value, or one
/// that is no finite number.
std::optional<Difference> difference(const std::vector<double>& a, const std::vector<double>& b);

/// Values, each with the seed of its run.
struct SeededValues {
  const std::vector<double>& values;
  const std::vector<std::int64_t>& seeds;
};
/// Paired by seed where both sides have the same seeds, each once: a seed gives the same initial weights and
/// the same order of samples, so its two runs are no independent ones. Else, also where only some seeds are
/// the same, Welch's over all values.
std::optional<Difference> difference(const SeededValues& a, const SeededValues& b);

/// 95 % interval of the mean of values (Student's t); none for n < 2, or without spread.
std::optional<Interval> meanInterval(const std::vector<double>& values);
/// In words; empty: there is one.
std::string whyNoInterval(const std::vector<double>& values);

/// Adjusted by Holm's step-down method, in the order given: the k-th smallest of m is multiplied by
/// m - k + 1, then by none less than the one before it, and 1 at most. A family's smallest below 0.05 is
/// below it by chance in at most 5 % of families without any difference.
std::vector<double> holm(const std::vector<double>& p);

/// Chance that a two-sided t test at 0.05 with n seeds on each side finds the difference, if that and the
/// variances are the true ones and values are normal: with
///   v = variance + otherVariance,  f = (n - 1) v^2 / (variance^2 + otherVariance^2),  d = |mean| / sqrt(v /
///   n)
/// it is P(|T| > t(0.975; f)) for T of the noncentral t distribution with f degrees of freedom and
/// noncentrality d. n: at least 2; the difference must have an interval.
double powerOf(const Difference& difference, int seeds);

constexpr int kMostSeeds = 10000;
/// The smallest number of seeds on each side with which powerOf() is at least 0.8. None: the difference has
/// no interval, or is 0, or kMostSeeds do not suffice.
std::optional<int> seedsFor(const Difference& difference);

}  // namespace uada

#pragma once

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/store/Records.h"

namespace uada {

/// Equal for runs that may be compared: the same recipe, whatever its name, on the same images.
std::string recipeAndData(const RunSummary& run);

/// What a run cost relative to the mean of the reference's runs of the same recipe on the same images.
struct CostRatios {
  std::optional<double>
      time;  ///< training seconds; against reference runs on the same host, device and threads only
  std::optional<double> forwards, chains;
};

/// Of methods trained with one recipe on the same images, that which the others are compared with: ra-uc;
/// where it has not been trained, plain, if that was trained with one policy and settings alone. "": neither.
/// plainConfigs  how many configurations of plain there are
std::string referenceAmong(bool hasRaUc, std::size_t plainConfigs);

/// The costs of the reference's runs, by recipe and images, and for time by machine: what the costs of other
/// runs are divided by.
class CostReference {
 public:
  /// Counts a run that may be the reference's; others are passed over.
  void add(const RunSummary& run);
  /// The reference's name, as referenceAmong() has it.
  std::string nameFor(const RunSummary& run) const;
  /// Whether there is anything to divide by.
  bool fits(const RunSummary& run) const;
  /// Of whole runs: all have the same number of steps.
  CostRatios ratios(const RunSummary& run) const;
  /// Training seconds a step relative to those of the reference on the same host, device and threads: also of
  /// runs that are not finished.
  std::optional<double> timePerStep(const RunSummary& run) const;
  /// How many runs timePerStep() compares with.
  int timedRuns(const RunSummary& run) const;

 private:
  struct Sum {
    double seconds = 0, forwards = 0, chains = 0, steps = 0, runs = 0;
  };
  struct Machine {
    std::string recipeAndData, host, device;
    int threads = 0;
    friend auto operator<=>(const Machine&, const Machine&) = default;
  };
  struct Sums {
    Sum raUc;
    std::map<std::string, Sum> plain;  ///< by configuration
  };
  static Machine machineOf(const RunSummary& run);
  /// The part of `sums` that is of the run's reference; null: none.
  template <class Key>
  const Sum* ofReference(const std::map<Key, Sums>& sums, const Key& key, const RunSummary& run) const;

  std::map<std::string, Sums> all_;
  std::map<Machine, Sums> timed_;
};

/// Of the runs of a project those that tables count: the newest finished one of each configuration, images
/// and seed.
CostReference costReference(const std::vector<RunSummary>& runs);

}  // namespace uada

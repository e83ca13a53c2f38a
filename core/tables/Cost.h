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

/// What a run cost relative to the mean of the ra-uc runs of the same recipe on the same images.
struct CostRatios {
  std::optional<double>
      time;  ///< training seconds; against ra-uc runs on the same host, device and threads only
  std::optional<double> forwards, chains;
};

/// The costs of runs of ra-uc, by recipe and images, and for time by machine: what the costs of other runs
/// are divided by.
class CostReference {
 public:
  /// Counts a run of ra-uc; others are passed over.
  void add(const RunSummary& run);
  /// Whether there is anything to divide by.
  bool fits(const RunSummary& run) const;
  /// Of whole runs: all have the same number of steps.
  CostRatios ratios(const RunSummary& run) const;
  /// Training seconds a step relative to those of ra-uc on the same host, device and threads: also of runs
  /// that are not finished.
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
  static Machine machineOf(const RunSummary& run);

  std::map<std::string, Sum> all_;
  std::map<Machine, Sum> timed_;
};

/// Of the runs of a project those that tables count: the newest finished one of each configuration, images
/// and seed.
CostReference costReference(const std::vector<RunSummary>& runs);

}  // namespace uada

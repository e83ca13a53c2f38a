#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/RunConfig.h"
#include "core/tables/Estimate.h"
#include "widgets/session/StepTiming.h"

namespace uada {

/// "1, 2, 5-7" -> 1 2 5 6 7. Throws UsageError saying what is wrong; at most 1,000.
std::vector<std::int64_t> seedsFromText(const std::string& text);
std::string seedsText(const std::vector<std::int64_t>& seeds);

/// A method of an experiment, and what its step costs.
struct MethodCost {
  std::string label;          ///< "uada", "uada, epsilon 2": told apart from the experiment's other methods
  double relativeToRaUc = 1;  ///< forward-equivalents of a step over those of plain training
};

/// What a list of runs will take, by the published sizes of their data sets.
struct PlanCost {
  std::size_t runs = 0;
  /// Of all. 0: not known before the data are read, nor what follows from it; so for own folders.
  std::int64_t steps = 0;
  std::vector<MethodCost> methods;                       ///< each once, in the order of the runs
  std::int64_t leastParameters = 0, mostParameters = 0;  ///< of a run
  double forwardEquivalents = 0;                         ///< of all
  double bytes = 0;                 ///< on disk, about: newest checkpoints, pictures, rows
  std::optional<double> seconds;    ///< of all, where every run was timed or a measured rate fits it
  std::string measuredOn;           ///< "r18w16-fmnist-uada-s1 on cpu"
  std::vector<std::string> groups;  ///< what the runs are but for their seeds, told apart: "uada, ε=2"
  /// Seconds of a step, where they were timed, in the order of the groups.
  std::vector<std::pair<std::string, double>> stepTimes;
};
/// times  go before rates
PlanCost planCost(const std::vector<RunConfig>& runs, const std::vector<MeasuredRate>& rates,
                  const StepTimes& times = {});

}  // namespace uada

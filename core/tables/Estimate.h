#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/config/RunConfig.h"
#include "core/store/Project.h"

namespace uada {

/// How fast a finished run was: what predictions are made from.
struct MeasuredRate {
  std::string title;  ///< of the run
  std::string dataset;
  Choice model;
  int batch = 0;
  std::string device, host;
  double secondsPerEquivalent = 0;  ///< one forward-equivalent of one batch
  std::string method;
};
/// Of the finished runs, newest first; at most `limit` are read.
std::vector<MeasuredRate> measuredRates(const ProjectReader& project, std::size_t limit = 50);
/// Those of runs on this machine.
std::vector<MeasuredRate> ratesOfThisMachine(const ProjectReader& project);
/// The newest one of the same data set and model, on the device that the configuration names (batches of
/// another size count in proportion), of the same method where there is one: methods differ in what else they
/// do. None: null.
const MeasuredRate* fittingRate(const std::vector<MeasuredRate>& rates, const RunConfig& config);
/// What a run with that many forward-equivalents takes at the rate, seconds.
double secondsAt(const MeasuredRate& rate, const RunConfig& config, double forwardEquivalents);

}  // namespace uada

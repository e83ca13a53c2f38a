#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/cli/Console.h"
#include "core/base/Plural.h"
#include "core/store/Project.h"

namespace uada::cli {

/// Numbers for people; "-" for what is not there.
/// A value of the run's main metric: 0.9523 -> "95.23 %".
std::string metricText(const RunSummary& run, std::optional<double> value);
std::string lossText(std::optional<double> loss);  ///< four significant digits
std::string epochText(const RunSummary& run);      ///< "12/300"
/// "120/3,000"; planned  0: not known, "120/?"
std::string stepText(std::int64_t step, std::int64_t planned);
/// An ISO 8601 time in UTC as the local date and minute: "2026-11-22 15:03".
std::string localTime(const std::string& utc);
/// A line beside the answer for each run of which something was damaged and left out.
std::vector<std::string> noteRemarks(const ProjectReader& project, const Console& console);

}  // namespace uada::cli

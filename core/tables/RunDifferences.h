#pragma once

#include <string>
#include <vector>

#include "core/config/RunConfig.h"

namespace uada {

/// The settings in which configurations differ, each by its path: "model.depth", "seed", "runtime.threads".
struct RunDifferences {
  std::vector<std::string> keys;                 ///< in the order in which they are written
  std::vector<std::vector<std::string>> values;  ///< of each key, one for each configuration; "": it has none
};
RunDifferences differencesOf(const std::vector<RunConfig>& configs);
/// Columns parted by tabs, with a head: what a spreadsheet takes.
/// names  of the runs
std::string tabbedText(const RunDifferences& differences, const std::vector<std::string>& names);

}  // namespace uada

#pragma once

#include <string>
#include <vector>

#include "core/tables/Table.h"

namespace uada {

/// Of each group whether it is better in the last epoch than every other one of its recipe and images, by the
/// rule of the tables: p < 0.05 against each, by Holm over these; one seed, or no spread, is never better.
std::vector<bool> bestGroups(const std::vector<RunGroup>& groups);

/// A group for each run of the groups, in their order: without differences and costs, which are of groups.
std::vector<RunGroup> runsAsGroups(const std::vector<RunGroup>& groups);

/// A setting of the groups that are compared.
struct ComparedSetting {
  std::string key, title;           ///< "training.batch", "Batch"
  std::vector<std::string> values;  ///< one a group
};
/// In that order of the groups, with a column for each setting.
std::string writeComparison(const std::vector<RunGroup>& groups, const std::vector<ComparedSetting>& settings,
                            TableFormat format);

}  // namespace uada

#pragma once

#include <cstdint>
#include <vector>

#include "core/store/Project.h"
#include "core/tables/Table.h"

namespace uada {

/// The finished runs of a project, oldest first; of those with equal configuration, data and seed only the
/// newest, since a repeat of a seed is no further sample.
/// keys  only these runs; empty: all
std::vector<FinishedRun> finishedRuns(const ProjectReader& project,
                                      const std::vector<std::int64_t>& keys = {});
/// Equal for runs that repeat one another: the same configuration, images and seed.
std::string repeatKey(const RunSummary& run);
/// The same choice among runs at hand.
std::vector<FinishedRun> onePerSeed(std::vector<FinishedRun> runs);

/// The same recipe, whatever its name, on the same images; in the order in which their first runs were made.
std::vector<std::vector<FinishedRun>> groupedByRecipe(std::vector<FinishedRun> runs);

Table makeTable2(std::vector<FinishedRun> runs);
Table makeTable3(std::vector<FinishedRun> runs);
Table makeTable5(std::vector<FinishedRun> runs);
Table makeTable6(std::vector<FinishedRun> runs);
Table makeTable7(std::vector<FinishedRun> runs);
std::vector<RunGroup> groupRuns(const std::vector<FinishedRun>& runs);

}  // namespace uada

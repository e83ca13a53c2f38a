#pragma once

#include <cstdint>
#include <vector>

#include "core/store/Project.h"
#include "core/tables/Table.h"

namespace uada {

/// The finished runs of a project, oldest first; of those with equal configuration, data and seed only the
/// newest, since a repeat of a seed is no further sample.
/// keys     only these runs; empty: all but those that were forked from a checkpoint or edited
/// leftOut  how many these are; null: nobody asks
std::vector<FinishedRun> finishedRuns(const ProjectReader& project,
                                      const std::vector<std::int64_t>& keys = {},
                                      std::size_t* leftOut = nullptr);
/// What tables say of these, in a line after the rule; "": there are none.
std::string leftOutText(std::size_t leftOut);
/// Equal for runs that repeat one another: the same configuration, images and seed.
std::string repeatKey(const RunSummary& run);
/// The same choice among runs at hand.
std::vector<FinishedRun> onePerSeed(std::vector<FinishedRun> runs);

/// The same recipe, whatever its name, on the same images; in the order in which their first runs were made.
std::vector<std::vector<FinishedRun>> groupedByRecipe(std::vector<FinishedRun> runs);

/// The main metric alone, which the summary has.
std::optional<double> bestMain(const RunSummary& run, const std::string& metric);
/// metricOf  gives what is not the main metric: top-5, the accuracies of Table 8
#define TABLE(name) \
  Table name(std::vector<FinishedRun> runs, const MetricOf& metricOf = bestMain, Epoch epoch = Epoch::best);
TABLE(makeTable1)
TABLE(makeTable2)
TABLE(makeTable3)
TABLE(makeTable4)
TABLE(makeTable5)
TABLE(makeTable6)
TABLE(makeTable7)
TABLE(makeTable8)
TABLE(makeTable9)
#undef TABLE
std::vector<RunGroup> groupRuns(const std::vector<FinishedRun>& runs);

}  // namespace uada

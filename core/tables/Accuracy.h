#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/Paper.h"
#include "core/tables/FinishedRun.h"
#include "core/tables/Table.h"

namespace uada {

/// Any metric of the test after the run's best epoch, as the project has it, which must outlive it.
MetricOf recordedMetric(const ProjectReader& project);

/// A table of test accuracies in percent, and how its cells are made.
struct AccuracyTable {
  int number = 0;
  const char *title, *metric;
  const char* details;  ///< what is special to it
};
/// The paper's rows and columns, then what else was measured.
Table makeAccuracyTable(const AccuracyTable& about, std::vector<FinishedRun> runs, const MetricOf& metricOf,
                        Epoch epoch);

/// Whether the table has columns for runs on this one's data set.
bool hasColumn(const PaperTable& paper, const FinishedRun& run);

/// How differences, p and the best of a column come about, for `details`.
std::string statisticsText(const Table& table);

}  // namespace uada

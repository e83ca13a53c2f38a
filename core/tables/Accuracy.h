#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/tables/FinishedRun.h"
#include "core/tables/Paper.h"
#include "core/tables/Table.h"

namespace uada {

/// A metric of the test after a run's best epoch, 0..1; none: there is no number.
using MetricOf = std::function<std::optional<double>(const RunSummary& run, const std::string& metric)>;
/// The main metric alone, which the summary has.
std::optional<double> bestMain(const RunSummary& run, const std::string& metric);

/// A table of test accuracies in percent: the paper's rows and columns, then what else was measured.
/// head  number, name, title, rule, metric and unit
Table makeAccuracyTable(Table head, const PaperTable& paper, std::vector<FinishedRun> runs,
                        const MetricOf& metricOf = bestMain);

/// Any metric of the test after the run's best epoch, as the project has it, which must outlive it.
MetricOf recordedMetric(const ProjectReader& project);

/// Whether the table has columns for runs on this one's data set.
bool hasColumn(const PaperTable& paper, const FinishedRun& run);

Table makeTable1(std::vector<FinishedRun> runs);
/// metricOf  gives top-5, too
Table makeTable4(std::vector<FinishedRun> runs, const MetricOf& metricOf);
/// metricOf  gives the accuracies, too
Table makeTable8(std::vector<FinishedRun> runs, const MetricOf& metricOf);
Table makeTable9(std::vector<FinishedRun> runs);

/// What `rule` of these tables begins with.
std::string accuracyRule(const std::string& rest);

}  // namespace uada

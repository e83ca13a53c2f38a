#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/tables/Cost.h"
#include "core/tables/OwnTable.h"

namespace uada {

/// Throws UsageError naming those that there are.
const OwnValue& valueNamed(const std::string& name);
/// Whether it is of the epoch that is chosen.
bool followsEpoch(const OwnValue& value);

/// What a run says of a value.
struct Measured {
  bool isThere = false;
  std::optional<double> value;  ///< as shown; none: it has diverged
};
Measured measuredOf(const OwnValue& value, const RunSummary& run, const CostReference& reference,
                    const MetricOf& metricOf, Epoch epoch);

/// Of a named metric the catalogue's form; of the main one that of these runs' task, if it is one.
ColumnForm formOf(const OwnValue& value, const std::vector<FinishedRun>& runs);
/// "Top-1 (%)"
std::string headOf(const ColumnForm& form);

}  // namespace uada

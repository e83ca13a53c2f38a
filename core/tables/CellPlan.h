#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/tables/Estimate.h"
#include "core/tables/Table.h"

namespace uada {

/// What would have to be trained for a cell.
struct CellPlan {
  std::vector<RunConfig> runs;  ///< one for each further seed; empty: `why` says why there are none
  std::string why;              ///< "no catalogue has this method: ..."; empty: it can be trained here
  /// Forward-equivalents of all runs, 0: not known before the data are read; and their time by a finished run
  /// of the same data set and network.
  double forwardEquivalents = 0;
  std::optional<double> seconds;
  std::string measuredOn;  ///< "r18w16-fmnist-uada-s1 on cpu": the run whose rate that is
};

/// How many more seeds a cell asks for: as many as separate its difference to the reference with 80 % power,
/// at most kMostAsked; where that is not known, or enough are there, three in all, or one more.
int askedSeeds(const Cell& cell);
constexpr int kMostAsked = 20;

/// The next `seeds` of a cell: first those that the reference row has in its column and the cell has not, so
/// that they are pairs; then the smallest numbers that it has not.
std::vector<std::int64_t> nextSeeds(const Table& table, std::size_t row, std::size_t column, int seeds);

/// What fills a cell, of any seed; none: nothing that the catalogues have, or of an own table no
/// configuration alone.
std::optional<RunConfig> plannedConfig(const Table& table, std::size_t row, std::size_t column);

/// Of a column of the paper its recipe, of another one that of its runs; of a row of the paper the first of
/// its methods. Looks for the data set's folder. rates  of the project
CellPlan cellPlan(const Table& table, std::size_t row, std::size_t column, int seeds,
                  const std::vector<MeasuredRate>& rates);

}  // namespace uada

#pragma once

#include <string>
#include <vector>

#include "app/cli/BenchLines.h"

namespace uada::cli {

/// A measured number for people: four digits are more than a repeat agrees on; 0: not measured, empty.
std::string valueText(double value);

/// Half of the distance between the quartiles, in percent of the median; high 0: not measured, empty.
std::string spreadText(double median, double low, double high);

/// The lines op.NAME.SIDE as a table for people: a row for each operation, its sizes beside each other. Empty
/// if there are none.
std::string opsTable(const std::vector<BenchLine>& lines);

/// Whether the line is one of that table.
bool isOfOp(const BenchLine& line);

}  // namespace uada::cli

#pragma once

#include <string>

#include "app/cli/Console.h"
#include "core/base/Json.h"
#include "core/tables/Table.h"

namespace uada::cli {

/// {"mean", "low", "high", "p", "paired"}, and "no_interval" where there is none.
Json differenceJson(const Difference& difference);
/// An object of kind comparison.
void writeGroup(const RunGroup& group, const Console& console);

/// The form in which a table is to be written. Throws UsageError: none of the known ones, not that of the
/// ending of `out`, a workbook without a file, or a file of the project.
/// out  empty: standard output
TableFormat tableOutput(const std::string& out, const std::string& format, const std::string& project);
/// Writes the file and says so, or prints.
void writeTable(const std::string& text, const std::string& out, const std::string& title,
                const Console& console);

}  // namespace uada::cli

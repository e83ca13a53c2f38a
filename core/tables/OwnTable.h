#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Json.h"
#include "core/tables/RunColumns.h"
#include "core/tables/Table.h"

namespace uada {

/// A table that a person makes of the project's finished runs: rows, columns and values are chosen. A cell is
/// the mean over the runs that agree in the row's and the column's keys; where these differ in more than the
/// seed it says so (Cell::mixture).
struct OwnTable {
  std::string name = {};                      ///< in the project: see checkTableName()
  std::string where = {};                     ///< a query of RunQuery; empty: all finished runs
  std::vector<std::string> rows = {};         ///< keys of ownKeys(); none: one row
  std::vector<std::string> columns = {};      ///< likewise
  std::vector<std::string> values{"metric"};  ///< names of ownValues(), each a column of its own
  /// The row that the others are compared with, by its name in the table; empty: none. One that has no run
  /// (yet, or any more) compares nothing, and the table says so.
  std::string reference = {};

  friend bool operator==(const OwnTable&, const OwnTable&) = default;
};

/// What a cell can be of.
struct OwnValue {
  enum class Kind { result, cost, time, count };  ///< time: depends on the machine, too
  std::string name;                               ///< "metric", "top5", "seconds", "forward_ratio", "runs"
  std::string title;                              ///< for heads: "Top-5"
  std::string help;                               ///< one sentence
  Kind kind = Kind::result;
};
/// Main metric, costs, the number of runs, then the test metrics of all tasks.
const std::vector<OwnValue>& ownValues();

/// What rows and columns can be made of: "variant" (the method with those of its settings that differ) and
/// "recipe", then the columns of a list of runs that are no measured numbers, settings among them.
struct OwnKey {
  std::string name, title, help;
  bool isSetting = false;
  bool differs = false;  ///< between the runs
};
std::vector<OwnKey> ownKeys(const std::vector<FinishedRun>& runs);

/// Strictly: throws Error naming `place` and the key.
OwnTable ownTableFromJson(const std::string& name, const Json& json, std::string_view place);
Json toJson(const OwnTable& table);
/// Of a project, by name; one that is damaged is left out.
std::vector<OwnTable> ownTables(const ProjectReader& project);
/// Throws Error if it is damaged, UsageError naming those that there are if there is none of that name.
OwnTable findOwnTable(const ProjectReader& project, const std::string& name);
/// With its view, by the project's runs.
StoredTable stored(const OwnTable& table, const ProjectReader& project);

/// Throws UsageError unless it is one line of 1 to 80 bytes without blanks at its ends, and no number alone:
/// those are the paper's tables.
void checkTableName(std::string_view name);

/// Throws UsageError naming the rows that there are unless `made`, from the definition, has the reference
/// that this asks for; a table without any rows may still get it.
void checkReference(const OwnTable& table, const Table& made);

/// runs  finished ones, oldest first; of those with equal configuration, images and seed the newest counts
/// reference  what costs are divided by: of all runs of the project
/// Throws UsageError for an unknown key or value, one that is named twice, and a fault in the query.
Table makeOwnTable(const OwnTable& table, std::vector<FinishedRun> runs, const CostReference& reference,
                   const MetricOf& metricOf, Epoch epoch);
Table makeOwnTable(const OwnTable& table, const ProjectReader& project, Epoch epoch);

}  // namespace uada

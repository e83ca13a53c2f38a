#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/Project.h"
#include "core/tables/Statistics.h"

namespace uada {

/// Measured values of one cell: one run (seed) each, finished runs only.
struct Cell {
  std::vector<double> values;      ///< percent, or a ratio
  std::vector<std::int64_t> runs;  ///< their runs
  std::optional<double> paper;     ///< the published value
  /// Runs that finished with numbers that are none: told, and left out of the values.
  std::vector<std::int64_t> diverged = {};
  bool isMeasured() const { return !values.empty() || !diverged.empty(); }
  std::optional<double> mean() const;
  std::optional<double> spread() const;  ///< sample standard deviation; none for n < 2
};

/// A table as it is shown and written: rows x columns of cells, in the paper's order first, then whatever
/// else was measured.
struct Table {
  int number = 0;                 ///< of the paper; 0: own
  std::string name, title, rule;  ///< rule: how cells are made, under the table
  std::string metric, unit;       ///< "top-1", "%"
  std::vector<std::string> rows, columns;
  std::vector<std::vector<Cell>> cells;   ///< [row][column]
  std::vector<std::string> methods = {};  ///< of each row, by catalogue name; empty: literature alone
};

/// A catalogue entry of `tables.def`.
struct TableEntry {
  std::string name;  ///< "table2"
  std::string title;
  int number = 0;
  Table (*make)(const ProjectReader& project);
};
const std::vector<TableEntry>& tables();
const TableEntry& findTable(int number);

/// Finished runs grouped by all but the seed: same configuration, same images.
struct RunGroup {
  std::string dataset;  ///< "Fashion-MNIST, 6,000 images"
  std::string model;    ///< "r18w16"
  std::string method;   ///< catalogue name: "uada"
  std::string configHash, dataHash;
  std::string label;  ///< "UADA", with settings only where groups differ in them; no two read alike
  std::vector<RunSummary> runs;
  std::shared_ptr<const RunConfig> config;  ///< of one of them; never null
  Metric metric;                            ///< the main one of the task
  std::vector<double> last, best;  ///< of it as shown (top-1 in percent), a seed each that did not diverge
  std::size_t diverged = 0;        ///< seeds that finished with numbers that are none
  double seconds = 0, forwardEquivalents = 0, chains = 0;  ///< mean a run
  /// What it is compared with: ra-uc, or plain (see referenceAmong()); empty: there is neither.
  std::string reference;
  std::optional<double> timeRatio, forwardRatio, chainRatio;  ///< to the reference with the same recipe
  std::optional<Difference> toReference;  ///< of the last epoch's metric, as shown (percentage points)
};
/// By recipe, then in the order of the methods' catalogue. runs: only these, of them the finished ones;
/// empty: all. Of runs with equal configuration, images and seed only the newest counts.
std::vector<RunGroup> compareRuns(const ProjectReader& project, const std::vector<std::int64_t>& runs = {});

enum class TableFormat { text, csv, markdown, latex };
TableFormat tableFormatFromName(std::string_view name);  ///< text or txt, csv, md, tex
/// The endings of files that a table can be written to, the usual one first.
const std::vector<std::string>& tableForms();
struct TableOptions {
  bool paper = true, measured = true;
};
/// Complete text of a file in that format. latex: a document that compiles, its part for pasting marked.
std::string write(const Table& table, TableFormat format, const TableOptions& options = {});
std::string writeComparison(const std::vector<RunGroup>& groups, TableFormat format);

}  // namespace uada

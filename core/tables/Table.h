#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/Project.h"
#include "core/tables/Statistics.h"

namespace uada {

/// After which epoch a test counts: the run's best one, which selects on the test set as the paper does, or
/// the last; of a table both, side by side.
enum class Epoch { best, last, both };
Epoch epochFromName(std::string_view name);  ///< best, last, both. Throws UsageError
const char* epochName(Epoch epoch);

/// A cell beside that of the reference row in the same column.
struct Comparison {
  Difference difference;
  std::optional<double> adjusted;  ///< its p by Holm over the whole table
};

/// That a cell has runs which differ in more than the seed.
struct Mixture {
  std::size_t configurations = 1;  ///< of settings and images
  std::size_t machines = 1;        ///< of times: of host, device and threads
  std::vector<std::pair<std::string, std::vector<std::string>>> differing = {};  ///< keys with their values
};
/// "mixes 2 configurations (training.epochs)".
std::string mixtureText(const Mixture& mixture);
/// "mixes 2 configurations, which differ in training.epochs (5, 10)".
std::string mixtureDetails(const Mixture& mixture);

/// Measured values of one cell: one run (seed) each, finished runs only.
struct Cell {
  std::vector<double> values;      ///< percent, or a ratio
  std::vector<std::int64_t> runs;  ///< their runs
  std::optional<double> paper;     ///< the published value
  /// Runs that finished with numbers that are none: told, and left out of the values.
  std::vector<std::int64_t> diverged = {};
  std::vector<std::int64_t> seeds = {}, divergedSeeds = {};  ///< of the runs
  std::vector<std::string> keys = {}, divergedKeys = {};     ///< of the runs
  std::shared_ptr<const Comparison> comparison = {};         ///< null: of the reference, or not measured
  bool isBest = false;                                       ///< of its column, beyond the noise
  bool isCount = false;                          ///< the number of its runs is what it says; each value is 1
  std::shared_ptr<const Mixture> mixture = {};   ///< null: its runs differ in nothing but the seed
  std::shared_ptr<const RunConfig> config = {};  ///< of its runs, where a table does not say it otherwise
  bool isMeasured() const { return !values.empty() || !diverged.empty(); }
  std::optional<double> mean() const;    ///< or the number of runs
  std::optional<double> spread() const;  ///< sample standard deviation; none for n < 2, and of a count
};

/// Which of two numbers is the better one; neither: they are counts.
enum class Better { higher, lower, neither };

/// What the cells of a column measure, where it is not the same in all of them.
struct ColumnForm {
  std::string metric, unit;  ///< as those of a table
  int digits = 2;            ///< of measured numbers, behind the point
  Better better = Better::higher;
  bool followsEpoch = true;  ///< whether the epoch that is chosen makes a difference
};

/// A table as it is shown and written: rows x columns of cells, in the paper's order first, then whatever
/// else was measured.
struct Table {
  int number = 0;                 ///< of the paper; 0: own
  std::string name, title, rule;  ///< rule: how to read a cell, two lines under the table
  std::string metric, unit;       ///< "top-1", "%"
  std::vector<std::string> rows, columns;
  std::vector<std::vector<Cell>> cells;   ///< [row][column]
  std::vector<std::string> methods = {};  ///< of each row, by catalogue name; empty: literature alone
  std::string details = {};               ///< how cells are made, in full
  std::optional<Epoch> epoch = {};        ///< whose test the values are of; none: of whole runs
  int reference = -1;                     ///< the row that the others are compared with; -1: none
  std::vector<std::string> sources =
      {};                        ///< of each row, where the paper cites its values from; empty: it does not
  std::vector<int> digits = {};  ///< of each column, of the published values; empty: 2
  /// What is measured in each column and row; none: nothing that a catalogue has. See cellPlan().
  std::vector<std::shared_ptr<const Recipe>> recipes = {};
  std::vector<std::optional<Choice>> choices = {};
  std::vector<ColumnForm> forms = {};  ///< of each column; empty: `metric` and `unit` are of all of them
  std::string rowsTitle = "Method";    ///< what the rows are
  /// Of a column in a table of both epochs: which one it is of (none: of whole runs), and what it is called
  /// in the table of that one alone.
  struct Side {
    std::optional<Epoch> epoch;
    std::string name;
  };
  std::vector<Side> sides = {};  ///< of each column; empty: all are of `epoch`

  bool isOwn() const { return number == 0; }
  const std::string& source(std::size_t row) const;
  const std::string& metricOf(std::size_t column) const {
    return column < forms.size() ? forms[column].metric : metric;
  }
  const std::string& unitOf(std::size_t column) const {
    return column < forms.size() ? forms[column].unit : unit;
  }
  int measuredDigits(std::size_t column) const { return column < forms.size() ? forms[column].digits : 2; }
  /// Costs are better if they are lower.
  Better betterOf(std::size_t column) const {
    if (column < forms.size()) return forms[column].better;
    return unit == "×" ? Better::lower : Better::higher;
  }
  std::optional<Epoch> epochOf(std::size_t column) const {
    return column < sides.size() ? sides[column].epoch : epoch;
  }
  const std::string& nameAlone(std::size_t column) const {
    return column < sides.size() ? sides[column].name : columns[column];
  }
  int digitsOf(std::size_t column) const { return column < digits.size() ? digits[column] : 2; }
};
/// The columns with something measured before the others, each in the table's order: for the eye. CSV keeps
/// the paper's order.
std::vector<std::size_t> measuredFirst(const Table& table);
/// The table with its columns in that order.
Table ordered(const Table& table, const std::vector<std::size_t>& columns);
/// Compares each measured cell with that of the reference row in its column, and marks the best of a column.
/// Best is the highest mean, or the lowest where that is better, if p < 0.05 against every other measured row
/// of the column, by Holm over these. Runs that differ in more than the seed are no sample of one thing: of a
/// cell that mixes such there is a difference, but neither interval nor p.
/// marksBest  false: no cell is best
void addComparisons(Table& table, bool marksBest);

/// A metric of the test after a run's best epoch, 0..1; none: there is no number.
using MetricOf = std::function<std::optional<double>(const RunSummary& run, const std::string& metric)>;

/// A catalogue entry of `tables.def`.
struct TableEntry {
  std::string name;  ///< "table2"
  std::string title;
  int number = 0;
  Table (*of)(std::vector<FinishedRun> runs, const MetricOf& metricOf, Epoch epoch);

  Table make(const ProjectReader& project, Epoch epoch = Epoch::best) const;
  Table published() const;  ///< nothing measured: needs no project
};
const std::vector<TableEntry>& tables();
const TableEntry& findTable(int number);
/// The same for "2". Null: it is no number, but the name of an own table.
const TableEntry* numberedTable(std::string_view which);
/// which  "2", or the name of an own table of the project (OwnTable.h). Throws UsageError naming those that
///        there are
Table makeTable(const ProjectReader& project, const std::string& which, Epoch epoch = Epoch::best);

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
  std::vector<std::int64_t> lastSeeds = {};                ///< those of `last`
  std::size_t diverged = 0;                                ///< seeds that finished with numbers that are none
  double seconds = 0, forwardEquivalents = 0, chains = 0;  ///< mean a run
  /// What it is compared with: ra-uc, or plain (see referenceAmong()); empty: there is neither.
  std::string reference;
  std::optional<double> timeRatio, forwardRatio, chainRatio;  ///< to the reference with the same recipe
  std::optional<Difference> toReference;  ///< of the last epoch's metric, as shown (percentage points)
};
/// By recipe, then in the order of the methods' catalogue. runs: only these, of them the finished ones;
/// empty: all. Of runs with equal configuration, images and seed only the newest counts.
std::vector<RunGroup> compareRuns(const ProjectReader& project, const std::vector<std::int64_t>& runs = {});

enum class TableFormat { text, csv, markdown, latex, xlsx };
TableFormat tableFormatFromName(std::string_view name);  ///< text or txt, csv, md, tex, xlsx
/// The endings of files that a table can be written to, the usual one first.
const std::vector<std::string>& tableForms();
struct TableOptions {
  bool paper = true, measured = true;
  bool explains = false;  ///< whether the details stand under the rule
};
/// Complete content of a file in that format. latex: a document that compiles, its part for pasting marked,
/// with the runs of each cell as comments (TableCheck.h). xlsx: a workbook of Excel with all numbers of each
/// cell and run. Throws Error if that cannot be written.
std::string write(const Table& table, TableFormat format, const TableOptions& options = {});
/// A line for each cell, with everything that is known of it: mean, deviation, n, the paper's value,
/// differences with interval and p, seeds that are still needed, runs.
std::string writeCells(const Table& table, TableFormat format, const TableOptions& options = {});
std::string writeComparison(const std::vector<RunGroup>& groups, TableFormat format);

/// "+0.62 [+0.10, +1.14], p 0.031"; "+0.62, no interval: one seed".
std::string differenceText(const Difference& difference, int digits = 2);
/// "3 more seeds of each" that would separate the difference with 80 % power, "enough seeds", or why that
/// cannot be said.
std::string adviceText(const Difference& difference, std::size_t seeds);

}  // namespace uada

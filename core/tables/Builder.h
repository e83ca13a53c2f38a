#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>

#include "core/tables/FinishedRun.h"
#include "core/tables/Paper.h"

namespace uada {

/// Fills a table run by run. A row is a method with its settings, a column whatever its index was made for;
/// both have names for people, which nothing is found by.
class TableBuilder {
 public:
  /// Begins with the paper's rows; their values stand in the first columns.
  /// columns  the first ones
  TableBuilder(Table table, const PaperTable& paper, const std::vector<std::string>& columns);
  /// A further column; returns its index.
  std::size_t addColumn(const std::string& name);
  /// Whether the run's method has a row already.
  bool hasRow(const FinishedRun& run) const;
  /// One measured value, in the paper's row for the run's method if that has default settings, else in a row
  /// of its own. Of runs with one seed in a cell the newest counts.
  /// value  none: the run has diverged
  void add(std::size_t column, const FinishedRun& run, std::optional<double> value);
  /// Names the rows that are not the paper's, no two alike.
  Table finish();

 private:
  struct Measured {
    std::int64_t run = 0;
    std::optional<double> value;
  };
  std::size_t row(const FinishedRun& run);
  std::size_t appendRow(const std::string& name, const std::string& method);

  const PaperTable& paper_;
  Table table_;
  std::vector<Choice> own_;                                    ///< methods of the rows after the paper's
  std::unordered_map<std::string, std::size_t> rows_;          ///< by method and settings
  std::unordered_map<std::string, std::size_t> rowsOfConfig_;  ///< the same, by the hash of a configuration
  std::map<std::tuple<std::size_t, std::size_t, std::int64_t>, Measured> seeds_;  ///< row, column, seed
};

}  // namespace uada

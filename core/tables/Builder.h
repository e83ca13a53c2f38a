#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>

#include "core/config/Paper.h"
#include "core/tables/FinishedRun.h"

namespace uada {

/// Fills a table run by run. A row is a method with its settings, a column whatever its index was made for;
/// both have names for people, which nothing is found by.
class TableBuilder {
 public:
  /// Begins with the paper's rows and columns.
  TableBuilder(Table table, const PaperTable& paper);
  /// A further column; returns its index.
  /// recipe  what it is of
  std::size_t addColumn(const std::string& name, std::shared_ptr<const Recipe> recipe, int digits = 2);
  /// So many columns will be added, about: cells are not moved while they are.
  void reserve(std::size_t columns);
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
    std::string key;
  };
  std::size_t row(const FinishedRun& run);
  std::size_t appendRow(const std::string& name, const std::optional<Choice>& method);

  const PaperTable& paper_;
  std::size_t expected_ = 0;  ///< columns
  Table table_;
  std::vector<Choice> own_;                                    ///< methods of the rows after the paper's
  std::unordered_map<std::string, std::size_t> rows_;          ///< by method and settings
  std::unordered_map<std::string, std::size_t> rowsOfConfig_;  ///< the same, by the hash of a configuration
  std::map<std::tuple<std::size_t, std::size_t, std::int64_t>, Measured> seeds_;  ///< row, column, seed
};

}  // namespace uada

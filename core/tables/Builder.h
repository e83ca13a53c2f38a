#pragma once

#include "core/tables/FinishedRun.h"
#include "core/tables/Paper.h"

namespace uada {

/// Fills a table cell by cell; rows and columns that are not there yet are added at the end.
class TableBuilder {
 public:
  explicit TableBuilder(Table table) : table_(std::move(table)) {}
  /// The index of the column of that name.
  std::size_t column(const std::string& name);
  /// The paper's rows with their values in the columns of the same order.
  void addPaper(const PaperTable& paper);
  /// One measured value: in the paper's row for its method if that has default settings, else in a row of its
  /// own.
  void add(const PaperTable& paper, std::size_t column, const FinishedRun& run, double value);
  Table finish() { return std::move(table_); }

 private:
  std::size_t row(const std::string& name);
  Table table_;
};

}  // namespace uada

#pragma once

#include <string>
#include <vector>

#include "core/tables/Table.h"

namespace uada {

/// A line for each measured cell: "uada " and a JSON object with table, epoch, row, column, mean, n, of an
/// own table the reference, the keys of its runs and of those that diverged, and the beginning of a SHA-256
/// of metric, runs and values. They make no difference to LaTeX as comments, and let it be told later which
/// cells are no longer what they were.
std::vector<std::string> provenance(const Table& table);

/// What became of a cell of an exported table.
struct CheckedCell {
  enum class State { same, changed, gone, added };
  State state = State::same;
  std::string row, column;
  std::string was, is;  ///< "96.95, n 2"; empty: not measured
};
struct CheckedTable {
  int number = 0;    ///< of the paper; 0: own
  std::string name;  ///< "table2", or that of an own one
  Epoch epoch = Epoch::best;
  /// Of an own table the row that differences are to; "": none. Of one that was written before tables had
  /// such: what it is now.
  std::string referenceWas = {}, referenceIs = {};
  std::vector<CheckedCell> cells;  ///< those of the file, then what is measured by now and is not in it
  std::size_t count(CheckedCell::State state) const;
  bool isSame() const;
  std::string title() const;  ///< "Table 2", "Table 'ablation'"
};
/// The tables whose comments stand in a text of LaTeX, compared with what the project has now. Comments that
/// are none of ours are passed over. Throws Error naming `file` and the line of a damaged comment, and if
/// there is no table.
std::vector<CheckedTable> checkTables(const std::string& latex, const std::string& file,
                                      const ProjectReader& project);
/// For people: a line for each cell that is not the same, and how many are.
std::string checkText(const std::vector<CheckedTable>& tables);

}  // namespace uada

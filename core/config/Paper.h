#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/RunConfig.h"

namespace uada {

/// A table of the paper as resources/paper/tables.json gives it.
struct PaperTable {
  struct Column {
    std::string name;
    std::string metric = "top1";  ///< of the best epoch's test
    /// As the authors' code trains; none: no catalogue entry can be measured for it yet.
    std::shared_ptr<const Recipe> recipe = {};
    int digits = 2;  ///< behind the point, as the paper prints it
  };
  struct Row {
    std::string name;
    /// Where its values were published first, if the paper cites them: "Lim et al., NeurIPS 2019"; empty:
    /// there.
    std::string source = {};
    /// Any of them is measured for it, the first one gives names to others of its kind; empty: literature
    /// alone, or no catalogue has the method yet.
    std::vector<Choice> methods = {};
    std::vector<std::optional<double>> values = {};  ///< of the columns; a row that the paper has not: none
  };
  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<std::string> datasets;  ///< other recipes have columns if they are of these; empty: all have
  bool isClosed = false;              ///< methods without a row are left out
  std::string reference;              ///< the row that the others are compared with
};

/// name  "table2"
const PaperTable& paperTable(const std::string& name);

/// The table of a task that says for its data set what the rows of Table 1 are; null: there is none.
/// metric  the main one of the task
const PaperTable* summarySource(const std::string& metric, const std::string& dataset);
/// What is measured for a row with a recipe, the first preferred: the row's methods, or of Table 1, whose
/// rows mean other settings for each data set, those of the row of that name in summarySource().
std::vector<Choice> methodsOf(const PaperTable& table, const PaperTable::Row& row, const Recipe& recipe,
                              const std::string& metric);

/// Whether runs of the recipe, on images as they were published, belong into the paper's column: same data
/// set in full, same network, same training.
bool isPaperRecipe(const Recipe& recipe, const Recipe& paper);
/// The row that runs of the method belong into; none: null.
const PaperTable::Row* rowOf(const PaperTable& table, const Choice& method);
/// The columns that runs of the recipe on the paper's images belong into, by name.
std::vector<std::string> columnsOf(const PaperTable& table, const Recipe& recipe);

}  // namespace uada

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/RunConfig.h"

namespace uada {

/// A table of the paper as resources/paper/tables.json gives it.
struct PaperTable {
  struct Column {
    std::string name;
    std::optional<Recipe> recipe;  ///< none: no catalogue entry can be measured for it yet
  };
  struct Row {
    std::string name;
    std::optional<Choice> method;  ///< that is measured for it; none: literature alone
    std::vector<std::optional<double>> values;
  };
  std::vector<Column> columns;
  std::vector<Row> rows;
};

/// name  "table2"
const PaperTable& paperTable(const std::string& name);

/// Whether runs of the recipe, on images as they were published, belong into the paper's column: same data
/// set in full, same network, same training.
bool isPaperRecipe(const Recipe& recipe, const Recipe& paper);

}  // namespace uada

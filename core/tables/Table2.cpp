#include "core/tables/Builder.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

constexpr char kRule[] =
    "Measured: mean ± sample standard deviation over n seeds of the best epoch's test accuracy, "
    "as the paper reports it (this selects on the test set; the comparison shows the last epoch's "
    "too). Finished runs only, the newest of each seed. In parentheses: the paper's value. RA is "
    "measured in UADA's own space (method ra-uc), the paper's ε = 0. The paper's columns take the "
    "authors' full data and training; every other recipe has a column of its own, which no "
    "published number belongs to.";

/// The column of each recipe: the paper's where it is the paper's recipe, else one of its own.
std::vector<std::string> columnNames(const PaperTable& paper,
                                     const std::vector<std::vector<FinishedRun>>& recipes) {
  std::vector<Recipe> measured, known;
  for (const auto& runs : recipes) measured.push_back(runs.front().config.recipe);
  for (const auto& column : paper.columns)
    if (column.recipe) known.push_back(*column.recipe);
  std::vector<std::string> names = recipeLabels(measured, known);
  for (std::size_t i = 0; i < measured.size(); ++i)
    for (const auto& column : paper.columns)
      if (column.recipe && isPaperRecipe(measured[i], *column.recipe)) names[i] = column.name;
  return names;
}

}  // namespace

Table makeTable2(const std::vector<FinishedRun>& runs) {
  const PaperTable& paper = paperTable("table2");
  TableBuilder builder({.number = 2,
                        .name = "table2",
                        .title = "Top-1 test accuracy (%) on CIFAR-10 and CIFAR-100",
                        .rule = kRule,
                        .metric = "top-1",
                        .unit = "%",
                        .rows = {},
                        .columns = {},
                        .cells = {}});
  for (const auto& column : paper.columns) builder.column(column.name);
  builder.addPaper(paper);
  const auto recipes = groupedByRecipe(onePerSeed(runs));
  const auto names = columnNames(paper, recipes);
  for (std::size_t i = 0; i < recipes.size(); ++i)
    for (const FinishedRun& run : recipes[i])
      if (run.summary.bestTop1)
        builder.add(paper, builder.column(names[i]), run, 100 * *run.summary.bestTop1);
  return builder.finish();
}

TableEntry table2() {
  return {"table2", "Top-1 accuracy on CIFAR", 2,
          [](const ProjectReader& project) { return makeTable2(finishedRuns(project)); }};
}

}  // namespace uada

#include <utility>

#include "core/tables/Builder.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

constexpr char kRule[] =
    "Measured: mean ± sample standard deviation over n seeds of the best epoch's test accuracy, as the paper "
    "reports it (this selects on the test set; the comparison shows the last epoch's too). Finished runs "
    "only, the newest of each seed. Marked paper, or in parentheses: the paper's value. RA is measured in "
    "UADA's own space (method ra-uc), the paper's ε = 0. The paper's columns take the authors' full data, as "
    "they were published, and training; every other recipe, and every other set of images, has a column of "
    "its own, which no published number belongs to.";

/// The paper's column that runs on these images belong into; none: they get one of their own.
std::optional<std::size_t> paperColumn(const PaperTable& paper, const MeasuredRecipe& measured) {
  if (!measured.isPublished.value_or(false)) return std::nullopt;
  for (std::size_t i = 0; i < paper.columns.size(); ++i)
    if (paper.columns[i].recipe && isPaperRecipe(*measured.recipe, *paper.columns[i].recipe)) return i;
  return std::nullopt;
}

std::vector<std::string> ownNames(const PaperTable& paper, const std::vector<MeasuredRecipe>& recipes) {
  std::vector<Recipe> known;
  for (const auto& column : paper.columns)
    if (column.recipe) known.push_back(*column.recipe);
  return recipeLabels(recipes, known);
}

}  // namespace

Table makeTable2(std::vector<FinishedRun> runs) {
  // Runs of other tasks have no top-1; that is no divergence.
  std::erase_if(runs, [](const FinishedRun& run) {
    return !run.summary.metric.empty() && run.summary.metric != "top1";
  });
  const PaperTable& paper = paperTable("table2");
  std::vector<std::string> columns;
  for (const auto& column : paper.columns) columns.push_back(column.name);
  TableBuilder builder({.number = 2,
                        .name = "table2",
                        .title = "Top-1 test accuracy (%) on CIFAR-10 and CIFAR-100",
                        .rule = kRule,
                        .metric = "top-1",
                        .unit = "%",
                        .rows = {},
                        .columns = {},
                        .cells = {}},
                       paper, columns);
  const auto groups = groupedByRecipe(onePerSeed(std::move(runs)));
  std::vector<MeasuredRecipe> recipes;
  for (const auto& group : groups) recipes.push_back(measuredRecipe(group));
  const auto names = ownNames(paper, recipes);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto ofPaper = paperColumn(paper, recipes[i]);
    const std::size_t column = ofPaper ? *ofPaper : builder.addColumn(names[i]);
    for (const FinishedRun& run : groups[i]) {
      const auto& best = run.summary.best;
      const bool counts = best && !run.summary.metric.empty() && !run.summary.hasDiverged;
      builder.add(column, run, counts ? std::optional(100 * *best) : std::nullopt);
    }
  }
  return builder.finish();
}

TableEntry table2() {
  return {"table2", "Top-1 accuracy on CIFAR", 2,
          [](const ProjectReader& project) { return makeTable2(finishedRuns(project)); }};
}

}  // namespace uada

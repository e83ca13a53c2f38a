#include <utility>

#include "core/tables/Accuracy.h"
#include "core/tables/Builder.h"
#include "core/tables/Cost.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

constexpr char kRule[] =
    "Mean ± sd over n seeds of a run's cost over the mean of ra-uc's, same recipe and images.\n"
    "(paper's value), † cited by it. Time: on the same host, device and threads. Nothing is marked.";
constexpr char kDetails[] =
    "Measured: mean ± sample standard deviation over n seeds, each run divided by the mean of the ra-uc runs "
    "of the same recipe on the same images. Time: training seconds without tests, only against runs on the "
    "same host, device and number of threads. Forwards: forwards + 2 × backwards. Chains: images rendered. "
    "Finished runs only, the newest of each seed. The first column is the paper's; its values for Adv. AA, "
    "LTDA and DivAug come from those methods' papers. ";

/// The three columns of each recipe that the reference was trained by, too.
void fill(TableBuilder& builder, const std::vector<std::vector<FinishedRun>>& groups,
          const std::vector<MeasuredRecipe>& recipes, const CostReference& reference) {
  const auto names = recipeLabels(recipes);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (!reference.fits(groups[i].front().summary)) continue;
    const auto& recipe = recipes[i].recipe;
    const std::size_t columns[] = {builder.addColumn("Time, " + names[i], recipe),
                                   builder.addColumn("Forwards, " + names[i], recipe),
                                   builder.addColumn("Chains, " + names[i], recipe)};
    for (const FinishedRun& run : groups[i]) {
      const CostRatios ratios = reference.ratios(run.summary);
      if (ratios.time) builder.add(columns[0], run, ratios.time);
      if (ratios.forwards) builder.add(columns[1], run, ratios.forwards);
      if (ratios.chains) builder.add(columns[2], run, ratios.chains);
    }
  }
}

}  // namespace

Table makeTable3(std::vector<FinishedRun> runs, const MetricOf&, Epoch) {
  Table head;
  head.number = 3;
  head.name = "table3";
  head.title = "Cost of training relative to RA";
  head.rule = kRule;
  head.details = kDetails;
  head.metric = "cost";
  head.unit = "×";
  TableBuilder builder(std::move(head), paperTable("table3"));
  const auto groups = groupedByRecipe(onePerSeed(std::move(runs)));
  std::vector<MeasuredRecipe> recipes;
  CostReference reference;
  for (const auto& group : groups) {
    recipes.push_back(measuredRecipe(group));
    for (const FinishedRun& run : group)
      if (run.summary.method == referenceMethod().name) reference.add(run.summary);
  }
  fill(builder, groups, recipes, reference);
  Table table = builder.finish();
  addComparisons(table, false);
  table.details += statisticsText(table);
  return table;
}

TableEntry table3() { return {"table3", "Cost of training relative to RA", 3, makeTable3}; }

}  // namespace uada

#include <utility>

#include "core/tables/Builder.h"
#include "core/tables/Cost.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

constexpr char kRule[] =
    "Measured: mean ± sample standard deviation over n seeds, each run divided by the mean of the ra-uc runs "
    "of the same recipe on the same images. Time: training seconds without tests, only against runs on the "
    "same host, device and number of threads. Forwards: forwards + 2 × backwards. Chains: images rendered. "
    "Finished runs only, the newest of each seed. The first column is the paper's; its values for Adv. AA, "
    "LTDA and DivAug come from those methods' papers.";

}  // namespace

Table makeTable3(std::vector<FinishedRun> runs) {
  const PaperTable& paper = paperTable("table3");
  TableBuilder builder({.number = 3,
                        .name = "table3",
                        .title = "Cost of training relative to RA",
                        .rule = kRule,
                        .metric = "cost",
                        .unit = "×",
                        .rows = {},
                        .columns = {},
                        .cells = {}},
                       paper, {"Time (paper)"});
  const auto groups = groupedByRecipe(onePerSeed(std::move(runs)));
  std::vector<MeasuredRecipe> recipes;
  CostReference reference;
  for (const auto& group : groups) {
    recipes.push_back(measuredRecipe(group));
    for (const FinishedRun& run : group)
      if (run.summary.method == referenceMethod().name) reference.add(run.summary);
  }
  const auto names = recipeLabels(recipes);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (!reference.fits(groups[i].front().summary)) continue;
    const std::size_t columns[] = {builder.addColumn("Time, " + names[i]),
                                   builder.addColumn("Forwards, " + names[i]),
                                   builder.addColumn("Chains, " + names[i])};
    for (const FinishedRun& run : groups[i]) {
      const CostRatios ratios = reference.ratios(run.summary);
      if (ratios.time) builder.add(columns[0], run, ratios.time);
      if (ratios.forwards) builder.add(columns[1], run, ratios.forwards);
      if (ratios.chains) builder.add(columns[2], run, ratios.chains);
    }
  }
  return builder.finish();
}

TableEntry table3() {
  return {"table3", "Cost of training relative to RA", 3,
          [](const ProjectReader& project) { return makeTable3(finishedRuns(project)); }};
}

}  // namespace uada

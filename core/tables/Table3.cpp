#include "core/tables/Builder.h"
#include "core/tables/Cost.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

constexpr char kRule[] =
    "Measured: mean ± sample standard deviation over n seeds, each run divided by the mean of the "
    "ra-uc runs of the same recipe. Time: training seconds without tests, only against runs on "
    "the same host, device and number of threads. Forwards: forwards + 2 × backwards. Chains: "
    "images rendered. Finished runs only, the newest of each seed. The first column is the "
    "paper's; its values for Adv. AA, LTDA and DivAug come from those methods' papers.";

}  // namespace

Table makeTable3(const std::vector<FinishedRun>& runs) {
  const PaperTable& paper = paperTable("table3");
  TableBuilder builder({.number = 3,
                        .name = "table3",
                        .title = "Cost of training relative to RA",
                        .rule = kRule,
                        .metric = "cost",
                        .unit = "×",
                        .rows = {},
                        .columns = {},
                        .cells = {}});
  builder.column("Time (paper)");
  builder.addPaper(paper);
  const auto recipes = groupedByRecipe(onePerSeed(runs));
  std::vector<Recipe> settings;
  for (const auto& group : recipes) settings.push_back(group.front().config.recipe);
  const auto names = recipeLabels(settings);
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    const auto raUc = raUcRuns(recipes[i]);
    if (raUc.empty()) continue;
    const std::size_t columns[] = {builder.column("Time, " + names[i]),
                                   builder.column("Forwards, " + names[i]),
                                   builder.column("Chains, " + names[i])};
    for (const FinishedRun& run : recipes[i]) {
      const CostRatios ratios = costRatios(run, raUc);
      if (ratios.time) builder.add(paper, columns[0], run, *ratios.time);
      if (ratios.forwards) builder.add(paper, columns[1], run, *ratios.forwards);
      if (ratios.chains) builder.add(paper, columns[2], run, *ratios.chains);
    }
  }
  return builder.finish();
}

TableEntry table3() {
  return {"table3", "Cost of training relative to RA", 3,
          [](const ProjectReader& project) { return makeTable3(finishedRuns(project)); }};
}

}  // namespace uada

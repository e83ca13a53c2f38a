#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable6(std::vector<FinishedRun> runs) {
  Table head{.number = 6,
             .name = "table6",
             .title = "How parameters are moved and chosen: top-1 test accuracy (%)",
             .rule = accuracyRule(
                 "Random update: uada with update random. Minimise the loss: update against and selection "
                 "easiest. Other settings have no row here; other recipes have columns of their own."),
             .metric = "top-1",
             .unit = "%",
             .rows = {},
             .columns = {},
             .cells = {}};
  return makeAccuracyTable(std::move(head), paperTable("table6"), std::move(runs));
}

TableEntry table6() {
  return {"table6", "Ablation of UADA's update", 6,
          [](const ProjectReader& project) { return makeTable6(finishedRuns(project)); }};
}

}  // namespace uada

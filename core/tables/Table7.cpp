#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable7(std::vector<FinishedRun> runs) {
  Table head{.number = 7,
             .name = "table7",
             .title = "The step ε: top-1 test accuracy (%)",
             .rule = accuracyRule(
                 "ε is the setting epsilon of uada; ε = 0 is the plain policy, which method ra-uc trains on, "
                 "too. Other settings have no row here; other recipes have columns of their own. The paper "
                 "prints this table with rows and columns turned."),
             .metric = "top-1",
             .unit = "%",
             .rows = {},
             .columns = {},
             .cells = {}};
  return makeAccuracyTable(std::move(head), paperTable("table7"), std::move(runs));
}

TableEntry table7() {
  return {"table7", "Step of UADA", 7,
          [](const ProjectReader& project) { return makeTable7(finishedRuns(project)); }};
}

}  // namespace uada

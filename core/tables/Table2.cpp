#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable2(std::vector<FinishedRun> runs) {
  Table head{.number = 2,
             .name = "table2",
             .title = "Top-1 test accuracy (%) on CIFAR-10 and CIFAR-100",
             .rule = accuracyRule(
                 "RA is measured in UADA's own space (method ra-uc), the paper's ε = 0. The paper's columns "
                 "take the authors' full data, as they were published, and training; every other recipe, and "
                 "every other set of images, has a column of its own, which no published number belongs to."),
             .metric = "top-1",
             .unit = "%",
             .rows = {},
             .columns = {},
             .cells = {}};
  return makeAccuracyTable(std::move(head), paperTable("table2"), std::move(runs));
}

TableEntry table2() {
  return {"table2", "Top-1 accuracy on CIFAR", 2,
          [](const ProjectReader& project) { return makeTable2(finishedRuns(project)); }};
}

}  // namespace uada

#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable2(std::vector<FinishedRun> runs, const MetricOf& metricOf, Epoch epoch) {
  return makeAccuracyTable(
      {.number = 2,
       .title = "Top-1 test accuracy (%) on CIFAR-10 and CIFAR-100",
       .metric = "top-1",
       .details =
           "RA is measured in UADA's own space (method ra-uc), the paper's ε = 0. The paper's columns "
           "take the authors' full data, as they were published, and training; every other recipe, and "
           "every other set of images, has a column of its own, which no published number belongs to."},
      std::move(runs), metricOf, epoch);
}

TableEntry table2() { return {"table2", "Top-1 accuracy on CIFAR", 2, makeTable2}; }

}  // namespace uada

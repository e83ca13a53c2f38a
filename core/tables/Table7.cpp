#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable7(std::vector<FinishedRun> runs, const MetricOf& metricOf, Epoch epoch) {
  return makeAccuracyTable(
      {.number = 7,
       .title = "The step ε: top-1 test accuracy (%)",
       .metric = "top-1",
       .details =
           "ε is the setting epsilon of uada; ε = 0 is the plain policy, which method ra-uc trains on, "
           "too. Other settings have no row here; other recipes have columns of their own. The paper "
           "prints this table with rows and columns turned."},
      std::move(runs), metricOf, epoch);
}

TableEntry table7() { return {"table7", "Step of UADA", 7, makeTable7}; }

}  // namespace uada

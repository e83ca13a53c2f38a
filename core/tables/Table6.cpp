#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable6(std::vector<FinishedRun> runs, const MetricOf& metricOf, Epoch epoch) {
  return makeAccuracyTable(
      {.number = 6,
       .title = "How parameters are moved and chosen: top-1 test accuracy (%)",
       .metric = "top-1",
       .details = "Random update: uada with update random. Minimise the loss: update against and selection "
                  "easiest. Other settings have no row here; other recipes have columns of their own."},
      std::move(runs), metricOf, epoch);
}

TableEntry table6() { return {"table6", "Ablation of UADA's update", 6, makeTable6}; }

}  // namespace uada

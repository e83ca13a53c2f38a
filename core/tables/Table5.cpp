#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable5(std::vector<FinishedRun> runs, const MetricOf& metricOf, Epoch epoch) {
  return makeAccuracyTable(
      {.number = 5,
       .title = "Top-1 test accuracy (%) on Tiny ImageNet",
       .metric = "top-1",
       .details =
           "UADA and RA draw crop, flip and two ops, without Cutout, as the authors' code for this set. "
           "The paper's columns take all images and the authors' training; other recipes on Tiny "
           "ImageNet have columns of their own."},
      std::move(runs), metricOf, epoch);
}

TableEntry table5() { return {"table5", "Top-1 accuracy on Tiny ImageNet", 5, makeTable5}; }

}  // namespace uada

#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable4(std::vector<FinishedRun> runs, const MetricOf& metricOf, Epoch epoch) {
  return makeAccuracyTable(
      {.number = 4,
       .title = "Top-1 and top-5 test accuracy (%) on ImageNet",
       .metric = "accuracy",
       .details =
           "Top-5 is that of the epoch with the best top-1. UADA moves crop, flip and two ops, without "
           "Cutout; the baseline is a resized crop and a flip. The paper's columns take all images of "
           "ImageNet and its training; other recipes on ImageNet or on folders of images have columns "
           "of their own."},
      std::move(runs), metricOf, epoch);
}

TableEntry table4() { return {"table4", "Accuracy on ImageNet", 4, makeTable4}; }

}  // namespace uada

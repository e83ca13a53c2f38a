#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable8(std::vector<FinishedRun> runs, const MetricOf& metricOf, Epoch epoch) {
  return makeAccuracyTable(
      {.number = 8,
       .title = "Semantic segmentation: mIoU, mAcc and allAcc of the test (%)",
       .metric = "mIoU",
       .details =
           "All three are of the epoch with the best mIoU; means are over the classes that occur, which "
           "on Cityscapes are all. The baseline is the released training pipeline. The paper's columns "
           "take all images of Cityscapes and its training; other recipes have columns of their own."},
      std::move(runs), metricOf, epoch);
}

TableEntry table8() { return {"table8", "Semantic segmentation on Cityscapes", 8, makeTable8}; }

}  // namespace uada

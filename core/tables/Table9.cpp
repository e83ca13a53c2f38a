#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable9(std::vector<FinishedRun> runs, const MetricOf& metricOf, Epoch epoch) {
  return makeAccuracyTable(
      {.number = 9,
       .title = "Object detection: mAP of the test (%)",
       .metric = "mAP",
       .details =
           "mAP is VOC 2007's of eleven points. The baseline is SSD's own augmentation, for both networks. "
           "The paper's columns take all images of PASCAL VOC 07+12, the test of 2007, and the networks' "
           "published training; other recipes have columns of their own."},
      std::move(runs), metricOf, epoch);
}

TableEntry table9() { return {"table9", "Object detection on PASCAL VOC", 9, makeTable9}; }

}  // namespace uada

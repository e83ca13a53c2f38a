#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable8(std::vector<FinishedRun> runs, const MetricOf& metricOf) {
  Table head{
      .number = 8,
      .name = "table8",
      .title = "Semantic segmentation: mIoU, mAcc and allAcc of the test (%)",
      .rule = accuracyRule(
          "All three are of the epoch with the best mIoU; means are over the classes that occur, which "
          "on Cityscapes are all. The baseline is the released training pipeline. The paper's columns "
          "take all images of Cityscapes and its training; other recipes have columns of their own."),
      .metric = "mIoU",
      .unit = "%",
      .rows = {},
      .columns = {},
      .cells = {}};
  return makeAccuracyTable(std::move(head), paperTable("table8"), std::move(runs), metricOf);
}

TableEntry table8() {
  return {"table8", "Semantic segmentation on Cityscapes", 8, [](const ProjectReader& project) {
            return makeTable8(finishedRuns(project), recordedMetric(project));
          }};
}

}  // namespace uada

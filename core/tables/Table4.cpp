#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable4(std::vector<FinishedRun> runs, const MetricOf& metricOf) {
  Table head{.number = 4,
             .name = "table4",
             .title = "Top-1 and top-5 test accuracy (%) on ImageNet",
             .rule = accuracyRule(
                 "Top-5 is that of the epoch with the best top-1. UADA moves crop, flip and two ops, without "
                 "Cutout; the baseline is a resized crop and a flip. The paper's columns take all images of "
                 "ImageNet and its training; other recipes on ImageNet or on folders of images have columns "
                 "of their own."),
             .metric = "accuracy",
             .unit = "%",
             .rows = {},
             .columns = {},
             .cells = {}};
  return makeAccuracyTable(std::move(head), paperTable("table4"), std::move(runs), metricOf);
}

TableEntry table4() {
  return {"table4", "Accuracy on ImageNet", 4, [](const ProjectReader& project) {
            return makeTable4(finishedRuns(project), recordedMetric(project));
          }};
}

}  // namespace uada

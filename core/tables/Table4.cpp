#include <cmath>
#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {
namespace {

/// Of the test after the run's best epoch, as the project has it.
MetricOf recordedMetric(const ProjectReader& project) {
  return [&project](const RunSummary& run, const std::string& name) -> std::optional<double> {
    if (name == run.metric) return run.best;
    std::optional<double> value;
    for (const EpochReport& epoch : project.epochs(run.id))  // of a resumed run the later one counts
      if (epoch.epoch == run.bestEpoch)
        for (const auto& [known, number] : epoch.test)
          if (known == name && std::isfinite(number)) value = number;
    return value;
  };
}

}  // namespace

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

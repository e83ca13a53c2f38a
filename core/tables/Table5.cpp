#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable5(std::vector<FinishedRun> runs) {
  Table head{
      .number = 5,
      .name = "table5",
      .title = "Top-1 test accuracy (%) on Tiny ImageNet",
      .rule = accuracyRule(
          "UADA and RA draw crop, flip and two ops, without Cutout, as the authors' code for this set. "
          "The paper's columns take all images and the authors' training; other recipes on Tiny "
          "ImageNet have columns of their own."),
      .metric = "top-1",
      .unit = "%",
      .rows = {},
      .columns = {},
      .cells = {}};
  return makeAccuracyTable(std::move(head), paperTable("table5"), std::move(runs));
}

TableEntry table5() {
  return {"table5", "Top-1 accuracy on Tiny ImageNet", 5,
          [](const ProjectReader& project) { return makeTable5(finishedRuns(project)); }};
}

}  // namespace uada

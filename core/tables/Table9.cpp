#include <utility>

#include "core/tables/Accuracy.h"

namespace uada {

Table makeTable9(std::vector<FinishedRun> runs) {
  Table head{
      .number = 9,
      .name = "table9",
      .title = "Object detection: mAP of the test (%)",
      .rule = accuracyRule(
          "mAP is VOC 2007's of eleven points. The baseline is SSD's own augmentation, for both networks. "
          "The paper's columns take all images of PASCAL VOC 07+12, the test of 2007, and the networks' "
          "published training; other recipes have columns of their own."),
      .metric = "mAP",
      .unit = "%",
      .rows = {},
      .columns = {},
      .cells = {}};
  return makeAccuracyTable(std::move(head), paperTable("table9"), std::move(runs));
}

TableEntry table9() {
  return {"table9", "Object detection on PASCAL VOC", 9,
          [](const ProjectReader& project) { return makeTable9(finishedRuns(project)); }};
}

}  // namespace uada

#include <map>
#include <utility>

#include "core/engine/tasks/Task.h"
#include "core/tables/Accuracy.h"

namespace uada {
namespace {

/// Runs by the method of the row of Table 1 that theirs is in another table, whatever its settings; those of
/// other rows are left out.
class RowsOfOthers {
 public:
  std::vector<FinishedRun> of(std::vector<FinishedRun> runs) {
    std::vector<FinishedRun> all;
    for (FinishedRun& run : runs) {
      const Row& row = known(run);
      if (!row.config) continue;
      run.config = row.config;
      run.summary.configHash = row.hash;
      all.push_back(std::move(run));
    }
    return all;
  }

 private:
  struct Row {
    std::shared_ptr<const RunConfig> config;  ///< null: none of them
    std::string hash;
  };

  const Row& known(const FinishedRun& run) {
    const auto [place, isNew] = rows_.try_emplace(run.summary.configHash);
    if (isNew) place->second = found(run);
    return place->second;
  }
  static Row found(const FinishedRun& run) {
    const PaperTable* const source =
        summarySource(mainMetric(run.summary).name, run.config->recipe.dataset.name);
    const PaperTable::Row* const theirs = source ? rowOf(*source, run.config->method) : nullptr;
    if (!theirs) return {};
    for (const PaperTable::Row& row : paperTable("table1").rows) {
      if (row.name != theirs->name) continue;
      RunConfig config = *run.config;
      config.method = row.methods.front();
      std::string hash = configHash(config);
      return {std::make_shared<const RunConfig>(std::move(config)), std::move(hash)};
    }
    return {};
  }

  std::map<std::string, Row> rows_;  ///< by the hash of a configuration
};

}  // namespace

Table makeTable1(std::vector<FinishedRun> runs, const MetricOf& metricOf, Epoch epoch) {
  return makeAccuracyTable(
      {.number = 1,
       .title = "Baseline and UADA over all tasks: accuracy, mIoU and mAP of the test (%)",
       .metric = "main metric of the task",
       .details =
           "Both rows are those of the tables of each task, and so are the runs: Table 2 on CIFAR, 4 on "
           "ImageNet, 5 on Tiny ImageNet, 8 for segmentation, 9 for detection. Other methods have no row "
           "here. The published numbers are those of these tables; the baseline of CIFAR-100 WRN stands in "
           "Table 1 alone."},
      RowsOfOthers().of(std::move(runs)), metricOf, epoch);
}

TableEntry table1() { return {"table1", "Baseline and UADA over all tasks", 1, makeTable1}; }

}  // namespace uada

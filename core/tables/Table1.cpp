#include <map>
#include <utility>

#include "core/engine/tasks/Task.h"
#include "core/tables/Accuracy.h"

namespace uada {
namespace {

/// The tables that say of each task and data set what its baseline and its UADA are, those of certain data
/// sets first.
constexpr const char* kSources[] = {"table4", "table5", "table8", "table9", "table2"};

/// The table that a run's row stands in; null: there is none of its task.
const PaperTable* sourceOf(const FinishedRun& run) {
  const std::string& metric = mainMetric(run.summary).name;
  for (const char* name : kSources) {
    const PaperTable& table = paperTable(name);
    if (table.columns.front().metric == metric && hasColumn(table, run)) return &table;
  }
  return nullptr;
}

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
    const PaperTable* const source = sourceOf(run);
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

Table makeTable1(std::vector<FinishedRun> runs) {
  Table head{
      .number = 1,
      .name = "table1",
      .title = "Baseline and UADA over all tasks: accuracy, mIoU and mAP of the test (%)",
      .rule = accuracyRule(
          "Both rows are those of the tables of each task, and so are the runs: Table 2 on CIFAR, 4 on "
          "ImageNet, 5 on Tiny ImageNet, 8 for segmentation, 9 for detection. Other methods have no row "
          "here. The published numbers are those of these tables; the baseline of CIFAR-100 WRN stands in "
          "Table 1 alone."),
      .metric = "main metric of the task",
      .unit = "%",
      .rows = {},
      .columns = {},
      .cells = {}};
  return makeAccuracyTable(std::move(head), paperTable("table1"), RowsOfOthers().of(std::move(runs)));
}

TableEntry table1() {
  return {"table1", "Baseline and UADA over all tasks", 1,
          [](const ProjectReader& project) { return makeTable1(finishedRuns(project)); }};
}

}  // namespace uada

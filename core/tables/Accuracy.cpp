#include "core/tables/Accuracy.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/data/Dataset.h"
#include "core/engine/tasks/Task.h"
#include "core/tables/Builder.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

/// Whether the images are those of the paper: the published files, or where nobody published their sums, as
/// many as there are.
bool hasPaperImages(const MeasuredRecipe& measured, const RunSummary& run) {
  const DatasetEntry& entry = findDataset(measured.recipe->dataset.name);
  if (!entry.published.empty()) return measured.isPublished.value_or(false);
  const int batch = measured.recipe->training.batch;
  return entry.trainImages > 0 && run.stepsPerEpoch == (entry.trainImages + batch - 1) / batch;
}

/// The metrics that the paper's columns have, each once.
std::vector<std::string> metricsOf(const PaperTable& paper) {
  std::vector<std::string> metrics;
  for (const auto& column : paper.columns)
    if (std::ranges::find(metrics, column.metric) == metrics.end()) metrics.push_back(column.metric);
  return metrics;
}

/// Null: the run's task has no such metric.
const Metric* metricNamed(const RunSummary& run, const std::string& name) {
  for (const Metric& known : taskOf(run).testMetrics)
    if (known.name == name) return &known;
  return nullptr;
}

std::vector<std::string> ownNames(const PaperTable& paper, const std::vector<MeasuredRecipe>& recipes) {
  std::vector<Recipe> known;
  for (const auto& column : paper.columns)
    if (column.recipe) known.push_back(*column.recipe);
  return recipeLabels(recipes, known);
}

/// After the last epoch.
std::optional<double> lastMetric(const RunSummary& run, const std::string& metric) {
  const auto value = run.lastOf(metric);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

/// Fills in the runs of one recipe.
class Filling {
 public:
  Filling(TableBuilder& builder, const PaperTable& paper, const MetricOf& metricOf)
      : builder_(builder), paper_(paper), metricOf_(metricOf), metrics_(metricsOf(paper)) {}

  void add(const std::vector<FinishedRun>& runs, const MeasuredRecipe& measured, const std::string& name) {
    const bool isPapers = hasPaperImages(measured, runs.front().summary);
    for (const std::string& metric : metrics_) {
      if (!metricNamed(runs.front().summary, metric)) continue;
      const auto ofPaper = isPapers ? paperColumn(*measured.recipe, metric) : std::nullopt;
      const std::size_t column =
          ofPaper ? *ofPaper : builder_.addColumn(ownName(runs, metric, name), measured.recipe);
      for (const FinishedRun& run : runs) builder_.add(column, run, percentOf(run.summary, metric));
    }
  }

 private:
  std::optional<std::size_t> paperColumn(const Recipe& recipe, const std::string& metric) const {
    for (std::size_t i = 0; i < paper_.columns.size(); ++i) {
      const auto& column = paper_.columns[i];
      if (column.metric == metric && column.recipe && isPaperRecipe(recipe, *column.recipe)) return i;
    }
    return std::nullopt;
  }
  std::string ownName(const std::vector<FinishedRun>& runs, const std::string& metric,
                      const std::string& name) const {
    return metrics_.size() == 1 ? name : name + ", " + metricNamed(runs.front().summary, metric)->title;
  }
  std::optional<double> percentOf(const RunSummary& run, const std::string& metric) const {
    if (run.metric.empty() || run.hasDiverged) return std::nullopt;
    const auto value = metricOf_(run, metric);
    return value ? std::optional(100 * *value) : std::nullopt;
  }

  TableBuilder& builder_;
  const PaperTable& paper_;
  const MetricOf& metricOf_;
  std::vector<std::string> metrics_;
};

}  // namespace

bool hasColumn(const PaperTable& paper, const FinishedRun& run) {
  const auto& sets = paper.datasets;
  return sets.empty() || std::ranges::find(sets, run.config->recipe.dataset.name) != sets.end();
}

std::optional<double> bestMain(const RunSummary& run, const std::string& metric) {
  return metric == run.metric ? run.best : std::nullopt;
}

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

namespace {

std::string ruleText(Epoch epoch) {
  return std::string(
             epoch == Epoch::best
                 ? "Mean ± sd over n seeds, best epoch on the test set as in the paper; (paper's value)"
                 : "Mean ± sd over n seeds, after the last epoch; (paper's value, of the best one)") +
         ", † cited by it.\nBold, or *: better than every other row of its column with p < 0.05 (Holm).";
}

std::string epochText(Epoch epoch) {
  return epoch == Epoch::best
             ? "the best epoch's test, as the paper reports it (this selects on the test set)"
             : "the test after the last epoch, which selects nothing";
}

Table headOf(const AccuracyTable& about, Epoch epoch) {
  Table head;
  head.number = about.number;
  head.name = fmt::format("table{}", about.number);
  head.title = std::string(about.title) + (epoch == Epoch::last ? ", last epoch" : "");
  head.rule = ruleText(epoch);
  head.details = fmt::format(
      "Measured: mean ± sample standard deviation over n seeds of {}. Finished runs only, the newest of each "
      "seed. {} ",
      epochText(epoch), about.details);
  head.metric = about.metric;
  head.unit = "%";
  head.epoch = epoch;
  return head;
}

}  // namespace

std::string statisticsText(const Table& table) {
  if (table.reference < 0) return "";
  return fmt::format(
      "Differences are to {} in the same column, with 95 % interval and two-sided p: the paired t test where "
      "both have the same seeds, else Welch's; p also by Holm over all differences of the table.",
      table.rows[static_cast<std::size_t>(table.reference)]);
}

Table makeAccuracyTable(const AccuracyTable& about, std::vector<FinishedRun> runs, const MetricOf& metricOf,
                        Epoch epoch) {
  const PaperTable& paper = paperTable(fmt::format("table{}", about.number));
  TableBuilder builder(headOf(about, epoch), paper);
  // Runs of other tasks have other metrics; that is no divergence.
  const std::vector<std::string> metrics = metricsOf(paper);
  std::erase_if(runs, [&](const FinishedRun& run) {
    const std::string& main = run.summary.metric;
    return (!main.empty() && std::ranges::find(metrics, main) == metrics.end()) || !hasColumn(paper, run) ||
           (paper.isClosed && !builder.hasRow(run));
  });
  const auto groups = groupedByRecipe(onePerSeed(std::move(runs)));
  std::vector<MeasuredRecipe> recipes;
  for (const auto& group : groups) recipes.push_back(measuredRecipe(group));
  const auto names = ownNames(paper, recipes);
  const MetricOf value = epoch == Epoch::best ? metricOf : lastMetric;
  builder.reserve(paper.columns.size() + groups.size() * metrics.size());
  Filling filling(builder, paper, value);
  for (std::size_t i = 0; i < groups.size(); ++i) filling.add(groups[i], recipes[i], names[i]);
  Table table = builder.finish();
  addComparisons(table, true);
  table.details += statisticsText(table);
  return table;
}

}  // namespace uada

#include "core/store/Records.h"

#include <algorithm>

#include "core/engine/models/Model.h"

namespace uada {

bool isLive(RunState state) {
  return state == RunState::preparing || state == RunState::running || state == RunState::paused ||
         state == RunState::stopping;
}

std::optional<double> RunSummary::lastOf(std::string_view name) const {
  const auto found = std::ranges::find(last, name, &MetricValue::name);
  return found == last.end() ? std::nullopt : std::optional(found->value);
}

const Task& taskOf(const RunSummary& run) {
  const auto found = std::ranges::find(models(), run.model, &Model::name);
  return found == models().end() ? tasks().front() : findTask(found->task);
}

const Metric& mainMetric(const RunSummary& run) {
  const Task& task = taskOf(run);
  const auto found = std::ranges::find(task.testMetrics, run.metric, &Metric::name);
  return found == task.testMetrics.end() ? task.testMetrics.front() : *found;
}

}  // namespace uada

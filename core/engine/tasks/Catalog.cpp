#include "core/base/Catalog.h"

#include <fmt/core.h>

#include <cmath>

#include "core/engine/tasks/Task.h"
#include "tasks_headers.h"

namespace uada {
namespace {

template <class S>
Task entry() {
  return {S::kName,          S::kTitle,        S::kTarget,     fieldsOf<S>(),
          S::trainMetrics(), S::testMetrics(), &readChoice<S>, S::kSource};
}

}  // namespace

bool Metric::isBetter(double a, double b) const {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(b) && !std::isnan(a);
  return higherIsBetter ? a > b : a < b;
}

std::string Metric::text(double value) const {
  if (std::isnan(value)) return "-";
  constexpr double kMost = 1e7;  // of a run that diverged: digits would say nothing
  const double shown = value * scale;
  const std::string number =
      std::abs(shown) < kMost ? fmt::format("{:.{}f}", shown, digits) : fmt::format("{:.3e}", shown);
  return fmt::format("{}{}{}", number, unit.empty() ? "" : " ", unit);
}

const Metric& Task::trainMetric(std::string_view metric) const {
  return findEntry(trainMetrics, metric, "training metric", "task " + name);
}

const Metric& Task::testMetric(std::string_view metric) const {
  return findEntry(testMetrics, metric, "test metric", "task " + name);
}

const std::vector<Task>& tasks() {
#define TASK(Settings) entry<Settings>(),
  static const std::vector<Task> all{
#include "core/engine/tasks/tasks.def"
  };
#undef TASK
  return all;
}

const Task& findTask(std::string_view name) { return findEntry(tasks(), name, "task"); }

}  // namespace uada

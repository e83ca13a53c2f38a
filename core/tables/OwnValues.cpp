#include "core/tables/OwnValues.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/engine/tasks/Task.h"

namespace uada {
namespace {

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::vector<OwnValue> madeValues() {
  using Kind = OwnValue::Kind;
  std::vector<OwnValue> all{
      {"metric", "Main metric", "Of each run's task, in the test of the epoch that is chosen", Kind::result},
      {"best", "Best", "The main metric's best test, whatever epoch is chosen", Kind::result},
      {"last", "Last", "The main metric after the last epoch, whatever epoch is chosen", Kind::result},
      {"seconds", "Time", "Of training, all attempts, in seconds", Kind::time},
      {"time_ratio", "Time ×", "Training time over that of the reference on the same machine", Kind::time},
      {"forwards", "Forwards", "Forwards of a batch, a backward counts as two", Kind::cost},
      {"forward_ratio", "Forwards ×", "The same over those of the reference", Kind::cost},
      {"chains", "Chains", "Rendered images", Kind::cost},
      {"chain_ratio", "Chains ×", "The same over those of the reference", Kind::cost},
      {"runs", "Runs", "How many finished runs there are, the newest of each seed", Kind::count}};
  const auto add = [&](const std::string& name, const std::string& title) {
    if (std::ranges::find(all, name, &OwnValue::name) == all.end())
      all.push_back({name, capitalised(title), "Of the test of the epoch that is chosen", Kind::result});
  };
  for (const Task& task : tasks())
    for (const Metric& metric : task.testMetrics) add(metric.name, metric.title);
  add("loss", "Test loss");
  return all;
}

Measured resultOf(const OwnValue& wanted, const RunSummary& run, const MetricOf& metricOf, Epoch epoch) {
  const bool isMain = wanted.name == "metric" || wanted.name == "best" || wanted.name == "last";
  const std::string name = isMain ? run.metric : wanted.name;
  double scale = 1;
  bool isKnown = name == "loss";
  for (const Metric& metric : taskOf(run).testMetrics)
    if (metric.name == name) isKnown = true, scale = metric.scale;
  if (!isKnown) return {};
  if (run.hasDiverged) return {true, {}};
  const bool isBest = wanted.name == "best" || (wanted.name != "last" && epoch == Epoch::best);
  const auto value = !isBest ? run.lastOf(name) : name == run.metric ? run.best : metricOf(run, name);
  if (!value) return {};
  return {true, std::isfinite(*value) ? std::optional(scale * *value) : std::nullopt};
}

Measured costOf(const OwnValue& wanted, const RunSummary& run, const CostReference& reference) {
  const auto always = [](double value) { return Measured{true, value}; };
  if (wanted.name == "seconds") return always(run.seconds);
  if (wanted.name == "forwards") return always(run.counts.forwardEquivalents());
  if (wanted.name == "chains") return always(static_cast<double>(run.counts.chains));
  if (wanted.kind == OwnValue::Kind::count) return always(1);
  const CostRatios ratios = reference.ratios(run);
  const auto ratio = wanted.name == "time_ratio"      ? ratios.time
                     : wanted.name == "forward_ratio" ? ratios.forwards
                                                      : ratios.chains;
  return {ratio.has_value(), ratio};
}

}  // namespace

const std::vector<OwnValue>& ownValues() {
  static const std::vector<OwnValue> all = madeValues();
  return all;
}

const OwnValue& valueNamed(const std::string& name) {
  std::vector<std::string> known;
  for (const OwnValue& value : ownValues()) {
    if (value.name == name) return value;
    known.push_back(value.name);
  }
  throw UsageError(fmt::format("a table has no values '{}'; known: {}{}", quotable(name), joined(known, " "),
                               suggestion(name, known)));
}

bool followsEpoch(const OwnValue& value) {
  return value.kind == OwnValue::Kind::result && value.name != "best" && value.name != "last";
}

Measured measuredOf(const OwnValue& value, const RunSummary& run, const CostReference& reference,
                    const MetricOf& metricOf, Epoch epoch) {
  return value.kind == OwnValue::Kind::result ? resultOf(value, run, metricOf, epoch)
                                              : costOf(value, run, reference);
}

ColumnForm formOf(const OwnValue& value, const std::vector<FinishedRun>& runs) {
  if (value.name == "seconds") return {"Time", "s", 1, Better::lower};
  if (value.name.ends_with("_ratio"))
    return {value.title.substr(0, value.title.find(' ')), "×", 2, Better::lower};
  if (value.kind == OwnValue::Kind::count) return {value.title, "", 0, Better::neither};
  if (value.kind != OwnValue::Kind::result) return {value.title, "", 0, Better::lower};
  if (value.name == "loss") return {value.title, "", 4, Better::lower};
  std::set<std::string> found;
  const Metric* metric = nullptr;
  for (const FinishedRun& run : runs)
    for (const Metric& known : taskOf(run.summary).testMetrics) {
      const bool isMain = value.name == "metric" || value.name == "best" || value.name == "last";
      if (known.name != (isMain ? run.summary.metric : value.name)) continue;
      metric = &known;
      found.insert(known.name);
    }
  if (found.empty()) return {value.title, "", 2};
  if (found.size() > 1) return {value.title, "", 2, Better::neither};  // of several tasks
  const std::string end = value.name == "best" || value.name == "last" ? ", " + value.name : "";
  return {metric->title + end, metric->unit, metric->digits,
          metric->higherIsBetter ? Better::higher : Better::lower};
}

std::string headOf(const ColumnForm& form) {
  if (form.unit.empty()) return capitalised(form.metric);
  return fmt::format("{} ({})", capitalised(form.metric), form.unit);
}

}  // namespace uada

#include <fmt/core.h>

#include <optional>

#include "app/cli/Examination.h"
#include "app/cli/RunText.h"
#include "core/base/Text.h"
#include "core/engine/ReportJson.h"
#include "core/engine/tasks/Task.h"

namespace uada::cli {
namespace {

struct Options {
  ExaminedRun run;
  bool json = false;
};

void describe(Verb& verb, Options& options) { describeExamined(verb, options.run); }

/// What the run recorded when it tested after this step. None: it did not.
std::optional<Metrics> recordedTest(const ProjectReader& project, const RunSummary& run, std::int64_t step) {
  for (const EpochReport& epoch : project.epochs(run.id))
    if (epoch.step == step) return epoch.test;
  return std::nullopt;
}

int perform(const Options& options) {
  const Console console(options.json);
  const ProjectReader project(options.run.project);
  const RunDetail run = project.detail(project.findRun(options.run.run).id);
  Engine& engine = loadEngine();
  const FoundCheckpoint found = checkpointOf(engine, project, run.summary, options.run, console);
  const auto recorded = recordedTest(project, run.summary, found.step);
  const auto say = [&](const EvaluationReport& report) {
    console.say(fmt::format("{} ({}) after step {}, tested on {}", run.summary.key, run.summary.title,
                            groupedText(report.step), plural(report.images, "image")));
    for (const Metric& metric : taskOf(run.config.recipe).testMetrics) {
      const double value = metricOf(report.test, metric.name);
      std::string line = fmt::format("  {:<12} {}", metric.title, metric.text(value));
      if (recorded) {
        const double before = metricOf(*recorded, metric.name);
        line += before == value ? "   as recorded" : fmt::format("   recorded: {}", metric.text(before));
      }
      console.say(line);
    }
    Json json = Json::Object{{"run", run.summary.id}, {"key", run.summary.key}};
    const Json numbers = reportToJson(report);
    for (const auto& [key, value] : numbers.asObject()) json[key] = value;
    console.object("test", json);
  };
  return perform(engine, work::Evaluate{configOf(run, options.run), found.file}, console,
                 [&](const Report& report) {
                   if (const auto* test = std::get_if<EvaluationReport>(&report)) say(*test);
                 });
}

}  // namespace

void addTest(Verbs& verbs) {
  verbs.add({"test", "Test a run's network again, from one of its checkpoints",
             "The metrics of the task on the run's test images, beside those that the run recorded.\n"
             "Example: uada test 3fa2 --best"},
            describe, perform);
}

}  // namespace uada::cli

#include <fmt/core.h>

#include <limits>
#include <optional>

#include "app/cli/CountLine.h"
#include "app/cli/Examination.h"
#include "app/cli/Files.h"
#include "app/cli/RunText.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/engine/PredictionSink.h"
#include "core/engine/ReportJson.h"
#include "core/engine/tasks/Task.h"
#include "core/predictions/PredictionReader.h"

namespace uada::cli {
namespace {

struct Options {
  ExaminedRun run;
  std::string split = "test", out;
  std::int64_t limit = 0;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  describeExamined(verb, options.run);
  verb.text("--split", "SPLIT", options.split, "Images that are predicted: test or train").usual("test");
  verb.number("--limit", options.limit, 1, std::numeric_limits<std::int64_t>::max(),
              "Only the first so many of them; default: all");
  verb.text("--out", "DIR", options.out,
            "Folder to write; default: predictions/SPLIT-STEP in the folder of the run, and with --limit N "
            "predictions/SPLIT-STEP-firstN");
}

Split splitOf(const std::string& name) {
  for (const Split split : {Split::train, Split::test})
    if (name == splitName(split)) return split;
  throw UsageError(fmt::format("--split '{}': test or train expected", name));
}

std::filesystem::path folderOf(const Options& options, const ProjectReader& project, const RunSummary& run,
                               std::int64_t step) {
  if (!options.out.empty()) return options.out;
  return predictionFolder(runFolder(project.file(), run.key), splitOf(options.split), step, options.limit);
}

void say(const EvaluationReport& report, const RunDetail& run, const Options& options,
         const std::filesystem::path& folder, const Console& console) {
  for (const Metric& metric : taskOf(run.config.recipe).testMetrics)
    console.say(fmt::format("  {:<12} {}", metric.title, metric.text(metricOf(report.test, metric.name))));
  console.say(fmt::format("{}: predictions of {} ({}) after step {} for {}", folder.string(), run.summary.key,
                          run.summary.title, groupedText(report.step),
                          plural(report.images, options.split + " image")));
  Json json = Json::Object{{"run", run.summary.id},
                           {"key", run.summary.key},
                           {"split", options.split},
                           {"folder", folder.string()}};
  const Json numbers = reportToJson(report);
  for (const auto& [key, value] : numbers.asObject())
    json[key.starts_with("test_") ? key.substr(std::string_view("test_").size()) : key] = value;
  console.object("predictions", json);
}

int perform(const Options& options) {
  const Console console(options.json);
  const Split split = splitOf(options.split);
  if (!options.out.empty()) {
    requireNotOfProject(options.out, options.run.project);
    requireFreeForPredictions(options.out);
  }
  const ProjectReader project(options.run.project);
  const RunDetail run = project.detail(project.findRun(options.run.run).id);
  Engine& engine = loadEngine();
  const FoundCheckpoint found = checkpointOf(engine, project, run.summary, options.run, console);
  const std::filesystem::path folder = folderOf(options, project, run.summary, found.step);
  requireFreeForPredictions(folder);
  ReportFeed feed;
  PredictionSink sink(folder, run.summary.key, feed);
  CountLine progress(console, options.split + " images predicted");
  std::optional<EvaluationReport> scores;
  const int code = perform(
      engine, work::Predict{configOf(run, options.run), found.file, split, options.limit}, sink, feed,
      console,
      [&](const Report& report) {
        progress.clear();
        if (const auto* last = std::get_if<EvaluationReport>(&report)) scores = *last;
      },
      [&] {
        progress.show(sink.written(), sink.samples());
        if (const std::string problem = sink.problem(); !problem.empty()) throw Error(problem);
      });
  progress.clear();
  if (scores)
    say(*scores, run, options, folder, console);
  else if (holdsUnfinishedPredictions(folder))
    console.note(
        fmt::format("'{}' holds {} of {} predictions, which are not used; the same command begins "
                    "anew there",
                    folder.string(), groupedText(static_cast<long long>(sink.written())),
                    groupedText(static_cast<long long>(sink.samples()))));
  return code;
}

}  // namespace

void addPredict(Verbs& verbs) {
  verbs.add(
      {"predict", "Write what a run's network says of its test images, or of its training images",
       "The network is that of a checkpoint; the images are not augmented. Written are, of a classification\n"
       "predictions.csv with the likeliest classes; of a segmentation a label map for each image, as 'uada\n"
       "eval seg' reads them; of a detection a text file for each class, as 'uada eval voc' reads them; of\n"
       "pictures that are restored each of them, and in degraded what the network was given. The file\n"
       "predictions.json is written last: without it the folder is not whole.\n"
       "Example: uada predict 3fa2 --best --out predicted"},
      describe, perform);
}

}  // namespace uada::cli

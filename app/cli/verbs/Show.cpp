#include <fmt/core.h>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/ReportJson.h"
#include "app/cli/RunText.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/engine/Edits.h"
#include "core/engine/ReportJson.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/store/Project.h"
#include "core/store/WorkingTree.h"

namespace uada::cli {
namespace {

struct Options {
  std::string run;
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("RUN", options.run, "Run to show").required();
  verb.project(options.project);
}

using Align = TextTable::Align;
constexpr std::size_t kShownEpochs = 10;

std::string settingsText(const Json& settings) {
  std::string text;
  for (const auto& [key, value] : settings.asObject()) {
    if (value.isObject() || (value.isString() && value.asString().empty())) continue;
    const bool real = value.isNumber() && !value.isInt();
    const std::string shown = value.isString() ? value.asString()
                              : real           ? fmt::format("{}", value.asDouble())
                                               : value.dump();
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, shown);
  }
  return text;
}

std::string choiceText(const Choice& choice) {
  const std::string settings = settingsText(choice.settings());
  return settings.empty() ? choice.name : choice.name + "  " + settings;
}

std::string summaryText(const RunDetail& detail) {
  const RunSummary& run = detail.summary;
  std::string text;
  const auto line = [&](const std::string& name, const std::string& value) {
    if (!value.empty()) text += fmt::format("{:<11} {}\n", name, oneLine(value));
  };
  line("key", fmt::format("{}  (number {})", run.key, run.id));
  line("title", run.title);
  line("state", stateName(run.state) + (run.problem.empty() ? "" : ": " + run.problem));
  line("damaged", run.damage);
  line("experiment", run.experiment);
  line("data set", choiceText(detail.config.recipe.dataset));
  line("input", settingsText(settingsToJson(detail.config.recipe.input)));
  line("model", choiceText(detail.config.recipe.model));
  if (const Choice& task = detail.config.recipe.task; !task.settings().asObject().empty())
    line("task", choiceText(task));
  line("method", choiceText(detail.config.method));
  line("policy", choiceText(policyOf(detail.config.method)));
  line("seed", std::to_string(run.seed));
  line("training", settingsText(trainingJson(detail.config.recipe)));
  line("epoch", fmt::format("{}, step {}", epochText(run), stepText(run.step, run.plannedSteps())));
  line("best " + mainMetric(run).title,
       metricText(run, run.best) + (run.best ? fmt::format(" (epoch {})", run.bestEpoch) : ""));
  for (const Metric& metric : taskOf(run).testMetrics)
    if (metric.name != "loss") line("last " + metric.title, metric.text(metricOf(run.last, metric.name)));
  line("loss", lossText(run.loss));
  line("time", durationText(run.seconds) + " of training");
  line("computed", fmt::format("{} forwards without gradient, {} with, {} backwards, {} augmentation chains",
                               passesText(run.counts.forwardsNoGrad), passesText(run.counts.forwardsTrain),
                               passesText(run.counts.backwards), groupedText(run.counts.chains)));
  line("created", localTime(run.created));
  line("ended", run.ended.empty() ? "" : localTime(run.ended));
  line("config", run.configHash.substr(0, 16));
  if (!run.dataHash.empty())
    line("data", fmt::format("{}  ({})", shortDataHash(run.dataHash), verdictText(run.isDataPublished)));
  line("notes", run.notes);
  line("tags", run.tags);
  if (!run.lineage.run.empty())
    line("forked", fmt::format("from {} after step {}", run.lineage.run, groupedText(run.lineage.step)));
  for (const EditReport& edit : detail.edits) line("edited", editText(edit));
  return text;
}

/// Of the source since its commit, at each attempt's start.
std::vector<std::string> changesOfAttempts(const ProjectReader& project, const RunDetail& detail) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < detail.attempts.size(); ++i)
    all.push_back(changesText(changesFile(project.file(), detail.summary.key, static_cast<int>(i) + 1)));
  return all;
}

std::string attemptsText(const RunDetail& detail, const std::vector<std::string>& changes) {
  TextTable table({{"attempt", Align::right},
                   {"host"},
                   {"device"},
                   {"threads", Align::right},
                   {"program"},
                   {"LibTorch"},
                   {"git"},
                   {"changes"},
                   {"data"}});
  for (std::size_t i = 0; i < detail.attempts.size(); ++i) {
    const Manifest& m = detail.attempts[i];
    table.add({std::to_string(i + 1), m.host, m.device.empty() ? "-" : m.device,
               m.threads ? std::to_string(m.threads) : "-", m.program, m.libtorch.empty() ? "-" : m.libtorch,
               m.git.empty() ? "-" : m.git.substr(0, 12), changes[i].empty() ? "-" : changes[i],
               m.dataHash.empty() ? "-" : shortDataHash(m.dataHash)});
  }
  return table.empty() ? "" : '\n' + table.text();
}

std::string epochsText(const std::vector<EpochReport>& epochs, const RunSummary& run) {
  const Task& task = taskOf(run);
  std::vector<TextTable::Column> columns{{"epoch", Align::right}, {"step", Align::right}};
  for (const Metric& metric : task.trainMetrics) columns.push_back({"train " + metric.title, Align::right});
  for (const Metric& metric : task.testMetrics) columns.push_back({"test " + metric.title, Align::right});
  columns.push_back({"time", Align::right});
  TextTable table(columns);
  const std::size_t first = epochs.size() > kShownEpochs ? epochs.size() - kShownEpochs : 0;
  for (std::size_t i = first; i < epochs.size(); ++i) {
    const EpochReport& e = epochs[i];
    std::vector<std::string> cells{groupedText(e.epoch), groupedText(e.step)};
    for (const Metric& metric : task.trainMetrics)
      cells.push_back(metric.text(metricOf(e.train, metric.name)));
    for (const Metric& metric : task.testMetrics) cells.push_back(metric.text(metricOf(e.test, metric.name)));
    cells.push_back(durationText(e.seconds));
    table.add(cells);
  }
  if (table.empty()) return "";
  std::string text = '\n' + table.text();
  if (first > 0)
    text += fmt::format("{} earlier: uada export {} --what epochs --out epochs.csv\n", plural(first, "epoch"),
                        run.key);
  return text;
}

std::string checkpointsText(const RunDetail& detail) {
  TextTable table({{"checkpoint"}, {"step", Align::right}, {"SHA-256"}});
  for (const CheckpointReport& c : detail.checkpoints)
    table.add({c.file, groupedText(c.step), c.hash.substr(0, 16)});
  return table.empty() ? "" : '\n' + table.text();
}

int perform(const Options& options) {
  const Console console(options.json);
  const ProjectReader project(options.project);
  const RunDetail detail = project.detail(project.findRun(options.run).id);
  const auto epochs = project.epochs(detail.summary.id);
  noteRemarks(project, console);

  Json run = summaryJson(detail.summary);
  run["config"] = toJson(detail.config);
  console.object("run", run);
  const std::vector<std::string> changes = changesOfAttempts(project, detail);
  for (std::size_t i = 0; i < detail.attempts.size(); ++i) {
    Json attempt = manifestJson(detail.attempts[i]);
    attempt["source_changes"] = changes[i];
    console.object("attempt", attempt);
  }
  for (const EpochReport& epoch : epochs) console.object("epoch", reportToJson(epoch));
  for (const CheckpointReport& checkpoint : detail.checkpoints)
    console.object("checkpoint", reportToJson(checkpoint));
  for (const EditReport& edit : detail.edits) console.object("edit", reportToJson(edit));
  for (const std::string& event : detail.events) console.object("event", Json::Object{{"text", event}});

  std::string text = summaryText(detail) + attemptsText(detail, changes) +
                     epochsText(epochs, detail.summary) + checkpointsText(detail);
  for (const std::string& event : detail.events)
    text += (&event == detail.events.data() ? "\nevents\n  " : "  ") + event + '\n';
  console.say(text);
  return 0;
}

}  // namespace

void addShow(Verbs& verbs) {
  verbs.add({"show", "Show all that was recorded about a run", "Example: uada show 3fa2"}, describe, perform);
}

}  // namespace uada::cli

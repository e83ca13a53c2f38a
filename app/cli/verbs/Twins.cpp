#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "app/cli/CommandLine.h"
#include "app/cli/Examination.h"
#include "app/cli/Places.h"
#include "app/cli/ReportJson.h"
#include "app/cli/RunText.h"
#include "app/cli/Training.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/engine/ReportJson.h"
#include "core/store/LockStep.h"
#include "core/tables/Labels.h"
#include "core/tables/Statistics.h"

namespace uada::cli {
namespace {

struct Options {
  std::vector<std::string> runs;
  std::string queued;  ///< numbers of waiting runs, by comma
  ExaminedRun from;    ///< but for the run
  std::vector<std::string> sets;
  int span = 25;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.arguments("RUN", options.runs, "Runs of UADA, one for each seed, from whose checkpoints three go on");
  verb.text(
      "--queued", "NUMBERS", options.queued,
      "Instead of RUN: runs of the project's queue, by comma; those that differ in the method alone are "
      "twins");
  const Option step = verb.number("--step", options.from.step, 0, std::numeric_limits<std::int64_t>::max(),
                                  "The checkpoint after this step; default: the newest");
  verb.flag("--best", options.from.best, "The checkpoint of the epoch with the best test").excludes(step);
  verb.number("--span", options.span, 1, 1'000'000, "Steps that each trains before the next one's turn")
      .usual("25");
  verb.text("--data", "DIR", options.from.folder,
            "Where the data set lies now; default: where the run had it, else searched for");
  verb.project(options.from.project);
  verb.sets(options.sets);
  verb.device(options.from.device, "as it was asked for");
}

/// Runs that train in lock-step, and what each is called.
struct Twins {
  std::vector<TwinStart> starts;
  std::vector<std::string> names;
  const RunConfig& config() const {
    const TwinStart& first = starts.front();
    return first.fork ? first.fork->config : first.config;
  }
};

/// "5,6,12"
std::vector<std::int64_t> numbersOf(const std::string& text) {
  std::vector<std::int64_t> numbers;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    std::int64_t number = 0;
    const auto [rest, error] = std::from_chars(text.data() + start, text.data() + end, number);
    if (error != std::errc() || rest != text.data() + end)
      throw UsageError(
          fmt::format("--queued: numbers of the queue by comma expected (5,6), '{}' found", quotable(text)));
    numbers.push_back(number);
    start = end + 1;
  }
  return numbers;
}

Twins twinsOf(Engine& engine, const ProjectReader& project, const Options& options, const std::string& name,
              const Console& console) {
  ExaminedRun from = options.from;
  from.run = name;
  RunDetail run = project.detail(project.findRun(name).id);
  if (run.config.method.name != "uada")
    throw UsageError(fmt::format("RUN: {} ({}) is of the method {}, uada expected: only that has a direction",
                                 run.summary.key, run.summary.title, run.config.method.name));
  const FoundCheckpoint checkpoint = checkpointOf(engine, project, run.summary, from, console);
  run.config = configOf(run, from);
  std::vector<Fork> forks;
  Twins twins;
  for (const TwinKind& kind : twinKinds()) {
    std::vector<std::string> sets = options.sets;
    sets.insert(sets.end(), kind.sets.begin(), kind.sets.end());
    forks.push_back(forkOf(project, run, checkpoint, sets));
    twins.names.push_back(kind.name);
  }
  twins.starts = twinStarts(forks);
  return twins;
}

/// Methods as tables name them, told apart.
std::vector<std::string> methodNames(const std::vector<RunConfig>& runs) {
  std::vector<std::string> names;
  for (const RunConfig& run : runs) names.push_back(methodTitle(run.method));
  return toldApart(std::move(names), [&](std::size_t i) { return toldSettings(runs[i].method); });
}

std::vector<Twins> queuedTwins(const ProjectReader& project, const std::string& numbers,
                               const std::string& device) {
  std::vector<std::int64_t> queued;
  std::vector<RunConfig> configs;
  for (const std::int64_t number : numbersOf(numbers)) {
    queued.push_back(number);
    configs.push_back(project.queuedConfig(number));
    if (!device.empty()) configs.back().runtime.device = device;
  }
  std::vector<Twins> all;
  for (const std::vector<std::size_t>& group : twinGroups(configs)) {
    Twins& twins = all.emplace_back();
    std::vector<RunConfig> members;
    for (const std::size_t place : group) {
      twins.starts.push_back({.config = configs[place], .queued = queued[place]});
      members.push_back(configs[place]);
    }
    twins.names = methodNames(members);
  }
  return all;
}

/// Says the main metric of each twin once all have tested an epoch.
class Ledger {
 public:
  Ledger(const Console& console, const Metric& metric, std::vector<std::string> names)
      : console_(console), metric_(metric), names_(std::move(names)) {
    for (std::size_t i = 0; i < names_.size(); ++i) feeds_.push_back(std::make_unique<ReportFeed>());
    epochs_.resize(feeds_.size());
  }
  std::vector<Sink*> sinks() const {
    std::vector<Sink*> all;
    for (const auto& feed : feeds_) all.push_back(feed.get());
    return all;
  }
  void say(const LockStep& twins) {
    for (std::size_t i = 0; i < feeds_.size(); ++i)
      for (const Report& report : feeds_[i]->drain()) take(i, twins, report);
    for (; std::ranges::all_of(epochs_, [&](const auto& of) { return of.size() > said_; }); ++said_) {
      std::string line = fmt::format("epoch {}: {}", epochs_[0][said_].epoch, metric_.title);
      for (std::size_t i = 0; i < epochs_.size(); ++i)
        line += fmt::format("{} {} {}", i == 0 ? "" : ",", names_[i], metric_.text(value(i, said_)));
      console_.note(line);
    }
  }
  double last(std::size_t twin) const {
    return epochs_[twin].empty() ? std::numeric_limits<double>::quiet_NaN()
                                 : value(twin, epochs_[twin].size() - 1);
  }

 private:
  void take(std::size_t twin, const LockStep& twins, const Report& report) {
    if (const auto* event = std::get_if<EventReport>(&report); event && twin == 0) console_.note(event->text);
    const auto* epoch = std::get_if<EpochReport>(&report);
    if (!epoch) return;
    epochs_[twin].push_back(*epoch);
    Json json = Json::Object{{"run", twins.session(twin).run().id}, {"twin", names_[twin]}};
    const Json members = reportToJson(*epoch);
    for (const auto& [key, member] : members.asObject()) json[key] = member;
    console_.object("epoch", json);
  }
  double value(std::size_t twin, std::size_t place) const {
    return metricOf(epochs_[twin][place].test, metric_.name);
  }

  const Console& console_;
  const Metric metric_;
  const std::vector<std::string> names_;
  std::vector<std::unique_ptr<ReportFeed>> feeds_;
  std::vector<std::vector<EpochReport>> epochs_;
  std::size_t said_ = 0;
};

/// The last tests of twins, a seed each.
struct Lasts {
  std::vector<std::string> names;
  Metric metric;
  std::vector<std::vector<double>> values;  ///< of each name
  std::vector<std::int64_t> seeds;
};

void sayDifference(const Console& console, const Lasts& lasts, std::size_t a, std::size_t b) {
  const auto found = difference({lasts.values[a], lasts.seeds}, {lasts.values[b], lasts.seeds});
  if (!found) return;
  const Metric& metric = lasts.metric;
  const double scale = metric.scale;
  std::string text =
      fmt::format("{} - {}: {:+.3f} {}", lasts.names[a], lasts.names[b], scale * found->mean, metric.unit);
  if (found->interval)
    text +=
        fmt::format(" (95 % interval {:+.3f} to {:+.3f}, p = {:.3g}, {} pairs)", scale * found->interval->low,
                    scale * found->interval->high, *found->p, lasts.seeds.size());
  else
    text += fmt::format(" ({}: no interval; give runs of more seeds)", found->why);
  console.say(text);
  Json json = Json::Object{{"metric", metric.name},
                           {"a", lasts.names[a]},
                           {"b", lasts.names[b]},
                           {"mean", numberToJson(found->mean)},
                           {"pairs", static_cast<std::int64_t>(lasts.seeds.size())}};
  json["low"] = found->interval ? Json(found->interval->low) : Json();
  json["high"] = found->interval ? Json(found->interval->high) : Json();
  json["p"] = found->p ? Json(*found->p) : Json();
  console.object("difference", json);
}

/// In pairs, by seed.
void sayDifferences(const Console& console, const Lasts& lasts) {
  for (std::size_t a = 0; a < lasts.names.size(); ++a)
    for (std::size_t b = a + 1; b < lasts.names.size(); ++b) sayDifference(console, lasts, a, b);
}

/// Trains them to their end, their failure or a signal, and takes their last tests.
void trainTwins(ProjectWriter& project, Engine& engine, const Twins& twins, int span,
                const StopSignals& signals, const Console& console, Lasts& lasts) {
  Ledger ledger(console, lasts.metric, twins.names);
  LockStep steps(project, engine, twins.starts, span, ledger.sinks());
  for (std::size_t i = 0; i < steps.size(); ++i) console.object("run", summaryJson(steps.session(i).run()));
  while (steps.turn([&] { return signals.received() != 0; })) ledger.say(steps);
  ledger.say(steps);
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps.state(i) == RunState::failed)
      throw Error(fmt::format("{} failed: {}", steps.session(i).run().title, steps.problem(i)));
  if (signals.received()) return;
  for (std::size_t i = 0; i < steps.size(); ++i) lasts.values[i].push_back(ledger.last(i));
  lasts.seeds.push_back(twins.config().seed);
}

int perform(const Options& options) {
  const Console console(options.json);
  if (options.runs.empty() == options.queued.empty())
    throw UsageError(
        "either RUN is required, the key of a run of UADA from 'uada runs', or --queued, numbers of the "
        "queue");
  if (!options.queued.empty() && !options.sets.empty())
    throw UsageError("--set changes forks of RUN; what is --queued is trained as it was queued");
  const StopSignals signals;
  Engine& engine = loadEngine();
  std::vector<Twins> waiting;
  if (!options.queued.empty())
    waiting = queuedTwins(ProjectReader(options.from.project), options.queued, options.from.device);
  std::optional<Lasts> lasts;
  for (std::size_t i = 0; i < std::max(options.runs.size(), waiting.size()); ++i) {
    const Twins twins = waiting.empty() ? twinsOf(engine, ProjectReader(options.from.project), options,
                                                  options.runs[i], console)
                                        : waiting[i];
    const Metric& own = taskOf(twins.config().recipe).testMetrics.front();
    // Of other methods, or another measure: pairs of their own.
    if (lasts && (lasts->names != twins.names || lasts->metric.name != own.name)) {
      if (waiting.empty())
        throw UsageError(fmt::format("{} is measured by {}, the runs before it by {}: give runs of one task",
                                     options.runs[i], own.title, lasts->metric.title));
      sayDifferences(console, *lasts);
      lasts.reset();
    }
    if (!lasts) lasts = Lasts{twins.names, own, std::vector<std::vector<double>>(twins.names.size()), {}};
    ProjectWriter project(options.from.project);
    trainTwins(project, engine, twins, options.span, signals, console, *lasts);
    if (signals.received()) return exitCode(signals);
  }
  if (lasts) sayDifferences(console, *lasts);
  return 0;
}

}  // namespace

void addTwins(Verbs& verbs) {
  verbs.add(
      {"twins", "Train runs in lock-step, in turns of a few steps, and compare them in pairs",
       "Of each RUN UADA's three directions, as forks (see 'uada fork'): maximise, random and minimise, as "
       "in\n"
       "the paper's Table 6; or the runs of the queue that differ in the method alone. Twins have the same\n"
       "batches and random numbers. They train in turns of --span steps, so that what is drawn of them\n"
       "advances together. At the end: the differences of their last tests, paired by seed.\n"
       "Example: uada twins 3fa2 81c0 --set recipe.training.epochs=20\n"
       "         uada twins --queued 5,6"},
      describe, perform);
}

}  // namespace uada::cli

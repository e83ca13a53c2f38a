#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "app/cli/CommandLine.h"
#include "app/cli/Examination.h"
#include "app/cli/Places.h"
#include "app/cli/ReportJson.h"
#include "app/cli/RunText.h"
#include "app/cli/Training.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/engine/ReportJson.h"
#include "core/store/LockStep.h"
#include "core/tables/Statistics.h"

namespace uada::cli {
namespace {

struct Options {
  std::vector<std::string> runs;
  ExaminedRun from;  ///< but for the run
  std::vector<std::string> sets;
  int span = 25;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.arguments("RUN", options.runs, "Runs of UADA, one for each seed, from whose checkpoints three go on");
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

std::vector<Fork> forksOf(Engine& engine, const ProjectReader& project, const Options& options,
                          const std::string& name, const Console& console) {
  ExaminedRun from = options.from;
  from.run = name;
  RunDetail run = project.detail(project.findRun(name).id);
  if (run.config.method.name != "uada")
    throw UsageError(fmt::format("RUN: {} ({}) is of the method {}, uada expected: only that has a direction",
                                 run.summary.key, run.summary.title, run.config.method.name));
  const FoundCheckpoint checkpoint = checkpointOf(engine, project, run.summary, from, console);
  run.config = configOf(run, from);
  std::vector<Fork> forks;
  for (const TwinKind& kind : twinKinds()) {
    std::vector<std::string> sets = options.sets;
    sets.insert(sets.end(), kind.sets.begin(), kind.sets.end());
    forks.push_back(forkOf(project, run, checkpoint, sets));
  }
  return forks;
}

/// Says the main metric of each twin once all have tested an epoch.
class Ledger {
 public:
  Ledger(const Console& console, const Metric& metric) : console_(console), metric_(metric) {
    for (std::size_t i = 0; i < twinKinds().size(); ++i) feeds_.push_back(std::make_unique<ReportFeed>());
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
        line +=
            fmt::format("{} {} {}", i == 0 ? "" : ",", twinKinds()[i].name, metric_.text(value(i, said_)));
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
    Json json = Json::Object{{"run", twins.session(twin).run().id}, {"twin", twinKinds()[twin].name}};
    const Json members = reportToJson(*epoch);
    for (const auto& [key, member] : members.asObject()) json[key] = member;
    console_.object("epoch", json);
  }
  double value(std::size_t twin, std::size_t place) const {
    return metricOf(epochs_[twin][place].test, metric_.name);
  }

  const Console& console_;
  const Metric metric_;
  std::vector<std::unique_ptr<ReportFeed>> feeds_;
  std::vector<std::vector<EpochReport>> epochs_;
  std::size_t said_ = 0;
};

/// Of the last tests, paired by seed.
void sayDifferences(const Console& console, const Metric& metric,
                    const std::vector<std::vector<double>>& lasts, const std::vector<std::int64_t>& seeds) {
  const auto& kinds = twinKinds();
  for (const auto& [a, b] : {std::pair<std::size_t, std::size_t>{0, 1}, {0, 2}, {1, 2}}) {
    const auto found = difference({lasts[a], seeds}, {lasts[b], seeds});
    if (!found) continue;
    const double scale = metric.scale;
    std::string text =
        fmt::format("{} - {}: {:+.3f} {}", kinds[a].name, kinds[b].name, scale * found->mean, metric.unit);
    if (found->interval)
      text +=
          fmt::format(" (95 % interval {:+.3f} to {:+.3f}, p = {:.3g}, {} pairs)",
                      scale * found->interval->low, scale * found->interval->high, *found->p, seeds.size());
    else
      text += fmt::format(" ({}: no interval; give runs of more seeds)", found->why);
    console.say(text);
    Json json = Json::Object{{"metric", metric.name},
                             {"a", kinds[a].name},
                             {"b", kinds[b].name},
                             {"mean", numberToJson(found->mean)},
                             {"pairs", static_cast<std::int64_t>(seeds.size())}};
    json["low"] = found->interval ? Json(found->interval->low) : Json();
    json["high"] = found->interval ? Json(found->interval->high) : Json();
    json["p"] = found->p ? Json(*found->p) : Json();
    console.object("difference", json);
  }
}

int perform(const Options& options) {
  const Console console(options.json);
  if (options.runs.empty()) throw UsageError("RUN is required: the key of a run of UADA from 'uada runs'");
  const StopSignals signals;
  Engine& engine = loadEngine();
  std::vector<std::vector<double>> lasts(twinKinds().size());
  std::vector<std::int64_t> seeds;
  Metric metric;
  for (const std::string& name : options.runs) {
    const std::vector<Fork> forks = [&] {
      const ProjectReader project(options.from.project);
      return forksOf(engine, project, options, name, console);
    }();
    ProjectWriter project(options.from.project);
    const Metric& own = taskOf(forks.front().config.recipe).testMetrics.front();
    if (!seeds.empty() && own.name != metric.name)
      throw UsageError(fmt::format("{} is measured by {}, the runs before it by {}: give runs of one task",
                                   name, own.title, metric.title));
    metric = own;
    Ledger ledger(console, metric);
    LockStep twins(project, engine, forks, options.span, ledger.sinks());
    for (std::size_t i = 0; i < twins.size(); ++i) console.object("run", summaryJson(twins.session(i).run()));
    while (twins.turn([&] { return signals.received() != 0; })) ledger.say(twins);
    ledger.say(twins);
    for (std::size_t i = 0; i < twins.size(); ++i)
      if (twins.state(i) == RunState::failed)
        throw Error(fmt::format("{} failed: {}", twins.session(i).run().title, twins.problem(i)));
    if (signals.received()) return exitCode(signals);
    for (std::size_t i = 0; i < twins.size(); ++i) lasts[i].push_back(ledger.last(i));
    seeds.push_back(forks.front().config.seed);
  }
  sayDifferences(console, metric, lasts, seeds);
  return 0;
}

}  // namespace

void addTwins(Verbs& verbs) {
  verbs.add(
      {"twins", "Train UADA's three directions from one checkpoint in lock-step, and compare them in pairs",
       "Three forks of each RUN (see 'uada fork'): maximise, random and minimise, as in the paper's Table "
       "6,\n"
       "with the same random numbers. They train in turns of --span steps, so that what is drawn of them\n"
       "advances together. At the end: the differences of their last tests, paired by seed.\n"
       "Example: uada twins 3fa2 81c0 --set recipe.training.epochs=20"},
      describe, perform);
}

}  // namespace uada::cli

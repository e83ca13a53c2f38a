#include "app/cli/Training.h"

#include <fmt/core.h>

#include <chrono>
#include <csignal>
#include <thread>
#include <variant>

#include "app/cli/Console.h"
#include "app/cli/Places.h"
#include "app/cli/ProgressLine.h"
#include "app/cli/ReportJson.h"
#include "app/cli/RunText.h"
#include "core/base/Error.h"
#include "core/base/Mailbox.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/config/DeviceName.h"
#include "core/engine/ReportJson.h"

namespace uada::cli {
namespace {

/// Carries reports from the training thread to the main thread, which may be stuck at a terminal: never
/// waits.
class Feed : public Sink {
 public:
  void take(const Report& report) override {
    if (!std::holds_alternative<PolicyReport>(report) && !std::holds_alternative<Decision>(report))
      box_.post(report);
  }
  std::vector<Report> drain() { return box_.drain().items; }

 private:
  Mailbox<Report> box_{100'000};
};

/// Writes one run's reports as JSON lines, each with the run's number.
class Lines {
 public:
  Lines(const Console& console, std::int64_t run) : console_(console), run_(run) {}
  void write(const StateReport& r) const {
    write("state", Json::Object{{"state", stateName(r.state)},
                                {"text", r.text},
                                {"device", r.device},
                                {"threads", r.threads},
                                {"data_hash", r.dataHash},
                                {"data_published", r.dataHash.empty() ? Json() : Json(r.isDataPublished)},
                                {"steps_per_epoch", stepsJson(r.stepsPerEpoch)},
                                {"planned_steps", stepsJson(r.plannedSteps)}});
  }
  void write(const StepReport& report) const { write("step", reportToJson(report)); }
  void write(const EpochReport& report) const { write("epoch", reportToJson(report)); }
  void write(const CheckpointReport& report) const { write("checkpoint", reportToJson(report)); }
  void write(const ResultReport& report) const { write("result", reportToJson(report)); }
  void write(const EventReport& event) const { write("event", Json::Object{{"text", event.text}}); }
  void write(const EditReport& edit) const { write("edit", reportToJson(edit)); }

 private:
  void write(const char* kind, const Json& members) const {
    Json::Object all{{"run", run_}};
    for (const auto& member : members.asObject()) all.push_back(member);
    console_.object(kind, all);
  }
  const Console& console_;
  std::int64_t run_;
};

void announce(const Console& console, const RunSession& session, const Task& task) {
  Json json = summaryJson(session.run());
  json["resumed"] = task.resumed.has_value();
  json["folder"] = session.folder().string();
  json["config"] = toJson(task.config);
  console.object("run", json);
}

std::string resultText(const std::string& prefix, const Metric& metric, const ResultReport& result) {
  return fmt::format("{}  finished: {} {}, best {} in epoch {}, {} of training", prefix, metric.title,
                     metric.text(metricOf(result.last, metric.name)), metric.text(result.best),
                     result.bestEpoch, durationText(result.seconds));
}

/// What was trained counts once it is stored: another program may hold the project for a while.
template <class Say>
void storeRows(ProjectWriter& project, Say say) {
  constexpr int kTries = 3;  // of some 10 s each
  for (int left = kTries - 1;; --left) try {
      return project.flush();
    } catch (const Error& error) {
      if (left == 0) throw;
      say(error.what());
    }
}

/// What a run waits for is said even where little else is, until it goes on or ends.
class Waiting {
 public:
  Waiting(std::string title, bool quiet) : title_(std::move(title)), quiet_(quiet) {}
  void show(const StateReport& report) {
    const bool waits = report.state == RunState::paused;
    if (quiet_ && (waits || waited_)) printProblem(fmt::format("{}: {}", title_, report.text));
    waited_ = waits || (waited_ && report.state == RunState::stopping);
  }

 private:
  std::string title_;
  bool quiet_, waited_ = false;
};

/// Whether a note of preparing a run is to be said.
bool isNews(const EventReport& event, const Task& task) {
  return !task.told || task.told->insert(event.text).second;
}

/// Shows and writes what a run in training says.
struct Hearing {
  Task& task;
  const RunSummary& run;
  const Lines& lines;
  ProgressLine& progress;
  Waiting waiting;

  void take(const Report& report) {
    if (std::holds_alternative<StepReport>(report)) task.told = nullptr;  // it is prepared
    std::visit(
        Cases{[](const PolicyReport&) {}, [](const Decision&) {}, [](const EvaluationReport&) {},
              [](const LandscapeReport&) {}, [](const PredictionsReport&) {}, [](const PredictionReport&) {},
              [&](const EditReport& r) { lines.write(r); },  // an event says it to people
              [&](const EventReport& r) {
                lines.write(r);
                if (isNews(r, task)) progress.show(r);
              },
              [&](const auto& r) { lines.write(r), progress.show(r); }},
        report);
    if (const auto* state = std::get_if<StateReport>(&report)) waiting.show(*state);
    if (const auto* result = std::get_if<ResultReport>(&report))
      progress.line(resultText(task.prefix, mainMetric(run), *result));
  }
};

/// --device is another way to set runtime.device.
std::vector<std::string> allSets(std::vector<std::string> sets, const std::string& device) {
  if (device.empty()) return sets;
  parseDeviceName(device, "--device");
  const std::string wanted = "runtime.device=" + device;
  for (const std::string& set : sets)
    if (set.starts_with("runtime.device=") && set != wanted)
      throw UsageError(
          fmt::format("--set {}: --device says '{}'; leave one of the two out", quotable(set), device));
  sets.push_back(wanted);
  return sets;
}

}  // namespace

void describeExperiment(Verb& verb, ExperimentOptions& options) {
  verb.argument("EXPERIMENT", options.experiment,
                "JSON file, or the name of one from 'uada list experiments'")
      .required();
  verb.project(options.project);
  verb.sets(options.sets);
  verb.device(options.device, "as the experiment says");
}

SweptExperiment readExperiment(const ExperimentOptions& options) {
  const auto sets = allSets(options.sets, options.device);
  const auto kept =
      isProject(options.project) ? ProjectReader(options.project).policies() : std::vector<PolicyFile>{};
  return readSwept(findExperiment(options.experiment).string(), sets, kept);
}

int exitCode(const StopSignals& signals) { return 128 + (signals.received() ? signals.received() : SIGTERM); }

void reportFailure(const Outcome& outcome, const std::string& title, const Console& console) {
  printProblem(fmt::format("{} failed: {}", title, outcome.problem));
  console.object("error", Json::Object{{"run", outcome.run}, {"message", outcome.problem}});
}

Outcome train(ProjectWriter& project, Task task, const StopSignals& signals, const Console& console,
              bool quiet) {
  ProgressLine progress(task.config, task.prefix, quiet);
  Engine& engine = loadEngine();
  Feed feed;
  const auto session = task.fork ? std::make_unique<RunSession>(project, engine, *task.fork, &feed)
                       : task.resumed
                           ? std::make_unique<RunSession>(project, engine, *task.resumed, &feed)
                           : std::make_unique<RunSession>(project, engine, task.config, &feed, task.queued);
  task.turn = {};
  announce(console, *session, task);
  const Lines lines(console, session->run().id);
  Job& job = session->job();
  std::string problem;
  Hearing hearing{task, session->run(), lines, progress, Waiting(session->run().title, quiet)};
  for (bool done = false, asked = false; !done;) {
    done = job.isDone();                    // before the drain, so that the last report is not missed
    if (console.isUnread()) signals.ask();  // 'uada run --json | head -1': what is trained on would be lost
    if (signals.received() && !asked) {
      asked = true;
      job.send(command::Stop{});
      progress.line(
          fmt::format("{}  stopping: writing a checkpoint (once more: at once, without one)", task.prefix));
    }
    if (signals.takeCheckpoint() && !asked) job.send(command::Checkpoint{});
    for (const Report& report : feed.drain()) hearing.take(report);
    if (const std::string now = project.problem(); now != problem) {
      problem = now;
      progress.line(
          fmt::format("{}  {}", task.prefix, now.empty() ? "the project can be written again" : now));
    }
    progress.refresh();
    if (!done) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  job.wait();
  storeRows(project,
            [&](const std::string& text) { progress.line(fmt::format("{}  {}", task.prefix, text)); });
  return {session->run().id, job.state(), job.problem()};
}

}  // namespace uada::cli

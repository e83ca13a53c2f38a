#include <fmt/core.h>

#include <chrono>
#include <limits>
#include <memory>
#include <thread>

#include "app/cli/Examination.h"
#include "app/cli/RunText.h"
#include "app/cli/Training.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/store/Repetition.h"

namespace uada::cli {
namespace {

struct Options {
  ExaminedRun run;
  std::int64_t steps = 20;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("RUN", options.run.run, "Run whose steps are trained again").required();
  verb.number("--steps", options.steps, 1, 1'000'000, "How many; fewer where fewer were recorded")
      .usual("20");
  verb.number("--step", options.run.step, 0, std::numeric_limits<std::int64_t>::max(),
              "From the checkpoint after this one; default: the newest with steps after it");
  verb.text("--data", "DIR", options.run.folder,
            "Where the data set lies now; default: where the run had it, else searched for");
  verb.project(options.run.project);
}

/// Trains until the steps are done, or a signal comes.
/// returns  the exit code of a signal, or 0
int repeat(Engine& engine, const RunConfig& config, const std::vector<EditReport>& edits,
           const FoundCheckpoint& from, Repetition& repetition) {
  const StopSignals signals;
  const std::unique_ptr<Job> job = engine.start(work::Train{config, {}, from.file, false, edits}, repetition);
  for (bool isAsked = false; !job->isDone();) {
    if ((signals.received() || repetition.isDone()) && !isAsked) {
      isAsked = true;
      job->send(command::Stop{});
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  job->wait();
  if (job->state() == RunState::failed) throw Error(job->problem());
  return signals.received() ? exitCode(signals) : 0;
}

/// With the run, whatever came out.
void record(const Options& options, const RunDetail& run, const std::string& text) {
  ProjectWriter(options.run.project)
      .append(run.summary.id, std::max(run.summary.attempts, 1), repetitionEvent(text));
}

int perform(const Options& options) {
  const Console console(options.json);
  const ProjectReader project(options.run.project);
  const RunDetail run = project.detail(project.findRun(options.run.run).id);
  if (isLive(run.summary.state))
    throw Error(
        fmt::format("{} ({}) is being trained: wait until it has ended", run.summary.key, run.summary.title));
  Engine& engine = loadEngine();
  const FoundCheckpoint from = options.run.step >= 0
                                   ? checkpointOf(engine, project, run.summary, options.run, console)
                                   : checkpointWithStepsAfter(engine, project.file(), run.summary);
  Repetition repetition(project, run, from.step, options.steps);
  console.note(fmt::format("training steps {} to {} again, from the checkpoint after step {}",
                           groupedText(repetition.firstStep()), groupedText(repetition.lastStep()),
                           groupedText(from.step)));
  if (const int code = repeat(engine, configOf(run, options.run), run.edits, from, repetition)) return code;
  const Repetition::Compared compared = repetition.compared();
  const std::string difference = repetition.difference(), result = repetition.verdict();
  console.object("verify", Json::Object{{"run", run.summary.id},
                                        {"key", run.summary.key},
                                        {"first_step", repetition.firstStep()},
                                        {"last_step", repetition.lastStep()},
                                        {"steps", compared.steps},
                                        {"policies", compared.policies},
                                        {"decisions", compared.decisions},
                                        {"tests", compared.tests},
                                        {"difference", difference.empty() ? Json() : Json(difference)}});
  console.say(fmt::format("{} ({}): {}", run.summary.key, run.summary.title, result));
  if (readOnlyReason(options.run.project).empty()) record(options, run, result);
  return difference.empty() ? 0 : 1;
}

}  // namespace

void addVerify(Verbs& verbs) {
  verbs.add(
      {"verify", "Train some steps of a run again and compare them to the last bit",
       "From one of the run's checkpoints, with what the run recorded: losses, metrics, counts, policy,\n"
       "decisions with the hashes of their pictures, tests. The result is kept among the run's events.\n"
       "Exit code 1 if anything differs.\n"
       "Example: uada verify 3fa2 --steps 100"},
      describe, perform);
}

}  // namespace uada::cli

#include "app/cli/Examination.h"

#include <fmt/core.h>

#include <chrono>
#include <limits>
#include <thread>
#include <variant>

#include "app/cli/Signals.h"
#include "app/cli/Training.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/config/DeviceName.h"
#include "core/store/Locks.h"

namespace uada::cli {

void describeExamined(Verb& verb, ExaminedRun& options, const char* about) {
  verb.argument("RUN", options.run, about).required();
  const Option step = verb.number("--step", options.step, 0, std::numeric_limits<std::int64_t>::max(),
                                  "The checkpoint after this step; default: the newest");
  verb.flag("--best", options.best, "The checkpoint of the epoch with the best test").excludes(step);
  verb.text("--data", "DIR", options.folder,
            "Where the data set lies now; default: where the run had it, else searched for");
  verb.project(options.project);
  verb.device(options.device, "as it was asked for");
}

RunConfig configOf(const RunDetail& run, const ExaminedRun& options) {
  RunConfig config = run.config;
  if (!options.folder.empty()) config.recipe.dataset.set("folder", options.folder);
  if (!options.device.empty()) {
    parseDeviceName(options.device, "--device");
    config.runtime.device = options.device;
  }
  return config;
}

FoundCheckpoint checkpointOf(Engine& engine, const ProjectReader& project, const RunSummary& run,
                             const ExaminedRun& options, const Console& console) {
  const auto folder = runFolder(project.file(), run.key);
  std::vector<FoundCheckpoint> all;
  if (std::filesystem::is_directory(folder)) all = engine.checkpoints(folder);
  std::vector<std::string> steps;
  std::string problems;
  for (const FoundCheckpoint& found : all) {
    if (!found.problem.empty()) {
      problems += (problems.empty() ? "" : "; ") + found.problem;
      continue;
    }
    const bool isWanted = options.best ? found.isBest : options.step < 0 || found.step == options.step;
    if (isWanted) {
      if (!problems.empty()) console.note("passed over: " + problems);
      return found;
    }
    const std::string text = groupedText(found.step);
    if (steps.empty() || steps.front() != text) steps.insert(steps.begin(), text);  // the best is there twice
  }
  const std::string who = fmt::format("{} ({})", run.key, run.title);
  if (steps.empty() && !problems.empty()) throw Error(problems);
  if (steps.empty())
    throw Error(
        fmt::format("{} has no checkpoint in '{}'; one is written after every epoch", who, folder.string()));
  throw Error(fmt::format("{} has no sound checkpoint {}; there are those of step {}{}", who,
                          options.best ? "of the best epoch" : "after step " + groupedText(options.step),
                          joined(steps, ", "), problems.empty() ? "" : "; damaged: " + problems));
}

int perform(Engine& engine, const Work& work, const Console& console,
            const std::function<void(const Report&)>& take) {
  ReportFeed feed;
  return perform(engine, work, feed, feed, console, take, nullptr);
}

int perform(Engine& engine, const Work& work, Sink& sink, ReportFeed& feed, const Console& console,
            const std::function<void(const Report&)>& take, const std::function<void()>& eachRound) {
  const StopSignals signals;
  const std::unique_ptr<Job> job = engine.start(work, sink);
  for (bool done = false, asked = false; !done;) {
    done = job->isDone();  // before the drain, so that the last report is not missed
    if (signals.received() && !asked) {
      asked = true;
      job->send(command::Stop{});
    }
    for (const Report& report : feed.drain()) {
      take(report);
      if (const auto* event = std::get_if<EventReport>(&report)) console.note(event->text);
    }
    if (eachRound) eachRound();
    if (!done) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  job->wait();
  if (job->state() == RunState::failed) throw Error(job->problem());
  if (job->state() != RunState::stopped) return 0;
  console.note("stopped before it was done");
  return exitCode(signals);
}

}  // namespace uada::cli

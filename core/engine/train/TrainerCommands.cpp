#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/config/LiveSettings.h"
#include "core/engine/Edits.h"
#include "core/engine/train/Trainer.h"

// What a run is told while it trains, and what becomes of it where a step cannot be taken.
namespace uada {

/// What is done between steps.
/// returns  false: stop now
bool Trainer::between() {
  editAgain();
  if (control_.pauseWanted(progress_.step)) pause(fmt::format("paused after step {}", progress_.step));
  if (control_.stopNow()) return false;
  obeyChanges();
  const double minutes = sinceCheckpoint_.seconds() / 60;
  if (control_.takeCheckpoint() || minutes >= prepared_.config.runtime.checkpointMinutes) return save();
  return true;
}

void Trainer::obeyChanges() {
  for (const command::Change& wanted : control_.takeChanges()) {
    try {
      obey(wanted);
    } catch (const UsageError& problem) {
      sink_.take(EventReport{fmt::format("not changed: {}", problem.what())});
    }
  }
}

void Trainer::obey(const command::Change& wanted) {
  if (wanted.key.starts_with("runtime.")) {
    Runtime& runtime = prepared_.config.runtime;
    runtime = changedRuntime(runtime, wanted.key, wanted.value);
    sink_.take(
        EventReport{fmt::format("{} is {} after step {}", wanted.key, wanted.value.dump(), progress_.step)});
    return;
  }
  if (progress_.edits.size() < prepared_.edits.size()) {
    const EditReport& next = prepared_.edits[progress_.edits.size()];
    throw UsageError(fmt::format(
        "{}: the run repeats steps in which it was changed before, and {} becomes {} after step {}; "
        "wait for that",
        wanted.key, next.key, next.after, next.step));
  }
  edit({static_cast<int>(progress_.edits.size()) + 1, progress_.step, wanted.key,
        liveValue(inForce_, wanted.key).dump(),
        liveValue(withLiveSetting(inForce_, wanted.key, wanted.value), wanted.key).dump()});
}

void Trainer::edit(const EditReport& edit) {
  inForce_ = withEdit(inForce_, edit);
  stepper_->adopt(inForce_);
  progress_.edits.push_back(edit);
  sink_.take(edit);
  sink_.take(EventReport{editText(edit)});
}

/// What a run was told in steps that it takes again.
void Trainer::editAgain() {
  while (progress_.edits.size() < prepared_.edits.size() &&
         prepared_.edits[progress_.edits.size()].step <= progress_.step)
    edit(prepared_.edits[progress_.edits.size()]);
}

/// canHalve  StateReport::canHalve
void Trainer::pause(const std::string& text, bool canHalve) {
  enter(RunState::paused, text, canHalve);
  while (control_.pauseWanted(progress_.step) && !control_.stopNow()) {
    if (control_.takeCheckpoint()) save();
    obeyChanges();
    control_.wait();
  }
  obeyChanges();  // sent together with the command to go on
  if (!control_.stopNow()) enter(RunState::running, "training");
}

/// How many rows at most are to be trained on at a time where memory was short for a step; 0: as many as
/// before.
int Trainer::rowsAfter(const StepFault& fault) const {
  if (fault.kind != StepFault::Kind::memory || prepared_.config.runtime.onOutOfMemory != "halve") return 0;
  const int before = progress_.rowsAtOnce > 0 ? progress_.rowsAtOnce : prepared_.config.recipe.training.batch;
  return before / 2 > 1 ? before / 2 : 0;
}

/// A step was not taken: what becomes of the run. If this returns, the step is tried again.
void Trainer::settle(const StepFault& fault) {
  if (const int rows = rowsAfter(fault); rows > 0) return halve(fault, rows);
  if (sink_.isWatched()) {
    control_.send(command::Pause{});
    const bool canHalve =
        fault.kind == StepFault::Kind::memory && prepared_.config.runtime.onOutOfMemory != "halve";
    pause(fmt::format("{}; the run is paused: to go on tries this step again", fault.what()), canHalve);
    // Somebody may have allowed it meanwhile.
    if (const int rows = rowsAfter(fault); rows > 0 && !control_.stopNow()) halve(fault, rows);
    return;
  }
  enter(RunState::stopping, "writing a checkpoint");
  const bool isSaved = !prepared_.runFolder.empty() && save();
  throw Error(fmt::format("{}{}", fault.what(),
                          isSaved
                              ? fmt::format("; a checkpoint of step {} was written, from which the run can "
                                            "be resumed",
                                            progress_.step)
                              : ""));
}

void Trainer::halve(const StepFault& fault, int rows) {
  progress_.rowsAtOnce = rows;
  stepper_->setRowsAtOnce(rows);
  sink_.take(EventReport{
      fmt::format("{}; from here on at most {} rows at a time are trained on", fault.what(), rows)});
}

}  // namespace uada

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/base/Error.h"
#include "core/config/LiveSettings.h"
#include "core/engine/Edits.h"
#include "core/engine/train/Trainer.h"

// What a run is told while it trains, and what becomes of it where a step cannot be taken.
namespace uada {
namespace {

/// Changes as rank 0 tells them.
std::string changesText(const std::vector<command::Change>& changes) {
  Json all = Json::array();
  for (const command::Change& change : changes) all.push(Json::Array{change.key, change.value});
  return all.dump();
}

std::vector<command::Change> changesFrom(const std::string& text) {
  std::vector<command::Change> changes;
  for (const Json& pair : parseJson(text, "a change").asArray())
    changes.push_back({pair.asArray().at(0).asString(), pair.asArray().at(1)});
  return changes;
}

}  // namespace

/// Asks for commands. What one rank was told holds for all; settings are changed by rank 0 alone.
Trainer::Heard Trainer::hear() {
  const bool isFirst = world_.rank() == 0;
  const double minutes = sinceCheckpoint_.seconds() / 60;
  const std::array<bool, 6> mine{control_.stopNow(),
                                 control_.stopAfterEpoch(),
                                 control_.pauseWanted(progress_.step),
                                 isFirst && control_.hasChanges(),
                                 isFirst && minutes >= prepared_.config.runtime.checkpointMinutes,
                                 control_.takeCheckpoint()};
  const std::vector<bool> any = world_.any(mine);
  wantsCheckpoint_ |= any[5];
  return {any[0], any[1], any[2] && !any[0], any[3], any[4]};
}

/// What is done between steps.
/// returns  false: stop now
bool Trainer::between() {
  editAgain();
  Heard heard = hear();
  if (heard.pause) heard = pause(fmt::format("paused after step {}", progress_.step));
  if (heard.stop) return false;
  obeyChanges(heard);
  if (takeCheckpoint() || heard.isDue) return save();
  return true;
}

void Trainer::obeyChanges(const Heard& heard) {
  if (!heard.hasChanges) return;
  std::vector<command::Change> changes = control_.takeChanges();
  if (!world_.isAlone()) changes = changesFrom(world_.told(changesText(changes)));
  for (const command::Change& wanted : changes) {
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

/// returns  what was heard at the end of it
Trainer::Heard Trainer::pause(const std::string& text, const Remedy& remedy) {
  enter(RunState::paused, text, remedy);
  Heard heard = hear();
  while (heard.pause && !heard.stop) {
    if (takeCheckpoint()) save();
    obeyChanges(heard);
    control_.wait();
    heard = hear();
  }
  obeyChanges(heard);  // sent together with the command to go on
  heard.hasChanges = false;
  if (!heard.stop) enter(RunState::running, "training");
  return heard;
}

/// How many rows at most are to be trained on at a time where memory was short for a step; 0: as many as
/// before.
int Trainer::rowsAfter(const StepFault& fault) const {
  if (fault.kind != StepFault::Kind::memory || prepared_.config.runtime.onOutOfMemory != "halve") return 0;
  const int before = progress_.rowsAtOnce > 0 ? progress_.rowsAtOnce : prepared_.config.recipe.training.batch;
  return before / 2 > 1 ? before / 2 : 0;
}

/// A step was not taken: what becomes of the run. If this returns, the step is tried again.
/// unsoundStep  StateReport::unsoundStep
void Trainer::settle(const StepFault& fault, std::int64_t unsoundStep) {
  if (const int rows = rowsAfter(fault); rows > 0) return halve(fault, rows);
  if (world_.any(sink_.isWatched())) {
    if (sink_.isWatched()) control_.send(command::Pause{});
    const bool canHalve =
        fault.kind == StepFault::Kind::memory && prepared_.config.runtime.onOutOfMemory != "halve";
    const Heard heard =
        pause(fmt::format("{}; the run is paused: to go on tries this step again", fault.what()),
              {.canHalve = canHalve, .unsoundStep = unsoundStep});
    // Somebody may have allowed it meanwhile.
    if (const int rows = rowsAfter(fault); rows > 0 && !heard.stop) halve(fault, rows);
    return;
  }
  enter(RunState::stopping, "writing a checkpoint");
  const bool isSaved = save() && !prepared_.runFolder.empty();
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

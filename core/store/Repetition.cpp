#include "core/store/Repetition.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "core/base/Error.h"
#include "core/base/Plural.h"
#include "core/base/Text.h"
#include "core/engine/DecisionLine.h"
#include "core/engine/ReportJson.h"

namespace uada {
namespace {

std::string keyOf(std::int64_t step) { return groupedText(static_cast<long long>(step)); }
std::string keyOf(const Decision& decision) {
  return fmt::format("{}, sample {}", keyOf(decision.step), decision.index);
}

Json jsonOf(const Decision& decision) { return decisionToJson(decision, {}); }

/// The step again as the record has it: a row from before the norm was recorded has none to compare.
StepReport asRecorded(StepReport report, const std::map<std::string, Json>& recorded) {
  const auto place = recorded.find(keyOf(report.step));
  const Json* norm = place == recorded.end() ? nullptr : place->second.find("gradient_norm");
  if (norm && norm->isNull()) report.gradientNorm = std::nan("");
  return report;
}

/// What differs, in words: the first member, or element, that does. Empty: they are equal.
std::string differenceOf(const std::string& name, const Json& recorded, const Json& found) {
  if (name.ends_with("seconds") || name == "timings" || recorded.dump() == found.dump()) return {};
  if (recorded.isObject() && found.isObject()) {
    for (const auto& [key, value] : recorded.asObject()) {
      const Json* other = found.find(key);
      const std::string inner =
          differenceOf(name.empty() ? key : name + '.' + key, value, other ? *other : Json());
      if (!inner.empty()) return inner;
    }
    return {};
  }
  if (recorded.isArray() && found.isArray() && recorded.asArray().size() == found.asArray().size()) {
    for (std::size_t i = 0; i < recorded.asArray().size(); ++i) {
      const std::string inner =
          differenceOf(fmt::format("{}[{}]", name, i), recorded.asArray()[i], found.asArray()[i]);
      if (!inner.empty()) return inner;
    }
    return {};
  }
  return fmt::format("{} is {} in the record and {} now", name, recorded.dump(), found.dump());
}

/// What was different on the machine, in words; empty: nothing that is known of.
std::string otherMachine(const std::optional<Manifest>& then, const Manifest& now) {
  if (!then) return {};
  std::string text;
  const auto add = [&](const char* what, const std::string& before, const std::string& after) {
    if (before != after)
      text += fmt::format("{}{} was {} and is {}", text.empty() ? "" : ", ", what, before, after);
  };
  add("the host", then->host, now.host);
  add("the processor", then->cpu, now.cpu);
  add("LibTorch", then->libtorch, now.libtorch);
  add("the program", then->git, now.git);
  return text;
}

/// "8 decisions", "6 of 8 decisions": those that came again of those recorded; none recorded: nothing
std::string partText(int compared, std::size_t recorded, const char* what) {
  if (recorded == 0) return {};
  const auto all = static_cast<int>(recorded);
  return ", " + (compared < all ? fmt::format("{} of ", compared) : std::string()) + plural(all, what);
}

}  // namespace

FoundCheckpoint checkpointWithStepsAfter(Engine& engine, const std::filesystem::path& project,
                                         const RunSummary& run) {
  const auto folder = runFolder(project, run.key);
  if (std::filesystem::is_directory(folder))
    for (FoundCheckpoint& found : engine.checkpoints(folder))  // newest first
      if (found.problem.empty() && found.step < run.step) return std::move(found);
  throw Error(
      fmt::format("{} ({}) has no sound checkpoint that recorded steps follow: its last step is {}; a run "
                  "keeps its newest two "
                  "and that of its best epoch",
                  run.key, run.title, groupedText(run.step)));
}

Repetition::Repetition(const ProjectReader& project, const RunDetail& run, std::int64_t afterStep,
                       std::int64_t count)
    : afterStep_(afterStep), then_(run.attempts.empty() ? std::nullopt : std::optional(run.attempts.back())) {
  const std::int64_t id = run.summary.id;
  for (const StepReport& report : project.steps(id, afterStep, afterStep + count)) {
    steps_[keyOf(report.step)] = reportToJson(report);
    lastStep_ = std::max(lastStep_, report.step);
  }
  if (steps_.empty())
    throw Error(fmt::format("{} ({}) recorded no step after {}: there is nothing to compare with",
                            run.summary.key, run.summary.title, keyOf(afterStep)));
  const auto isWithin = [&](std::int64_t step) { return step > afterStep_ && step <= lastStep_; };
  for (const PolicyReport& report : project.policy(id, afterStep))
    if (isWithin(report.step)) policies_[keyOf(report.step)] = reportToJson(report);
  for (const EpochReport& report : project.epochs(id))
    if (isWithin(report.step)) tests_[keyOf(report.step)] = reportToJson(report);
  for (const DecisionPlace& place : project.decisionPlaces(id))
    if (isWithin(place.step))
      if (const auto decision = project.soundDecision(id, place, false))
        decisions_[keyOf(*decision)] = jsonOf(*decision);
}

void Repetition::compare(const std::string& what, const std::map<std::string, Json>& recorded,
                         const std::string& key, const Json& found, int& counted) {
  const auto place = recorded.find(key);
  if (place == recorded.end()) return;
  const std::lock_guard lock(mutex_);
  if (!difference_.empty()) return;
  const std::string difference = differenceOf("", place->second, found);
  if (difference.empty())
    ++counted;
  else
    difference_ = fmt::format("{} {}: {}", what, key, difference);
}

void Repetition::take(const Report& report) {
  std::visit(
      Cases{[&](const StepReport& r) {
              compare("step", steps_, keyOf(r.step), reportToJson(asRecorded(r, steps_)), compared_.steps);
              if (r.step >= lastStep_ && !tests_.contains(keyOf(lastStep_))) isDone_ = true;
            },
            [&](const PolicyReport& r) {
              compare("the policy at step", policies_, keyOf(r.step), reportToJson(r), compared_.policies);
            },
            [&](const Decision& r) {
              compare("the decision at step", decisions_, keyOf(r), jsonOf(r), compared_.decisions);
            },
            [&](const EpochReport& r) {
              compare("the test after step", tests_, keyOf(r.step), reportToJson(r), compared_.tests);
              if (r.step >= lastStep_) isDone_ = true;
            },
            [](const auto&) {}},
      report);
  const std::lock_guard lock(mutex_);
  if (!difference_.empty()) isDone_ = true;
}

Repetition::Compared Repetition::compared() const {
  const std::lock_guard lock(mutex_);
  return compared_;
}

bool Repetition::isWhole() const { return compared().steps == static_cast<int>(steps_.size()); }

std::string Repetition::difference() const {
  const std::lock_guard lock(mutex_);
  return difference_;
}

std::string Repetition::verdict() const {
  const Manifest now = currentManifest();
  const Compared compared = this->compared();
  const std::string difference = this->difference(), machine = otherMachine(then_, now);
  if (difference.empty() && !isWhole())
    throw Error(fmt::format("only {} of those recorded came again: nothing can be said of the others",
                            plural(compared.steps, "step")));
  const std::string span = fmt::format("steps {} to {} from the checkpoint after step {}", keyOf(firstStep()),
                                       keyOf(lastStep()), keyOf(afterStep_));
  if (difference.empty())
    return fmt::format("{} {} ({}{}{}{}), on {}", span, kEqualToTheBit, plural(compared.steps, "step"),
                       compared.policies > 0 ? ", their policy" : "",
                       partText(compared.decisions, decisions_.size(), "decision"),
                       partText(compared.tests, tests_.size(), "test"), now.host);
  return fmt::format("{} differ: {}{}, on {}", span, difference, machine.empty() ? "" : "; " + machine,
                     now.host);
}

EventReport repetitionEvent(const std::string& verdict) { return {kRepetitionEvent + verdict}; }

}  // namespace uada

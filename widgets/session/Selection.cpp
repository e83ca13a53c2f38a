#include "widgets/session/Selection.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>

#include "core/tables/Cost.h"

namespace uada {

namespace {

/// What Selection::begin() compares. runs: newest first
std::set<qint64> comparedFirst(const std::vector<RunSummary>& runs) {
  constexpr std::size_t kMost = 50;  // curves that a person may still tell apart
  if (runs.empty()) return {};
  const auto finished = std::ranges::find(runs, RunState::finished, &RunSummary::state);
  const std::string wanted = recipeAndData(finished == runs.end() ? runs.front() : *finished);
  std::vector<std::vector<qint64>> groups;  // of one configuration each, newest first
  std::unordered_map<std::string, std::size_t> places;
  for (const RunSummary& run : runs) {
    if (recipeAndData(run) != wanted) continue;
    const std::size_t place = places.try_emplace(run.configHash + run.origin(), groups.size()).first->second;
    if (place == kMost) break;
    if (place == groups.size()) groups.emplace_back();
    groups[place].push_back(run.id);
  }
  const std::size_t seeds = kMost / groups.size();
  std::set<qint64> compared;
  for (const std::vector<qint64>& group : groups)
    for (std::size_t i = 0; i < std::min(group.size(), seeds); ++i) compared.insert(group[i]);
  return compared;
}

}  // namespace

std::vector<qint64> Selection::checked() const {
  std::vector<qint64> checked;
  for (const qint64 run : checked_)
    if (list_->find(run)) checked.push_back(run);
  std::ranges::sort(checked, std::greater());  // newest first, as they are listed
  return checked;
}

std::vector<qint64> Selection::shown() const {
  std::vector<qint64> runs = checked();
  if (run_ != 0 && !isChecked(run_)) runs.insert(runs.begin(), run_);
  return runs;
}

void Selection::begin(std::shared_ptr<const RunList> list, const std::optional<std::set<qint64>>& checked) {
  list_ = std::move(list);
  checked_ = checked ? *checked : comparedFirst(list_->runs);
  live_ = 0;
  isChosen_ = false;
  place(list_->runs.empty() ? 0 : list_->runs.front().id);
  Q_EMIT checkedChanged();
  tellPlace();
}

void Selection::update(std::shared_ptr<const RunList> list) {
  list_ = std::move(list);
  const bool isFewer = std::erase_if(checked_, [this](qint64 run) { return !list_->find(run); }) > 0;
  const bool isGone = run_ != 0 && !list_->find(run_);
  if (isGone) place(list_->runs.empty() ? 0 : list_->runs.front().id);
  if (isFewer) Q_EMIT checkedChanged();
  if (isGone) tellPlace();
  if (cursor_ != lastStep()) follow(run_);  // another program trains it
}

void Selection::showLive(qint64 run) {
  std::set<qint64> ticks = checked_;
  ticks.insert(run);
  setTicks(std::move(ticks));
  const bool follows = !isChosen_ || run_ == live_;
  live_ = run;
  if (follows) moveTo(run);
}

void Selection::follow(qint64 run) {
  if (run != run_ || !follows_) return;
  cursor_ = lastStep();
  Q_EMIT cursorChanged(cursor_);
}

/// All of it, before any of it is told: who hears of a run asks for its cursor, too.
void Selection::place(qint64 run) {
  run_ = run;
  follows_ = true;
  cursor_ = lastStep();
}

void Selection::tellPlace() {
  Q_EMIT selectionChanged(run_);
  Q_EMIT cursorChanged(cursor_);
}

void Selection::moveTo(qint64 run) {
  place(run);
  tellPlace();
}

void Selection::select(qint64 run) {
  isChosen_ = true;
  if (run != run_) moveTo(run);
}

void Selection::setTicks(std::set<qint64> runs) {
  if (runs == checked_) return;
  checked_ = std::move(runs);
  Q_EMIT checkedChanged();
}

void Selection::tick(std::set<qint64> runs) {
  const std::set<qint64> before = checked_;
  setTicks(std::move(runs));
  if (before != checked_) Q_EMIT ticked(before);
}

void Selection::setChecked(qint64 run, bool checked) { setChecked(std::vector{run}, checked); }

void Selection::setChecked(const std::vector<qint64>& runs, bool checked) {
  std::set<qint64> ticks = checked_;
  for (const qint64 run : runs)
    if (checked)
      ticks.insert(run);
    else
      ticks.erase(run);
  tick(std::move(ticks));
}

void Selection::setOnlyChecked(const std::vector<qint64>& runs) { tick({runs.begin(), runs.end()}); }

void Selection::setCursor(qint64 step) {
  const qint64 last = lastStep();
  cursor_ = std::clamp<qint64>(step, std::min<qint64>(1, last), last);
  follows_ = cursor_ == last;
  Q_EMIT cursorChanged(cursor_);
}

void Selection::setFollowsLive(bool follow) {
  follows_ = follow;
  if (follow) cursor_ = lastStep();
  Q_EMIT cursorChanged(cursor_);
}

}  // namespace uada

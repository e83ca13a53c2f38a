#include "widgets/session/Histories.h"

#include <algorithm>
#include <utility>

#include "widgets/session/ProjectView.h"

namespace uada {

void Histories::reset(ProjectView* view) {
  view_ = view;
  entries_.clear();
  list_ = nullptr;
}

Histories::Entry& Histories::entryOf(qint64 run) {
  Entry& entry = entries_[run];
  entry.asked = ++clock_;
  return entry;
}

const History& Histories::of(qint64 run) {
  Entry& entry = entryOf(run);
  if (!entry.hasSteps) read(run, entry, true, INT64_MAX, &Histories::curvesRead);
  return entries_[run].history;  // it may have been answered at once
}

const std::vector<EpochReport>& Histories::epochsOf(qint64 run) {
  Entry& entry = entryOf(run);
  if (!entry.hasEpochs) read(run, entry, false, INT64_MAX, &Histories::curvesRead);
  return entries_[run].history.epochs;
}

void Histories::read(qint64 run, Entry& entry, bool withSteps, std::int64_t last, Tell tell) {
  entry.hasEpochs = true;
  entry.hasSteps = withSteps;
  if (!view_ || run <= 0) return;
  const RunSummary* summary = list_ ? list_->find(run) : nullptr;
  const std::int64_t known = summary ? summary->step : 0;
  const int attempts = summary ? summary->attempts : 0;
  entry.question = ++questions_;
  view_->ask(
      this,
      [run, withSteps, last, known, attempts](const OpenProject& project) {
        History history = History::read(project.reader, run, withSteps, last, known);
        history.attempts = attempts;
        return history;
      },
      [this, run, tell, question = entry.question](std::optional<History> history) {
        const auto place = entries_.find(run);
        if (place == entries_.end() || place->second.question != question) return;
        const bool isRead = history.has_value();
        take(run, std::move(history));
        if (isRead) (this->*tell)(run);
      });
}

/// What was reported live meanwhile comes after what was stored. None: it could not be read, and is asked for
/// again when it is next looked at.
void Histories::take(qint64 run, std::optional<History> history) {
  Entry& entry = entries_[run];
  entry.question = 0;
  if (history)
    entry.history = std::move(*history);
  else
    entry.hasSteps = entry.hasEpochs = false;
  addTo(entry, std::exchange(entry.steps, {}));
  addTo(entry, std::exchange(entry.epochs, {}));
  shrink(run);
}

void Histories::beginAt(qint64 run, std::int64_t first) {
  Entry& entry = entryOf(run);
  const bool fits = entry.history.empty() ? first <= 1 : entry.history.lastStep() == first - 1;
  if (entry.hasSteps && entry.question == 0 && fits) return;
  entry.steps.clear();
  entry.epochs.clear();
  entry.history = {};
  entry.question = 0;
  entry.hasSteps = entry.hasEpochs = true;
  if (first > 1) read(run, entry, true, first - 1, &Histories::curvesRead);
}

void Histories::append(qint64 run, const std::vector<StepReport>& reports) {
  Entry& entry = entries_[run];
  if (entry.question != 0) {
    entry.steps.insert(entry.steps.end(), reports.begin(), reports.end());
    return;
  }
  addTo(entry, reports);
  shrink(run);
}

void Histories::addTo(Entry& entry, const std::vector<StepReport>& reports) {
  for (const StepReport& report : reports) entry.history.add(report);
}

void Histories::addTo(Entry& entry, const std::vector<EpochReport>& reports) {
  for (const EpochReport& report : reports) entry.history.add(report);
}

void Histories::append(qint64 run, const std::vector<EpochReport>& reports) {
  Entry& entry = entries_[run];
  if (entry.question != 0) {
    entry.epochs.insert(entry.epochs.end(), reports.begin(), reports.end());
    return;
  }
  addTo(entry, reports);
}

void Histories::update(std::shared_ptr<const RunList> list, qint64 live) {
  list_ = std::move(list);
  std::erase_if(entries_,
                [&](const auto& entry) { return entry.first != live && !list_->find(entry.first); });
  std::vector<qint64> behind;  // an answer that comes at once may forget entries
  for (auto& [run, entry] : entries_) {
    const RunSummary* summary = list_->find(run);
    if (run == live && summary) entry.history.attempts = summary->attempts;
    if (run == live || !summary || entry.question != 0 || !entry.hasEpochs) continue;
    const History& history = entry.history;
    // The epoch of a summary is that of its last step: it is tested once the next one has begun, or the end.
    const int epochs = summary->epoch - (summary->step < summary->epoch * summary->stepsPerEpoch ? 1 : 0);
    const bool isBehind = entry.hasSteps ? history.lastStep() < summary->step
                                         : static_cast<int>(history.epochs.size()) < epochs;
    if (isBehind || history.attempts != summary->attempts) behind.push_back(run);
  }
  for (const qint64 run : behind)
    if (const auto place = entries_.find(run); place != entries_.end()) readMore(run, place->second);
}

/// What it has reported since; all, if it was resumed.
void Histories::readMore(qint64 run, Entry& entry) {
  struct More {
    std::vector<StepReport> steps;
    std::vector<EpochReport> epochs;
  };
  const RunSummary* summary = list_->find(run);
  if (summary->attempts != entry.history.attempts || !entry.hasSteps || entry.history.empty()) {
    read(run, entry, entry.hasSteps, INT64_MAX, &Histories::changed);
    return;
  }
  entry.question = ++questions_;
  view_->ask(
      this,
      [run, after = entry.history.lastStep()](const OpenProject& project) {
        return More{project.reader.steps(run, after), project.reader.epochs(run)};
      },
      [this, run, question = entry.question](std::optional<More> more) {
        const auto place = entries_.find(run);
        if (place == entries_.end() || place->second.question != question) return;
        Entry& entry = place->second;
        entry.question = 0;
        if (!more) return;  // the next list asks again
        addTo(entry, more->steps);
        entry.history.epochs = std::move(more->epochs);
        shrink(run);
        Q_EMIT changed(run);
      });
}

std::size_t Histories::bytes() const {
  std::size_t sum = 0;
  for (const auto& [run, entry] : entries_) sum += entry.history.bytes();
  return sum;
}

/// keep  what has just come: it is not forgotten before it is looked at
void Histories::shrink(qint64 keep) {
  while (bytes() > mostBytes_)
    if (!forgetOne(keep) && !coarsenOne()) return;
}

bool Histories::forgetOne(qint64 keep) {
  auto oldest = entries_.end();
  for (auto it = entries_.begin(); it != entries_.end(); ++it)
    if (it->first != keep && !isShown(it->first) && it->second.question == 0 &&
        (oldest == entries_.end() || it->second.asked < oldest->second.asked))
      oldest = it;
  if (oldest == entries_.end()) return false;
  entries_.erase(oldest);
  return true;
}

bool Histories::coarsenOne() {
  Entry* largest = nullptr;
  for (auto& [run, entry] : entries_)
    if (!largest || entry.history.bytes() > largest->history.bytes()) largest = &entry;
  return largest && largest->history.coarsen();
}

}  // namespace uada

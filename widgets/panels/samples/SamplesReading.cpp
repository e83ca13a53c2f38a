// What SamplesPanel reads from the project.
#include <algorithm>
#include <ranges>
#include <utility>

#include "widgets/panels/samples/BesidePane.h"
#include "widgets/panels/samples/SampleFilters.h"
#include "widgets/panels/samples/SamplesPanel.h"
#include "widgets/panels/samples/SamplesView.h"
#include "widgets/session/Session.h"

namespace uada {

bool SamplesPanel::isByStep() const { return filters_->order() == SampleOrder::newest; }

/// Of all that are stored, at the step that is looked at.
void SamplesPanel::readAgain() {
  const Session& session = workbench_.session;
  if (isStale_ || !run_ || !session.hasProject()) return;  // nothing is stored
  const Decision* top = isByStep() ? view_->decisionAt(view_->indexAt({1, 1})) : nullptr;
  if (top) wanted_ = top->step;
  // What was reported of late may not be stored yet; what is, is not taken twice.
  std::vector<Decision> late;
  if (session.liveRun() == run_)
    for (int row = model_.rowCount() - 1; row >= 0; --row) late.push_back(model_.at(row));
  goOn();
  if (answer_.isWaiting())
    meanwhile_.insert(meanwhile_.begin(), late.begin(), late.end());
  else if (!late.empty())
    add(run_, late);
}

/// Reads what the cursor stands at, or the newest.
void SamplesPanel::goOn() {
  const Selection& selection = workbench_.session.selection();
  if (wanted_ == 0 && !selection.followsLive()) wanted_ = selection.cursor();
  read(wanted_ > 0 ? WantedPage{.step = wanted_} : WantedPage{});
}

void SamplesPanel::read(WantedPage wanted) {
  Session& session = workbench_.session;
  follow();
  isStale_ = false;
  meanwhile_.clear();
  answer_.drop();
  wanted.filter = filters_->filter();
  wanted.order = filters_->order();
  if (!run_ || !session.hasProject()) return take({}, wanted);
  answer_.ask(
      session, this,
      [run = run_, known = places_, traits = traits_, wanted](const OpenProject& project) {
        return readPage(project.reader, run, known, *traits, wanted);
      },
      [this, wanted](std::optional<ReadPage> page) { take(page ? std::move(*page) : ReadPage(), wanted); });
  tellPlace();
}

/// What was reported meanwhile comes after what was stored.
void SamplesPanel::take(ReadPage read, const WantedPage& wanted) {
  leftOut_ = read.leftOut;
  classNames_ = std::move(read.classNames);
  places_ = std::move(read.places);
  page_ = read.page;
  count_ = read.count;
  stored_ = read.stored;
  known_ = {};
  if (places_)
    for (const DecisionPlace& place : *places_ | std::views::reverse) {
      if (place.step < places_->back().step) break;
      known_.take(place.step, static_cast<std::uint32_t>(place.sample));
    }
  workbench_.session.tellRemarks(leftOut_);
  model_.setRows(rowsOf(std::move(read.decisions)));
  refresh();
  beside_->refill();
  const auto live = std::exchange(meanwhile_, {});
  if (!live.empty()) add(run_, live);
  const qint64 step = std::exchange(wanted_, 0);
  if (step <= 0 || !isByStep()) return;
  if (isOnPage(step) || wanted.step == step) return scrollToStep(step);
  wanted_ = step;  // the cursor has moved on meanwhile
  this->read({.step = step});
}

/// Those of a step that was refused, since their loss was no finite number, stand behind the run's last step.
std::vector<SampleRow> SamplesPanel::rowsOf(std::vector<Decision> decisions) const {
  const Session& session = workbench_.session;
  const bool isStill = session.liveRun() != run_ || session.state() == SessionState::paused;
  const qint64 last = workbench_.session.selection().lastStep();
  std::vector<SampleRow> rows;
  for (Decision& decision : decisions) {
    const bool isRefused = isStill && decision.step > last;
    rows.push_back({std::move(decision), isRefused ? tr("step not taken: no finite loss") : QString()});
  }
  return rows;
}

}  // namespace uada

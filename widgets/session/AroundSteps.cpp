#include "widgets/session/AroundSteps.h"

#include <algorithm>

namespace uada {

AroundSteps::AroundSteps(Session& session, QObject* parent) : QObject(parent), session_(session) {
  connect(&session, &Session::projectChanged, this, [this] { forget(0); });
  connect(&session, &Session::reloaded, this, &AroundSteps::forget);
}

const StepReport* AroundSteps::at(qint64 run, std::int64_t step) const {
  const auto known = known_.find(run);
  if (known == known_.end()) return nullptr;
  const std::vector<StepReport>& rows = known->second.rows;
  if (rows.empty() || step < rows.front().step || step > rows.back().step) return nullptr;
  return &*std::ranges::lower_bound(rows, step, {}, &StepReport::step);
}

void AroundSteps::read(qint64 run, std::int64_t step) {
  constexpr std::int64_t kReach = 500;
  if (answer_.isWaiting()) return;
  const auto known = known_.find(run);
  if (known != known_.end() && known->second.middle == step) return;  // it has none there
  answer_.ask(
      session_, this,
      [run, step](const OpenProject& project) {
        return project.reader.steps(run, step - kReach, step + kReach);
      },
      [this, run, step](std::optional<std::vector<StepReport>> rows) {
        if (!rows) return;
        known_[run] = {step, std::move(*rows)};
        Q_EMIT changed();
      });
}

/// What was read is of steps that may have been trained anew, or of another project, which answers no more.
void AroundSteps::forget(qint64 run) {
  if (run == 0)
    known_.clear();
  else
    known_.erase(run);
  answer_.drop();
}

}  // namespace uada

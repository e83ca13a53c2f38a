#include "widgets/session/Verifying.h"

#include <algorithm>
#include <utility>

#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada {

Verifying::Verifying(EngineProvider engine, const Wanted& wanted, const std::string& title)
    : EngineWork(std::move(engine), "the verification of " + title), wanted_(wanted) {
  begin();
}

void Verifying::perform(Engine& engine) {
  const ProjectReader project(wanted_.project);  // of this thread
  const RunDetail run = project.detail(wanted_.run);
  const FoundCheckpoint from = checkpointWithStepsAfter(engine, wanted_.project, run.summary);
  const auto repetition = std::make_shared<Repetition>(project, run, from.step, wanted_.steps);
  {
    const std::scoped_lock lock(mutex_);
    repetition_ = repetition;
  }
  EngineWork::run(engine, work::Train{run.config, {}, from.file, false, run.edits}, *this,
                  [&] { return repetition->isDone(); });
  if (!isCancelled() || repetition->isDone()) verdict_ = repetition->verdict();
}

void Verifying::take(const Report& report) {
  EngineWork::take(report);
  repetition_->take(report);  // made before the job
}

void Verifying::finish(const QString& why) { Q_EMIT ended(QString::fromStdString(verdict_), why); }

double Verifying::share() const {
  const std::scoped_lock lock(mutex_);
  if (!repetition_) return 0;
  const auto steps = static_cast<double>(repetition_->lastStep() - repetition_->firstStep() + 1);
  return std::min(1.0, repetition_->compared().steps / steps);
}

QString Verifying::text() const {
  std::shared_ptr<Repetition> repetition;
  {
    const std::scoped_lock lock(mutex_);
    repetition = repetition_;
  }
  const int done = repetition ? repetition->compared().steps : 0;
  if (isCancelled() || done == 0) return EngineWork::text();
  const auto count = [](std::int64_t number) { return QString::fromStdString(groupedText(number)); };
  return tr("Steps %1 to %2 are trained again: %3 came out equal")
      .arg(count(repetition->firstStep()), count(repetition->lastStep()), count(done));
}

}  // namespace uada

#include "widgets/session/Landscaping.h"

#include <utility>

#include "core/base/Error.h"

namespace uada {

Landscaping::Landscaping(EngineProvider engine, Wanted wanted)
    : EngineWork(std::move(engine), "the landscape of " + runTitle(wanted.config)),
      wanted_(std::move(wanted)) {
  begin();
}

void Landscaping::perform(Engine& engine) {
  const FoundCheckpoint found = chosenCheckpoint(engine, wanted_.runFolder, wanted_.checkpoint);
  step_ = found.step;
  run(engine, work::Landscape{wanted_.config, found.file, wanted_.ops, wanted_.samples}, *this);
}

void Landscaping::take(const Report& report) {
  EngineWork::take(report);
  const auto* place = std::get_if<LandscapeReport>(&report);
  if (!place) return;
  const std::scoped_lock lock(mutex_);
  places_.push_back(*place);
}

std::vector<LandscapeReport> Landscaping::places() const {
  const std::scoped_lock lock(mutex_);
  return places_;
}

QString Landscaping::text() const {
  const std::size_t count = places().size();
  return count == 0 || isCancelled()
             ? EngineWork::text()
             : tr("The loss is known at %1").arg(count == 1 ? tr("one place") : tr("%1 places").arg(count));
}

}  // namespace uada

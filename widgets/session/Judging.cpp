#include "widgets/session/Judging.h"

#include <utility>
#include <variant>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "widgets/session/CheckpointChoice.h"

namespace uada {

Judging::Judging(EngineProvider engine, Wanted wanted)
    : EngineWork(std::move(engine), "the look at augmented images of " + runTitle(wanted.config)),
      wanted_(std::move(wanted)) {
  begin();
}

void Judging::perform(Engine& engine) {
  const FoundCheckpoint found = chosenCheckpoint(engine, wanted_.runFolder, {wanted_.isBest, 0});
  step_ = found.step;
  run(engine, work::PredictPlanned{wanted_.config, found.file, wanted_.images}, *this);
}

void Judging::take(const Report& report) {
  EngineWork::take(report);
  const auto* one = std::get_if<PredictionReport>(&report);
  if (!one) return;
  const std::scoped_lock lock(mutex_);
  said_.push_back(std::get<ClassChances>(one->prediction));
}

std::vector<ClassChances> Judging::said() const {
  const std::scoped_lock lock(mutex_);
  return said_;
}

double Judging::share() const {
  const std::scoped_lock lock(mutex_);
  return wanted_.images.empty()
             ? 0
             : static_cast<double>(said_.size()) / static_cast<double>(wanted_.images.size());
}

QString Judging::text() const {
  std::size_t done = 0;
  {
    const std::scoped_lock lock(mutex_);
    done = said_.size();
  }
  if (isCancelled() || done == 0) return EngineWork::text();
  const auto count = [](std::size_t number) {
    return QString::fromStdString(groupedText(static_cast<long long>(number)));
  };
  return tr("%1 of %2 images were shown to the network").arg(count(done), count(wanted_.images.size()));
}

}  // namespace uada

#include "widgets/session/Predicting.h"

#include <fmt/core.h>

#include <utility>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/predictions/PredictionReader.h"

namespace uada {

Predicting::Predicting(EngineProvider engine, Wanted wanted)
    : EngineWork(std::move(engine), "the predictions of " + runTitle(wanted.config)),
      wanted_(std::move(wanted)) {
  begin();
}

static std::int64_t stepOf(Engine& engine, const std::filesystem::path& runFolder,
                           const std::filesystem::path& checkpoint) {
  for (const FoundCheckpoint& found : engine.checkpoints(runFolder)) {
    if (found.file != checkpoint) continue;
    if (!found.problem.empty()) throw Error(found.problem);
    return found.step;
  }
  throw Error("the checkpoint '" + checkpoint.string() + "' is no longer there; choose another one");
}

void Predicting::perform(Engine& engine) {
  const std::int64_t step = stepOf(engine, wanted_.runFolder, wanted_.checkpoint);
  const std::filesystem::path folder =
      wanted_.runFolder / "predictions" / fmt::format("{}-{}", splitName(wanted_.split), step);
  if (holdsPredictions(folder)) {  // made before, or by another program
    folder_ = folder;
    return;
  }
  const auto sink = std::make_shared<PredictionSink>(folder, wanted_.key, static_cast<Sink&>(*this));
  {
    const std::scoped_lock lock(mutex_);
    sink_ = sink;
  }
  run(engine, work::Predict{wanted_.config, wanted_.checkpoint, wanted_.split, wanted_.limit}, *sink,
      [&] { return !sink->problem().empty(); });
  if (const std::string problem = sink->problem(); !problem.empty()) throw Error(problem);
  if (holdsPredictions(folder)) folder_ = folder;
}

void Predicting::finish(const QString& why) { Q_EMIT ended(QString::fromStdString(folder_.string()), why); }

std::size_t Predicting::done() const {
  const std::scoped_lock lock(mutex_);
  return sink_ ? sink_->written() : 0;
}

std::size_t Predicting::all() const {
  const std::scoped_lock lock(mutex_);
  return sink_ ? sink_->samples() : 0;
}

QString Predicting::text() const {
  const auto count = [](std::size_t number) {
    return QString::fromStdString(groupedText(static_cast<long long>(number)));
  };
  if (isCancelled() || all() == 0) return EngineWork::text();
  return tr("%1 of %2 images predicted").arg(count(done()), count(all()));
}

}  // namespace uada

#include "widgets/session/Predicting.h"

#include <fmt/core.h>

#include <algorithm>
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

/// Before their folders said it, the first images alone were written into the same one. Throws Error for
/// such a folder, as far as it is known how many images there are.
static void requireAll(const std::filesystem::path& folder, const Predicting::Wanted& wanted) {
  const Choice& dataset = wanted.config.recipe.dataset;
  const DatasetEntry& entry = findDataset(dataset.name);
  const auto& settings = dataset.as<DataSettings>();
  const bool isTrain = wanted.split == Split::train;
  const std::int64_t images = isTrain ? entry.trainImages : entry.testImages;
  const std::int64_t most = isTrain ? settings.trainLimit : settings.testLimit;
  const std::int64_t all = most > 0 ? std::min(images, most) : images;
  const auto found = static_cast<std::int64_t>(PredictionReader(folder).size());
  if (found < all)
    throw Error(fmt::format(
        "'{}' holds predictions of {} of {} images: rename it to '{}-first{}', and predict "
        "again",
        folder.string(), groupedText(found), groupedText(all), folder.filename().string(), found));
}

void Predicting::perform(Engine& engine) {
  const std::int64_t step = stepOf(engine, wanted_.runFolder, wanted_.checkpoint);
  const auto folder = predictionFolder(wanted_.runFolder, wanted_.split, step, wanted_.limit);
  if (holdsPredictions(folder)) {  // made before, or by another program
    if (wanted_.limit == 0) requireAll(folder, wanted_);
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

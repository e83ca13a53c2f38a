#include "core/engine/train/RunData.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/data/PictureTargets.h"
#include "core/engine/RunImages.h"
#include "core/engine/tasks/Task.h"
#include "core/engine/train/Stopwatch.h"

namespace uada {
namespace {

using Say = std::function<void(const std::string&)>;

/// Says how far the first look at image files has come, which a stop ends.
Loading loadingOf(const Prepared& prepared, Sink& sink, Control& control, const Say& say) {
  constexpr double kPause = 1;  // seconds
  Loading loading;
  loading.threads = prepared.threads;
  loading.note = [&sink](const std::string& text) { sink.take(EventReport{text}); };
  loading.progress = [&control, say, said = Stopwatch()](std::size_t done, std::size_t all) mutable {
    if (said.seconds() > kPause) {
      said.lap();
      say(fmt::format("looking at image files for the first time: {} of {}",
                      groupedText(static_cast<long long>(done)), groupedText(static_cast<long long>(all))));
    }
    return !control.stopNow();
  };
  return loading;
}

/// A limit above what there is means all: a run that goes on says so, a new one would be recorded as what it
/// is not.
std::shared_ptr<const Dataset> readSplit(const Prepared& prepared, Split split, const Loading& loading,
                                         Sink& sink) {
  const Choice& dataset = prepared.config.recipe.dataset;
  auto data = runImages(dataset, split, prepared.dataFolder, loading);
  const auto& settings = dataset.as<DataSettings>();
  const int limit = split == Split::train ? settings.trainLimit : settings.testLimit;
  if (static_cast<std::size_t>(limit) > data->size()) {
    const std::string found =
        fmt::format("recipe.dataset.{} is {}, but there are only {} images in '{}'",
                    split == Split::train ? "train_limit" : "test_limit", groupedText(limit),
                    groupedText(static_cast<long long>(data->size())), prepared.dataFolder.string());
    if (!prepared.checkpoint) throw Error(found + ": set it to 0 for all, or to fewer");
    sink.take(EventReport{found + ": all are used"});
  }
  return data;
}

}  // namespace

RunData readRunData(const Prepared& prepared, Sink& sink, Control& control, const Say& say) {
  const DatasetEntry& entry = findDataset(prepared.config.recipe.dataset.name);
  say(fmt::format("reading {} from {}", entry.title, prepared.dataFolder.string()));
  const Loading loading = loadingOf(prepared, sink, control, say);
  RunData data;
  data.train = readSplit(prepared, Split::train, loading, sink);
  data.test = readSplit(prepared, Split::test, loading, sink);
  data.identity = dataIdentity(*data.train, *data.test);
  if (data.train->size() < 2 || data.test->size() < 1) {
    throw Error(fmt::format("'{}' has {} training and {} test images: at least 2 and 1 are needed",
                            prepared.dataFolder.string(), data.train->size(), data.test->size()));
  }
  return data;
}

void takeTargets(RunData& data, const Recipe& recipe) {
  const TargetKind wanted = taskOf(recipe).target;
  for (auto* set : {&data.train, &data.test}) *set = withTargets(*set, wanted);
}

void requireSameData(const Prepared& prepared, const RunData& data) {
  if (prepared.checkpoint->dataHash == data.identity.hash) return;
  throw Error(
      fmt::format("the images in '{}' are not those the run was started with: their hash is {}, it was {}; "
                  "restore the files, or start a new run",
                  prepared.dataFolder.string(), data.identity.hash, prepared.checkpoint->dataHash));
}

}  // namespace uada

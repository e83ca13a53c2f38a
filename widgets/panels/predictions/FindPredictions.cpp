#include "widgets/panels/predictions/FindPredictions.h"

#include <fmt/core.h>

#include <QObject>
#include <algorithm>
#include <charconv>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/base/Error.h"
#include "core/engine/RunImages.h"
#include "core/engine/tasks/Detection.h"
#include "core/predictions/PredictionReader.h"
#include "widgets/models/Words.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCheckpoint = "checkpoint-", kBest = "best.", kFirst = "-first";

/// The number that a text begins with; -1: it begins with none.
std::int64_t numberAt(std::string_view text) {
  std::int64_t number = -1;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? number : -1;
}

/// In no order; empty where there is no such folder.
std::vector<fs::path> entriesOf(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    entries.push_back(at->path());
  return entries;
}

std::vector<FoundPredictions> predictionsIn(const fs::path& folder) {
  std::vector<FoundPredictions> all;
  for (const fs::path& entry : entriesOf(folder)) {
    if (!holdsPredictions(entry)) continue;
    const std::string name = entry.filename().string();
    FoundPredictions one{entry, Split::test, -1};
    for (const Split split : {Split::train, Split::test})
      if (const std::string start = splitName(split) + std::string("-"); name.starts_with(start)) {
        one.split = split;
        one.step = numberAt(std::string_view(name).substr(start.size()));
      }
    if (const std::size_t first = name.find(kFirst); first != name.npos)
      one.limit = std::max<std::int64_t>(0, numberAt(std::string_view(name).substr(first + kFirst.size())));
    all.push_back(std::move(one));
  }
  std::ranges::sort(all, {}, [](const FoundPredictions& one) {
    return std::tuple(one.split == Split::train, -one.step, one.limit, one.folder);
  });
  return all;
}

std::vector<CheckpointFile> checkpointsIn(const fs::path& folder) {
  std::vector<CheckpointFile> all;
  for (const fs::path& entry : entriesOf(folder)) {
    const std::string name = entry.filename().string();
    if (name.starts_with(kBest)) all.push_back({entry, -1});
    if (!name.starts_with(kCheckpoint)) continue;
    const std::int64_t step = numberAt(std::string_view(name).substr(kCheckpoint.size()));
    if (step >= 0) all.push_back({entry, step});
  }
  std::ranges::sort(all, std::ranges::greater(), &CheckpointFile::step);
  return all;
}

std::shared_ptr<const Dataset> dataOf(const RunConfig& config, Split split, OpenData& known,
                                      const Loading& loading) {
  const Choice& dataset = config.recipe.dataset;
  const std::string key = dataset.name + splitName(split) + dataset.settings().dump();
  std::shared_ptr<const Dataset>& data = known[key];
  if (!data) {
    const auto& settings = dataset.as<DataSettings>();
    data = runImages(dataset, split, locateDataset(findDataset(dataset.name), settings.folder), loading);
  }
  return data;
}

void requireSame(const PredictionHeader& header, const Dataset& data, const fs::path& folder) {
  if (header.dataHash == data.identity() && header.samples.size() <= data.size()) return;
  throw Error(
      fmt::format("the predictions in '{}' are of {} images with the hash {}; those that are here are "
                  "{} with the hash {}: bring back the images, or predict again",
                  folder.string(), header.samples.size(), header.dataHash.substr(0, 12), data.size(),
                  data.identity().substr(0, 12)));
}

/// As the header names them, else the data set's entry or files.
QStringList classesOf(const PredictionHeader& header) {
  QStringList names;
  for (int c = 0; c < header.classCount; ++c) names << q(className(header.classes, c));
  return names;
}

}  // namespace

PredictableRun lookInto(const ProjectReader& project, qint64 run) {
  const RunDetail detail = project.detail(run);
  PredictableRun looked;
  looked.run = run;
  looked.key = detail.summary.key;
  looked.title = q(detail.summary.title);
  looked.folder = runFolder(project.file(), detail.summary.key);
  looked.config = std::make_shared<const RunConfig>(detail.config);
  looked.found = predictionsIn(looked.folder / "predictions");
  looked.checkpoints = checkpointsIn(looked.folder);
  looked.hadCheckpoint = !detail.checkpoints.empty();
  return looked;
}

Predictions openPredictions(const PredictableRun& run, const FoundPredictions& found, OpenData& known,
                            const std::stop_token& stop,
                            const std::function<void(std::size_t, std::size_t)>& tell) {
  const auto reader = std::make_shared<const PredictionReader>(found.folder);
  Loading loading;
  loading.progress = [&](std::size_t done, std::size_t all) {
    tell(done, all);
    return !stop.stop_requested();
  };
  const Recipe& recipe = run.config->recipe;
  auto set = std::make_shared<PredictionSet>();
  set->header = reader->header();
  set->data = dataOf(*run.config, set->header.split, known, loading);
  requireSame(set->header, *set->data, found.folder);
  const DatasetEntry& entry = findDataset(recipe.dataset.name);
  set->classes = classesOf(set->header);
  set->colours = classColoursOf(entry, set->header.classCount);
  set->read = [reader](std::uint32_t sample) { return reader->prediction(sample); };
  set->run = run.title;
  if (recipe.task.name == Detection::kName && recipe.task.as<Detection>().protocol == "rfb")
    set->rule = ApRule::voc07Rfb;
  return set;
}

}  // namespace uada

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "app/cli/Console.h"
#include "app/cli/DataLoading.h"
#include "app/cli/verbs/Eval.h"
#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/base/ThreadPool.h"
#include "core/data/LabelCounts.h"
#include "core/data/LabelFile.h"
#include "core/predictions/Prediction.h"

namespace uada::cli {
namespace {

struct Options {
  std::string predicted, truth;  ///< folders of label maps, or one of each
  std::string dataset;           ///< whose folder the truth is; empty: of none
  int classes = 0;               ///< 0: those of the data set
  int ignore = 255;              ///< label of the truth whose pixels are left out
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("PREDICTED", options.predicted, "Folder of predicted label maps, or one of them").required();
  verb.argument("TRUTH", options.truth,
                "Folder of true label maps, or one of them; with --dataset that of the data set")
      .required();
  const Option classes =
      verb.number("--classes", options.classes, 1, 255, "How many classes there are: labels 0 to N - 1");
  verb.text("--dataset", "NAME", options.dataset,
            "TRUTH is the folder of this data set: the classes that it makes of its test images' labels")
      .excludes(classes);
  verb.number("--ignore", options.ignore, 0, 255, "Label of the truth that is left out").usual("255");
}

namespace fs = std::filesystem;
using Align = TextTable::Align;

/// A predicted label map and the true one.
struct FilePair {
  fs::path predicted, truth;
};

std::string numberText(std::uint64_t number) { return groupedText(static_cast<long long>(number)); }

bool isFolder(const fs::path& path) {
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (fs::is_directory(status)) return true;
  if (fs::exists(status)) return false;
  throw Error(fmt::format("'{}' is not there ({}); name a folder of label maps, or one as a PNG file",
                          path.string(), failed ? failed.message() : "no such file"));
}

/// In any case.
bool hasPngEnding(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  return ending == ".png";
}

/// Of the files of Cityscapes, which has several kinds in one folder, the label maps; of others all.
/// throws  Error if there are label maps of both numberings
std::vector<std::string> labelMapsOf(std::vector<std::string> names, const fs::path& folder) {
  const auto isOf = [](std::string_view ending) {
    return [ending](const std::string& name) { return name.ends_with(ending); };
  };
  const bool hasIds = std::ranges::any_of(names, isOf("_labelIds.png")),
             hasTrainIds = std::ranges::any_of(names, isOf("_labelTrainIds.png"));
  if (hasIds && hasTrainIds)
    throw Error(
        fmt::format("'{}' holds label maps of two numberings, *_labelIds.png and *_labelTrainIds.png; name a "
                    "folder with one of them",
                    folder.string()));
  if (hasIds) std::erase_if(names, std::not_fn(isOf("_labelIds.png")));
  if (hasTrainIds) std::erase_if(names, std::not_fn(isOf("_labelTrainIds.png")));
  return names;
}

/// The label maps among the PNG files in a folder and those below, relative to it, sorted. Names that begin
/// with a dot are left out.
std::vector<std::string> pngFiles(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  const auto check = [&] {
    if (failed) throw Error(fmt::format("cannot look into '{}': {}", folder.string(), failed.message()));
  };
  fs::recursive_directory_iterator entries(folder, failed);
  check();
  for (; entries != fs::recursive_directory_iterator(); entries.increment(failed), check()) {
    const fs::path& path = entries->path();
    std::error_code ignored;
    const bool isHidden = path.filename().string().starts_with('.');
    if (isHidden) entries.disable_recursion_pending();
    if (!isHidden && hasPngEnding(path) && !entries->is_directory(ignored))
      names.push_back(path.lexically_relative(folder).generic_string());
  }
  std::ranges::sort(names);
  return labelMapsOf(std::move(names), folder);
}

/// Each truth with the prediction of the same name.
/// throws  Error if there is no truth, and if one has no prediction
std::vector<FilePair> pairsOf(const fs::path& predicted, const fs::path& truth, const Console& console) {
  const std::vector<std::string> wanted = pngFiles(truth), found = pngFiles(predicted);
  if (wanted.empty())
    throw Error(
        fmt::format("'{}' holds no PNG file; name the folder of the true label maps", truth.string()));
  std::vector<std::string> missing, spare;
  std::ranges::set_difference(wanted, found, std::back_inserter(missing));
  std::ranges::set_difference(found, wanted, std::back_inserter(spare));
  if (!missing.empty())
    throw Error(fmt::format(
        "'{}' is not there: {} of {} files in '{}' {} no prediction of the same name; add "
        "{}, or name other folders",
        (predicted / missing.front()).string(), numberText(missing.size()), numberText(wanted.size()),
        truth.string(), missing.size() == 1 ? "has" : "have", missing.size() == 1 ? "it" : "them"));
  if (!spare.empty())
    console.note(fmt::format("{} PNG file{} in '{}' {} no truth and {} not counted; the first is '{}'",
                             numberText(spare.size()), spare.size() == 1 ? "" : "s", predicted.string(),
                             spare.size() == 1 ? "has" : "have", spare.size() == 1 ? "is" : "are",
                             quotable(spare.front())));
  std::vector<FilePair> pairs;
  for (const std::string& name : wanted) pairs.push_back({predicted / name, truth / name});
  return pairs;
}

std::vector<FilePair> filesOf(const Options& options, const Console& console) {
  const fs::path predicted = options.predicted, truth = options.truth;
  const bool isPredictedFolder = isFolder(predicted), isTruthFolder = isFolder(truth);
  if (isPredictedFolder != isTruthFolder)
    throw UsageError(fmt::format("'{}' is a {} and '{}' a {}; give two folders, or two files",
                                 predicted.string(), isPredictedFolder ? "folder" : "file", truth.string(),
                                 isTruthFolder ? "folder" : "file"));
  if (!isTruthFolder) return {{predicted, truth}};
  return pairsOf(predicted, truth, console);
}

/// name  of the truth, for messages
void count(LabelCounts& counts, const fs::path& file, LabelMapView truth, const std::string& name,
           int ignore) {
  const LabelMap predicted = readLabelMap(file);
  if (predicted.width != truth.width || predicted.height != truth.height)
    throw Error(
        fmt::format("'{}' has {} x {} pixels, {} x {} expected as '{}' has; resize the prediction to "
                    "the nearest label",
                    file.string(), predicted.width, predicted.height, truth.width, truth.height, name));
  counts.add(predicted.view(), truth, ignore);
}

LabelCounts countAll(const std::vector<FilePair>& pairs, const Options& options) {
  ThreadPool pool(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  LabelCounts all(options.classes);
  std::mutex mutex;
  pool.forRanges(pairs.size(), 4, [&](std::size_t begin, std::size_t end) {
    LabelCounts some(options.classes);
    for (std::size_t i = begin; i < end; ++i)
      count(some, pairs[i].predicted, readLabelMap(pairs[i].truth).view(), pairs[i].truth.string(),
            options.ignore);
    std::lock_guard lock(mutex);
    all.merge(some);
  });
  return all;
}

std::shared_ptr<const Dataset> testImages(const Options& options, const Console& console) {
  const DatasetEntry& entry = findDataset(options.dataset);
  if (entry.target != TargetKind::labelMap)
    throw UsageError(fmt::format("--dataset {}: its images have {}, a data set with label maps expected",
                                 entry.name, targetText(entry.target)));
  return entry.load(locateDataset(entry, options.truth), Split::test, loadingOf(console));
}

/// The predictions of a data set's test images, under the names that `uada predict` gives them; a run with a
/// limit tests the first images only. Empty: there is none.
/// throws  Error if no image has one
std::vector<fs::path> predictionsOf(const Dataset& data, const Options& options, const Console& console) {
  std::vector<fs::path> files;
  std::size_t missing = 0;
  for (const std::string& name : sampleNames(data, data.size())) {
    files.push_back(fs::path(options.predicted) / (name + ".png"));
    std::error_code ignored;
    if (!fs::exists(files.back(), ignored)) files.back().clear(), ++missing;
  }
  if (missing == files.size())
    throw Error(
        fmt::format("'{}' has no prediction of the {} test images in '{}', such as {}.png; name the "
                    "folder that 'uada predict' wrote",
                    options.predicted, numberText(missing), options.truth, sampleNames(data, 1).front()));
  if (missing > 0)
    console.note(fmt::format("{} of {} test images have no prediction in '{}' and are not counted",
                             numberText(missing), numberText(files.size()), options.predicted));
  return files;
}

LabelCounts countDataset(const Options& options, const Console& console) {
  const auto data = testImages(options, console);
  const std::vector<fs::path> files = predictionsOf(*data, options, console);
  ThreadPool pool(static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  LabelCounts all(data->classes());
  std::mutex mutex;
  pool.forRanges(files.size(), 4, [&](std::size_t begin, std::size_t end) {
    LabelCounts some(data->classes());
    for (std::size_t i = begin; i < end; ++i) {
      if (files[i].empty()) continue;
      const Held<TargetView> truth = data->target(static_cast<std::uint32_t>(i));
      count(some, files[i], std::get<LabelMapView>(*truth), data->fileName(static_cast<std::uint32_t>(i)),
            options.ignore);
    }
    std::lock_guard lock(mutex);
    all.merge(some);
  });
  return all;
}

/// Refuses a truth without a pixel of a class; says how many labels are of none.
void checkLabels(const LabelCounts& counts, const Options& options, const Console& console) {
  const ClassPixels& outside = counts.outside();
  if (counts.counted() == 0)
    throw Error(
        fmt::format("no pixel of '{}' has a label from 0 to {}: {} have the ignored label {}, {} others; "
                    "give other --classes or --ignore",
                    options.truth, counts.classes() - 1, numberText(counts.ignored()), options.ignore,
                    numberText(outside.truth)));
  if (outside.truth + outside.predicted > 0)
    console.note(
        fmt::format("labels beyond {} are of no class: {} pixels of the truth, {} of the predictions",
                    counts.classes() - 1, numberText(outside.truth), numberText(outside.predicted)));
}

std::string percent(double share) { return fmt::format("{:.2f}", 100 * share); }

void sayResult(const LabelCounts& counts, const Console& console) {
  TextTable table({{"class", Align::right},
                   {"IoU %", Align::right},
                   {"accuracy %", Align::right},
                   {"true pixels", Align::right},
                   {"predicted", Align::right}});
  int occurring = 0;
  for (int c = 0; c < counts.classes(); ++c) {
    const ClassPixels& pixels = counts.pixels(c);
    occurring += pixels.truth > 0;
    table.add({fmt::format("{}", c), percent(counts.iou(c)), percent(counts.accuracy(c)),
               numberText(pixels.truth), numberText(pixels.predicted)});
  }
  TextTable means({{"mean over"}, {"mIoU %", Align::right}, {"mAcc %", Align::right}});
  means.add({fmt::format("all {} classes, 0 for one that is absent", counts.classes()),
             percent(counts.meanIou()), percent(counts.meanAccuracy())});
  means.add({fmt::format("the {} classes that the truth has", occurring), percent(counts.meanIouOccurring()),
             percent(counts.meanAccuracyOccurring())});
  console.say(table.text() + "\n" + means.text());
  console.say(fmt::format("\nallAcc {} % of {} pixels in {} images; {} ignored",
                          percent(counts.overallAccuracy()), numberText(counts.counted()),
                          numberText(counts.images()), numberText(counts.ignored())));
}

void writeObject(const LabelCounts& counts, const Console& console) {
  const auto integer = [](std::uint64_t number) { return Json(static_cast<std::int64_t>(number)); };
  Json classes = Json::array();
  for (int c = 0; c < counts.classes(); ++c)
    classes.push(Json::Object{{"class", c},
                              {"iou", counts.iou(c)},
                              {"accuracy", counts.accuracy(c)},
                              {"truth_pixels", integer(counts.pixels(c).truth)},
                              {"predicted_pixels", integer(counts.pixels(c).predicted)}});
  console.object("eval", Json::Object{{"miou", counts.meanIou()},
                                      {"miou_occurring", counts.meanIouOccurring()},
                                      {"macc", counts.meanAccuracy()},
                                      {"macc_occurring", counts.meanAccuracyOccurring()},
                                      {"all_acc", counts.overallAccuracy()},
                                      {"images", integer(counts.images())},
                                      {"classes", classes}});
}

int perform(const Options& options) {
  const Console console(options.json);
  if (options.classes == 0 && options.dataset.empty())
    throw UsageError("--classes: how many classes there are is expected, or the --dataset that says so");
  const LabelCounts counts =
      options.dataset.empty() ? countAll(filesOf(options, console), options) : countDataset(options, console);
  checkLabels(counts, options, console);
  sayResult(counts, console);
  writeObject(counts, console);
  return 0;
}

}  // namespace

void addEvalSeg(Verbs& eval) {
  eval.add(
      {"seg", "Compare predicted label maps with true ones: IoU and accuracy of each class, and means",
       "A label map is a PNG of 8-bit grey, or with a palette, whose numbers are the classes. Every PNG in "
       "TRUTH,\n"
       "in sub-folders too, needs one of the same name and size in PREDICTED; or give two files. Pixels "
       "whose\n"
       "true label is ignored are left out; labels that are no class count for none. mIoU and mAcc are "
       "given\n"
       "over all classes, where an absent one counts as 0, and over those that the truth has. With --json\n"
       "all values are shares, 0 to 1. With --dataset the truth is that of the data set's test images, and\n"
       "predictions are named as 'uada predict' names them.\n"
       "Example: uada eval seg predicted truth --classes 19"},
      describe, perform);
}

}  // namespace uada::cli

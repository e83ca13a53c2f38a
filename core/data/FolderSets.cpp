#include "core/data/FolderSets.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/data/FolderDataset.h"
#include "core/data/FolderListing.h"

namespace uada {

namespace fs = std::filesystem;

std::shared_ptr<const Dataset> loadFolderSplit(ListSplit list, const fs::path& dir, Split split,
                                               const Loading& loading) {
  return openFolder(list(dir, split, loading), loading);
}

/// Counts a sound file whose image has a label map.
static void count(DataReport::Maps& maps, const IndexedFile& entry) {
  const bool isFirst = maps.most == ImageSize{};
  if (isFirst) maps.least = {entry.width, entry.height};
  maps.least = {std::min(maps.least.width, entry.width), std::min(maps.least.height, entry.height)};
  maps.most = {std::max(maps.most.width, entry.width), std::max(maps.most.height, entry.height)};
  for (std::size_t c = 0; c < entry.mapPixels.size(); ++c) maps.pixels[c] += entry.mapPixels[c];
}

/// A file that is as it should be, and of which there is something to say all the same.
static DataReport::File remarked(const FileState& file, const std::string& remark) {
  return {.name = file.name,
          .bytes = file.bytes,
          .hash = {},
          .md5 = {},
          .problem = {},
          .difference = {},
          .remark = remark};
}

/// Says of a split with label maps which of them tell nothing.
static void checkMaps(const FolderListing& listing, const FolderIndex& index, DataReport& report) {
  std::size_t sound = 0, uncounted = 0;
  for (const IndexedFile& entry : index.files) {
    if (!entry.problem.empty()) continue;
    ++sound;
    if (!entry.isUncounted()) continue;
    ++uncounted;
    report.files.push_back(remarked(entry.file.target, "no pixel has a class"));
  }
  if (sound > 0 && uncounted == sound)
    report.problems.push_back(
        fmt::format("no pixel of the {} images in '{}' has a class: nothing can be learned from them; are "
                    "their label files those of this data set?",
                    listing.split, listing.folder.string()));
}

/// Says of a split with boxes what was mended, and counts its objects.
static void checkBoxes(const FolderListing& listing, const FolderIndex& index, DataReport& report,
                       DataReport::Objects& objects) {
  objects.perClass.resize(listing.classes.size());
  for (const IndexedFile& entry : index.files) {
    for (const ObjectBox& box : entry.boxes) {
      ++objects.perClass[static_cast<std::size_t>(box.label)];
      objects.difficult += box.difficult;
    }
    if (!entry.remark.empty()) report.files.push_back(remarked(entry.file.target, entry.remark));
  }
  if (std::ranges::all_of(objects.perClass, [](std::size_t n) { return n == 0; }))
    report.problems.push_back(
        fmt::format("the {} images in '{}' have no objects: nothing can be learned from them", listing.split,
                    listing.folder.string()));
}

DataReport checkFolderSplits(ListSplit list, const fs::path& dir, const Loading& loading) {
  DataReport report;
  for (const Split split : {Split::train, Split::test}) {
    const FolderListing listing = list(dir, split, loading);
    const FolderIndex index = indexOf(listing, loading);
    const bool isTrain = split == Split::train, hasMaps = listing.makeClasses != nullptr;
    report.classNames = index.classes;
    auto& perClass = isTrain ? report.trainPerClass : report.testPerClass;
    auto& maps = isTrain ? report.trainMaps : report.testMaps;
    if (hasMaps)
      maps.pixels.resize(index.classes.size() + 1);
    else if (!listing.readBoxes)
      perClass.resize(index.classes.size());
    for (const IndexedFile& entry : index.files) {
      if (entry.problem.empty()) {
        if (hasMaps)
          count(maps, entry);
        else if (!listing.readBoxes)
          ++perClass[static_cast<std::size_t>(entry.file.label)];
        ++(isTrain ? report.train : report.test);
        continue;
      }
      report.files.push_back({.name = entry.file.name,
                              .bytes = entry.file.bytes,
                              .hash = {},
                              .md5 = {},
                              .problem = entry.problem,
                              .difference = {},
                              .remark = {}});
      report.problems.push_back(entry.problem);
    }
    if (hasMaps) checkMaps(listing, index, report);
    if (listing.readBoxes)
      checkBoxes(listing, index, report, isTrain ? report.trainObjects : report.testObjects);
    for (const FileState& file : listing.spareTargets)
      report.files.push_back(remarked(file, "there is no image that it belongs to; it is not used"));
  }
  return report;
}

std::optional<fs::path> findOwn(const fs::path& dir) {
  if (dir.empty() || !isFolder(dir)) return std::nullopt;
  return dir;
}

std::vector<std::string> trainFolders(const fs::path& dir) { return folderNames(dir / "train"); }

std::string testPart(const fs::path& dir) {
  for (const char* name : {"test", "val", "valid", "validation"})
    if (isFolder(dir / name)) return name;
  return {};
}

FolderListing listParts(const fs::path& dir, Split split, const Loading& loading) {
  FolderListing listing{dir, splitName(split), folderNames(dir / "train"), {}};
  const std::string part = split == Split::train ? "train" : testPart(dir);
  if (part.empty())
    throw Error(
        fmt::format("'{}' has training images only: none of the folders test, val, valid and "
                    "validation is there; add one, or set recipe.dataset.validation",
                    dir.string()));
  listClassFolders(listing, part, "", loading);
  return listing;
}

}  // namespace uada

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/data/FolderListing.h"
#include "core/data/FolderSets.h"
#include "core/data/Places.h"
#include "core/data/VocBoxes.h"
#include "core/data/VocFolder.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr const char* kClasses[] = {"aeroplane",   "bicycle", "bird",  "boat",      "bottle",
                                    "bus",         "car",     "cat",   "chair",     "cow",
                                    "diningtable", "dog",     "horse", "motorbike", "person",
                                    "pottedplant", "sheep",   "sofa",  "train",     "tvmonitor"};

/// Trained on: trainval of 2007 and of 2012, as far as they are there. Tested on: test of 2007, since the
/// annotations of 2012's test are not public.
FolderListing list(const fs::path& dir, Split split, const Loading& loading) {
  FolderListing listing{dir, split == Split::train ? "train" : "test", {}, {}, nullptr, readVocBoxes, {}};
  for (const char* name : kClasses) listing.classes.emplace_back(name);
  const char* const years[] = {"VOC2007", "VOC2012"};
  const std::span<const char* const> used(years, split == Split::train ? 2 : 1);
  for (const char* year : used) {
    std::error_code ignored;
    const fs::path file = dir / year / kVocLists / (split == Split::train ? "trainval.txt" : "test.txt");
    if (fs::is_regular_file(file, ignored)) {
      addVocImages(listing, year, file);
    } else if (split == Split::train && loading.note) {
      loading.note(fmt::format("there is no '{}': {} takes no part in training", file.string(), year));
    }
  }
  if (listing.files.empty())
    throw Error(fmt::format(
        "'{}' has no {} images: '{}' is expected with names of images; unpack the archive, "
        "or name another folder",
        dir.string(), listing.split,
        split == Split::train ? "VOC2007/ImageSets/Main/trainval.txt" : "VOC2007/ImageSets/Main/test.txt"));
  return listing;
}

std::optional<fs::path> find(const fs::path& dir) {
  static const DatasetPlace place{
      .files = {"VOC2007/Annotations", "VOC2012/Annotations"}, .folders = {"VOCdevkit"}, .system = {}};
  return findFolder(place, dir);
}

}  // namespace

DatasetEntry voc() {
  DatasetEntry entry{.name = "voc",
                     .title = "PASCAL VOC 07+12",
                     .source =
                         "Everingham et al. 2010, pictures of Flickr, for research; "
                         "VOCtrainval_06-Nov-2007.tar, VOCtest_06-Nov-2007.tar and "
                         "VOCtrainval_11-May-2012.tar from host.robots.ox.ac.uk",
                     .classes = static_cast<int>(std::size(kClasses)),
                     .trainImages = 16'551,
                     .testImages = 4'952,
                     .classNames = {},
                     .published = {},
                     .endings = {},
                     .otherForms = {{"VOCtrainval_06-Nov-2007.tar", kUnpackIt},
                                    {"VOCtest_06-Nov-2007.tar", kUnpackIt},
                                    {"VOCtrainval_11-May-2012.tar", kUnpackIt}},
                     .find = find,
                     .load = loadFolders<list>,
                     .check = checkFolders<list>,
                     .target = TargetKind::boxes};
  entry.classNames.assign(std::begin(kClasses), std::end(kClasses));
  return entry;
}

}  // namespace uada

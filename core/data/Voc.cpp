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

constexpr const char* kCells[] = {"RBC", "WBC", "Platelets"};

/// What classes.txt beside the years names; empty: there is none, as with VOC itself.
std::vector<std::string> classesBeside(const fs::path& dir) {
  const fs::path file = dir / "classes.txt";
  return isFile(file) ? readNameLines(file) : std::vector<std::string>();
}

/// The folder of a set in the layout of VOC with these classes.
std::optional<fs::path> findWith(const fs::path& dir, std::span<const char* const> classes, bool maySayNone) {
  static const DatasetPlace place{.files = {"VOC2007/Annotations", "VOC2012/Annotations"},
                                  .folders = {"VOCdevkit", "BCCD"},
                                  .system = {}};
  const auto found = findFolder(place, dir);
  if (!found) return found;
  const std::vector<std::string> named = classesBeside(*found);
  const bool isThis = named.empty() ? maySayNone : std::ranges::equal(named, classes);
  return isThis ? found : std::nullopt;
}

/// Trained on: trainval of 2007 and of 2012, as far as they are there. Tested on: test of 2007, since the
/// annotations of 2012's test are not public.
FolderListing list(const fs::path& dir, Split split, const Loading& loading) {
  FolderListing listing = vocListing(dir, split, {std::begin(kClasses), std::end(kClasses)});
  const char* const years[] = {"VOC2007", "VOC2012"};
  const std::span<const char* const> used(years, split == Split::train ? 2 : 1);
  for (const char* year : used) {
    const fs::path file = vocList(dir / year, split);
    if (isFile(file)) {
      addVocImages(listing, year, file);
    } else if (split == Split::train && loading.note) {
      loading.note(fmt::format("there is no '{}': {} takes no part in training", file.string(), year));
    }
  }
  if (listing.files.empty())
    throw Error(
        fmt::format("'{}' has no {} images: '{}' is expected with names of images; unpack the archive, "
                    "or name another folder",
                    dir.string(), listing.split, vocList("VOC2007", split).string()));
  return listing;
}

std::optional<fs::path> find(const fs::path& dir) { return findWith(dir, kClasses, true); }

FolderListing listCells(const fs::path& dir, Split split, const Loading&) {
  FolderListing listing = vocListing(dir, split, {std::begin(kCells), std::end(kCells)});
  addVocImages(listing, "VOC2007", vocList(dir / "VOC2007", split));
  return listing;
}

std::optional<fs::path> findCells(const fs::path& dir) { return findWith(dir, kCells, false); }

}  // namespace

DatasetEntry bccd() {
  DatasetEntry entry{.name = "bccd",
                     .title = "Blood cells (BCCD)",
                     .source =
                         "Shenggan, github.com/Shenggan/BCCD_Dataset, MIT; in the layout of PASCAL VOC, with "
                         "classes.txt (RBC, WBC, Platelets) beside the folder VOC2007",
                     .width = 640,
                     .height = 480,
                     .classes = static_cast<int>(std::size(kCells)),
                     .trainImages = 292,
                     .testImages = 72,
                     .classNames = {},
                     .published = {},
                     .endings = {},
                     .otherForms = {},
                     .find = findCells,
                     .load = loadFolders<listCells>,
                     .check = checkFolders<listCells>,
                     .target = TargetKind::boxes};
  entry.classNames.assign(std::begin(kCells), std::end(kCells));
  return entry;
}

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

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/data/FolderListing.h"
#include "core/data/FolderSets.h"
#include "core/data/Places.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

/// train/WNID/*.JPEG and val/WNID/*.JPEG. Where the images of val/ lie in one folder, as they are published,
/// val.txt beside it has a line with name and WNID for each.
FolderListing list(const fs::path& dir, Split split, const Loading& loading) {
  if (split == Split::train || !folderNames(dir / "val").empty()) return listParts(dir, split, loading);
  FolderListing listing{dir, "test", folderNames(dir / "train"), {}};
  const fs::path labels = dir / "val.txt";
  if (!isFile(labels))
    throw Error(
        fmt::format("'{}' has no class folders, and '{}' is not there: write a line with file name "
                    "and WNID into it for each image",
                    (dir / "val").string(), labels.string()));
  addLabelled(listing, readLabelLines(labels), "val", labels);
  return listing;
}

/// The first class of ImageNet, and of its parts such as Imagenette.
std::optional<fs::path> find(const fs::path& dir) {
  static const DatasetPlace place{
      .files = {"train/n01440764"},
      .folders = {"imagenet", "ILSVRC2012", "ILSVRC/Data/CLS-LOC", "imagenette2", "imagenette2-224-mini"},
      .system = {}};
  return findFolder(place, dir);
}

}  // namespace

DatasetEntry imageNet() {
  return {.name = "imagenet",
          .title = "ImageNet",
          .source =
              "ILSVRC 2012, for non-commercial research, image-net.org; its parts with the same folders "
              "too",
          .classes = 1000,
          .trainImages = 1'281'167,
          .testImages = 50'000,
          .classNames = {},
          .published = {},
          .endings = {},
          .otherForms = {{"ILSVRC2012_img_train.tar", kUnpackIt}, {"ILSVRC2012_img_val.tar", kUnpackIt}},
          .find = find,
          .load = loadFolders<list>,
          .check = checkFolders<list>,
          .classesIn = trainFolders};
}

}  // namespace uada

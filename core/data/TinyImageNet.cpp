#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/data/FolderListing.h"
#include "core/data/FolderSets.h"
#include "core/data/Places.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 64;  // pixels

/// train/WNID/images/*.JPEG; val/images/*.JPEG with their classes in val/val_annotations.txt: name, WNID and
/// a box. The images of test/ have no labels and are not used.
FolderListing list(const fs::path& dir, Split split, const Loading& loading) {
  FolderListing listing{dir, splitName(split), folderNames(dir / "train"), {}};
  if (split == Split::train) {
    listClassFolders(listing, "train", "images", loading);
  } else {
    const fs::path labels = dir / "val" / "val_annotations.txt";
    addLabelled(listing, readLabelLines(labels), "val/images", labels);
  }
  return listing;
}

std::optional<fs::path> find(const fs::path& dir) {
  static const DatasetPlace place{
      .files = {"wnids.txt"},
      .folders = {"tiny-imagenet-200", "tiny-imagenet-200-mini/tiny-imagenet-200"},
      .system = {}};
  return findFolder(place, dir);
}

}  // namespace

DatasetEntry tinyImageNet() {
  return {.name = "tiny_imagenet",
          .title = "Tiny ImageNet",
          .source =
              "Stanford CS 231N, pictures of ImageNet, no licence stated; tiny-imagenet-200.zip from "
              "cs231n.stanford.edu",
          .width = kSide,
          .height = kSide,
          .classes = 200,
          .trainImages = 100'000,
          .testImages = 10'000,
          .classNames = {},
          .published = {},
          .endings = {},
          .otherForms = {{"tiny-imagenet-200.zip", kUnpackIt}},
          .find = find,
          .load = loadFolders<list>,
          .check = checkFolders<list>,
          .classesIn = trainFolders};
}

}  // namespace uada

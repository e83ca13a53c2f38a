#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "core/base/Error.h"
#include "core/data/FolderListing.h"
#include "core/data/FolderSets.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

/// The labels of the lines, sorted by their bytes; where all are whole numbers, by their values.
std::vector<std::string> labelsOf(const std::vector<LabelledLine>& lines) {
  std::set<std::string> unique;
  for (const LabelledLine& line : lines) unique.insert(line.label);
  std::vector<std::string> labels(unique.begin(), unique.end());
  const auto isNumber = [](const std::string& label) {
    return label.find_first_not_of("0123456789") == label.npos && (label == "0" || label[0] != '0');
  };
  // Without zeros in front the longer number is the larger one.
  if (std::ranges::all_of(labels, isNumber))
    std::ranges::sort(labels, {}, [](const std::string& label) { return std::pair(label.size(), label); });
  return labels;
}

FolderListing listCsv(const fs::path& dir, Split split) {
  const fs::path train = dir / "train.csv";
  std::vector<LabelledLine> lines = readLabelCsv(train);
  FolderListing listing{dir, "train", labelsOf(lines), {}};
  fs::path file = train;
  if (split == Split::test) {
    listing.split = "test";
    file = isFile(dir / "test.csv") ? dir / "test.csv" : dir / "val.csv";
    if (!isFile(file))
      throw Error(
          fmt::format("'{}' has no test.csv or val.csv beside train.csv; add one, or set "
                      "recipe.dataset.validation",
                      dir.string()));
    lines = readLabelCsv(file);
  }
  addLabelled(listing, lines, "", file);
  return listing;
}

std::vector<std::string> classesIn(const fs::path& dir) {
  if (isFile(dir / "train.csv")) return labelsOf(readLabelCsv(dir / "train.csv"));
  return folderNames(isFolder(dir / "train") ? dir / "train" : dir);
}

FolderListing list(const fs::path& dir, Split split, const Loading& loading) {
  if (isFile(dir / "train.csv")) return listCsv(dir, split);
  if (isFolder(dir / "train")) return listParts(dir, split, loading);
  if (split == Split::test)
    throw Error(
        fmt::format("'{}' has class folders of training images only: neither train and test folders "
                    "nor train.csv; set recipe.dataset.validation to set some of them aside",
                    dir.string()));
  FolderListing listing{dir, "train", folderNames(dir), {}};
  if (listing.classes.empty())
    throw Error(
        fmt::format("'{}' holds no images: expected are a folder for each class, the same inside train "
                    "and test, or train.csv with lines path,label",
                    dir.string()));
  listClassFolders(listing, "", "", loading);
  return listing;
}

}  // namespace

DatasetEntry folder() {
  return {.name = "folder",
          .title = "Folder of images",
          .source =
              "your own: a folder for each class, train and test folders of these, or train.csv and "
              "test.csv with lines path,label",
          .classNames = {},
          .published = {},
          .endings = {},
          .otherForms = {},
          .isOwn = true,
          .find = findOwn,
          .load = loadFolders<list>,
          .check = checkFolders<list>,
          .classesIn = classesIn};
}

}  // namespace uada

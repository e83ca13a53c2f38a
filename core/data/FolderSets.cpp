#include "core/data/FolderSets.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/data/FolderDataset.h"
#include "core/data/FolderListing.h"

namespace uada {

namespace fs = std::filesystem;

std::shared_ptr<const Dataset> loadFolderSplit(ListSplit list, const fs::path& dir, Split split,
                                               const Loading& loading) {
  return openFolder(list(dir, split, loading), loading);
}

DataReport checkFolderSplits(ListSplit list, const fs::path& dir, const Loading& loading) {
  DataReport report;
  for (const Split split : {Split::train, Split::test}) {
    const FolderListing listing = list(dir, split, loading);
    const FolderIndex index = indexOf(listing, loading);
    auto& perClass = split == Split::train ? report.trainPerClass : report.testPerClass;
    perClass.resize(index.classes.size());
    for (const IndexedFile& entry : index.files) {
      if (entry.problem.empty()) {
        ++perClass[static_cast<std::size_t>(entry.file.label)];
        ++(split == Split::train ? report.train : report.test);
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
  }
  return report;
}

std::string testPart(const fs::path& dir) {
  for (const char* name : {"test", "val", "valid", "validation"}) {
    std::error_code ignored;
    if (fs::is_directory(dir / name, ignored)) return name;
  }
  return {};
}

FolderListing listParts(const fs::path& dir, Split split, const Loading& loading) {
  FolderListing listing{dir, split == Split::train ? "train" : "test", folderNames(dir / "train"), {}};
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

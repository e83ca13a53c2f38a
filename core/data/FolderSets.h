#pragma once

#include <filesystem>
#include <optional>

#include "core/data/Dataset.h"
#include "core/data/FolderIndex.h"

namespace uada {

/// Lists the files of one split; nothing of them is read. One for each way in which sets of image files lie.
using ListSplit = FolderListing (*)(const std::filesystem::path& dir, Split split, const Loading& loading);

std::shared_ptr<const Dataset> loadFolderSplit(ListSplit list, const std::filesystem::path& dir, Split split,
                                               const Loading& loading);
DataReport checkFolderSplits(ListSplit list, const std::filesystem::path& dir, const Loading& loading);
/// The load() and check() of a set of image files.
template <ListSplit list>
std::shared_ptr<const Dataset> loadFolders(const std::filesystem::path& dir, Split split,
                                           const Loading& loading) {
  return loadFolderSplit(list, dir, split, loading);
}
template <ListSplit list>
DataReport checkFolders(const std::filesystem::path& dir, const Loading& loading) {
  return checkFolderSplits(list, dir, loading);
}

/// DatasetEntry::find of the user's own sets: any folder that is named; it is looked for nowhere.
std::optional<std::filesystem::path> findOwn(const std::filesystem::path& dir);

/// Of an archive beside the folder, for DatasetEntry::otherForms.
constexpr const char* kUnpackIt = "the archive, which is not read; unpack it";

/// Class sub-folders in train, and in test, val, valid or validation.
/// throws  Error if there is no folder of the split
FolderListing listParts(const std::filesystem::path& dir, Split split, const Loading& loading);
/// DatasetEntry::classesIn of such sets: the names of the folders in train.
std::vector<std::string> trainFolders(const std::filesystem::path& dir);
/// The folder's part with the test images; empty: there is none.
std::string testPart(const std::filesystem::path& dir);

}  // namespace uada

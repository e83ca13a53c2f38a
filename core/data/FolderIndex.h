#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/data/Loading.h"
#include "core/data/PixelSums.h"
#include "core/data/Target.h"

namespace uada {

/// A file as its folder shows it; nothing of it is read.
struct FileState {
  std::string name;  ///< relative to the set's folder, with '/'
  std::uint64_t bytes = 0;
  std::int64_t time = 0;  ///< of the last change, nanoseconds
  friend bool operator==(const FileState&, const FileState&) = default;
};

/// An image file of a split, likewise.
struct ListedFile {
  std::string name;
  std::int32_t label = 0;  ///< 0 in a set whose images have none
  std::uint64_t bytes = 0;
  std::int64_t time = 0;
  FileState target = {};  ///< the file with its label map or its boxes; without a name: the set has none
  friend bool operator==(const ListedFile&, const ListedFile&) = default;
};

/// Makes classes of the numbers that a set's label files hold, in place; what is of none becomes
/// kIgnoredLabel.
/// name     of the file, which may tell what the numbers are
/// classes  how many the set has
/// throws   Error naming the file and the first number that the set does not have
using MakeClasses = void (*)(LabelMap& map, const std::filesystem::path& name, int classes);

/// Reads the objects of an image from the bytes of a set's file.
/// what    the file, for messages
/// image   its size, pixels
/// remark  what was mended, in words: boxes that were cut at the image or left out; empty: nothing
/// throws  Error naming the file and what is wrong with it
using ReadBoxes = Boxes (*)(std::string_view bytes, const std::string& what, ImageSize image,
                            const std::vector<std::string>& classes, std::string& remark);

/// A split of a set of image files, in the order of its samples.
struct FolderListing {
  std::filesystem::path folder;
  std::string split;  ///< "train", "val" or "test"
  std::vector<std::string> classes;
  std::vector<ListedFile> files;
  MakeClasses makeClasses = nullptr;         ///< of a set with label maps
  ReadBoxes readBoxes = nullptr;             ///< of a set with boxes
  std::vector<FileState> spareTargets = {};  ///< files with label maps or boxes, without an image: not used

  TargetKind targetKind() const {
    return makeClasses ? TargetKind::labelMap : readBoxes ? TargetKind::boxes : TargetKind::label;
  }
};

/// What one look at every file has told.
struct IndexedFile {
  ListedFile file;
  std::int32_t width = 0, height = 0;  ///< pixels; 0: it is damaged
  PixelSums sums;
  std::string hash;        ///< the first 32 digits of the bytes' SHA-256
  std::string targetHash;  ///< likewise of the file with the label map or the boxes; empty: the set has none
  std::vector<std::uint64_t> mapPixels;  ///< of each class, and last those of none
  Boxes boxes;                           ///< of the objects, in a set with boxes
  std::string remark;                    ///< of them: what was mended, in words
  std::string problem;                   ///< in words, if it is damaged
  /// Whether it has a label map, and no pixel of that has a class.
  bool isUncounted() const;
  friend bool operator==(const IndexedFile&, const IndexedFile&) = default;
};

struct FolderIndex {
  std::vector<std::string> classes;
  std::vector<IndexedFile> files;
};

/// The index of a listing. It is taken from the user's cache folder where a sound one is there, and only
/// files whose name, size or time, or those of whose label map or boxes, are others are read, whole and on
/// all threads; then it is stored there. An index file that is damaged, or of another folder or version, is
/// made anew. Where the cache folder cannot be written to a note says so, and the index is made at each
/// start.
///
/// throws  LoadingStopped if Loading::progress says stop
FolderIndex indexOf(const FolderListing& listing, const Loading& loading);

/// The entry of a file that is read whole now, with its label map or its boxes. What is wrong with it stands
/// in the entry.
IndexedFile lookedAt(const FolderListing& listing, const ListedFile& file);

/// Where the index of a listing is kept: ${XDG_CACHE_HOME:-~/.cache}/uada/index; empty: there is no home.
std::filesystem::path indexFile(const FolderListing& listing);

/// The index as bytes with a hash of all of them, and back.
/// throws  Error for whatever is not such bytes, and for the index of another folder or split
std::string packedIndex(const FolderListing& listing, const FolderIndex& index);
FolderIndex unpackedIndex(const FolderListing& listing, std::string_view bytes);

}  // namespace uada

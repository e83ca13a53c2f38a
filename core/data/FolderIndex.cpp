#include "core/data/FolderIndex.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <thread>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/ThreadPool.h"
#include "core/data/VocXml.h"
#include "core/images/LabelPng.h"
#include "core/images/Trusted.h"

namespace uada {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxIndexBytes = std::size_t{4} << 30;
/// Files that are looked at between two reports of progress: some tenths of a second.
constexpr std::size_t kFilesAtOnce = 128;
constexpr std::size_t kShownDigits = 32;

void say(const Loading& loading, const std::string& text) {
  if (loading.note) loading.note(text);
}

/// The entries of a stored index by name; empty where there is none that can be used.
std::map<std::string, IndexedFile, std::less<>> storedEntries(const FolderListing& listing,
                                                              const fs::path& path, const Loading& loading) {
  std::map<std::string, IndexedFile, std::less<>> entries;
  std::error_code ignored;
  if (path.empty() || !fs::exists(path, ignored)) return entries;
  try {
    FolderIndex stored = unpackedIndex(listing, readTextFile(path, kMaxIndexBytes));
    for (IndexedFile& entry : stored.files) entries.emplace(entry.file.name, std::move(entry));
  } catch (const Error& problem) {
    say(loading, fmt::format("'{}' is made anew: {}", path.string(), problem.what()));
  }
  return entries;
}

/// Looks at the files of some places of the index, on all threads.
void lookAt(const FolderListing& listing, const std::vector<std::size_t>& places, FolderIndex& index,
            const Loading& loading) {
  const auto cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  ThreadPool pool(loading.threads > 0 ? loading.threads : cores);
  for (std::size_t begin = 0; begin < places.size(); begin += kFilesAtOnce) {
    if (loading.progress && !loading.progress(begin, places.size()))
      throw LoadingStopped(fmt::format("stopped while '{}' was looked at, after {} of {} files",
                                       listing.folder.string(), begin, places.size()));
    pool.forRanges(std::min(kFilesAtOnce, places.size() - begin), 4, [&](std::size_t from, std::size_t to) {
      for (std::size_t i = begin + from; i < begin + to; ++i)
        index.files[places[i]] = lookedAt(listing, listing.files[places[i]]);
    });
  }
  if (loading.progress) loading.progress(places.size(), places.size());
}

void store(const fs::path& path, const FolderListing& listing, const FolderIndex& index,
           const Loading& loading) {
  if (path.empty()) return say(loading, "there is no home folder: the index of the images is not kept");
  try {
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    if (failed)
      throw Error(fmt::format("cannot make '{}': {}", path.parent_path().string(), failed.message()));
    writeFileAtomically(path, packedIndex(listing, index));
  } catch (const Error& problem) {
    say(loading, fmt::format("the index of the images is not kept: {}", problem.what()));
  }
}

/// The bytes of the file with an image's label map or boxes.
std::vector<std::byte> targetBytes(const FolderListing& listing, const IndexedFile& entry) {
  const fs::path path = listing.folder / entry.file.target.name;
  std::error_code ignored;
  if (!fs::exists(path, ignored))
    throw Error(fmt::format("'{}' has no {}: '{}' is not there; add it, or remove the image",
                            (listing.folder / entry.file.name).string(),
                            listing.readBoxes ? "annotation" : "labels", path.string()));
  return readBinaryFile(path, listing.readBoxes ? kMaxAnnotationBytes : ImageLimits{}.maxFileBytes);
}

/// Looks at the boxes of an image whose size is known.
void lookAtBoxes(const FolderListing& listing, IndexedFile& entry) {
  const std::vector<std::byte> bytes = targetBytes(listing, entry);
  const fs::path path = listing.folder / entry.file.target.name;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  entry.boxes = listing.readBoxes(text, "'" + path.string() + "'", {entry.width, entry.height},
                                  listing.classes, entry.remark);
  entry.targetHash = sha256(bytes).substr(0, kShownDigits);
}

/// Looks at the label map of an image whose size is known.
void lookAtMap(const FolderListing& listing, IndexedFile& entry) {
  const std::vector<std::byte> bytes = targetBytes(listing, entry);
  const fs::path path = listing.folder / entry.file.target.name;
  const std::string what = "'" + path.string() + "'";
  LabelMap map;
  const ImageSize size = decodeLabelsTrusted(bytes, what, map.labels);
  map.width = size.width;
  map.height = size.height;
  if (size != ImageSize{entry.width, entry.height})
    throw Error(fmt::format("{} has {} x {} pixels, {} x {} expected as its image '{}' has; export it again",
                            what, size.width, size.height, entry.width, entry.height, entry.file.name));
  const std::size_t classes = listing.classes.size();
  listing.makeClasses(map, path, static_cast<int>(classes));
  entry.targetHash = sha256(bytes).substr(0, kShownDigits);
  entry.mapPixels.assign(classes + 1, 0);
  for (const std::uint8_t label : map.labels) ++entry.mapPixels[std::min<std::size_t>(label, classes)];
}

}  // namespace

IndexedFile lookedAt(const FolderListing& listing, const ListedFile& file) {
  thread_local DecodeScratch scratch;
  IndexedFile entry;
  entry.file = file;
  const fs::path path = listing.folder / file.name;
  try {
    const std::vector<std::byte> bytes = readBinaryFile(path, ImageLimits{}.maxFileBytes);
    const ImageView image = decodeTrusted(bytes, "'" + path.string() + "'", scratch);
    entry.hash = sha256(bytes).substr(0, kShownDigits);
    entry.sums = sumsOf(image);
    entry.width = image.width;
    entry.height = image.height;
    if (listing.makeClasses) lookAtMap(listing, entry);
    if (listing.readBoxes) lookAtBoxes(listing, entry);
  } catch (const Error& problem) {
    entry = {};
    entry.file = file;
    entry.problem = problem.what();
  }
  return entry;
}

bool IndexedFile::isUncounted() const {
  return !mapPixels.empty() &&
         std::all_of(mapPixels.begin(), mapPixels.end() - 1, [](std::uint64_t n) { return n == 0; });
}

FolderIndex indexOf(const FolderListing& listing, const Loading& loading) {
  const fs::path path = indexFile(listing);
  auto stored = storedEntries(listing, path, loading);
  FolderIndex index{listing.classes, {}};
  index.files.resize(listing.files.size());
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < listing.files.size(); ++i) {
    const ListedFile& file = listing.files[i];
    const auto known = stored.find(file.name);
    // What was wrong with a file may have passed: it is looked at again.
    if (known != stored.end() && known->second.problem.empty() && known->second.file.bytes == file.bytes &&
        known->second.file.time == file.time && known->second.file.target == file.target) {
      index.files[i] = std::move(known->second);
      index.files[i].file.label = file.label;
    } else {
      unknown.push_back(i);
    }
  }
  const bool isKnown = unknown.empty() && stored.size() == listing.files.size();
  if (!unknown.empty()) lookAt(listing, unknown, index, loading);
  if (!isKnown) store(path, listing, index, loading);
  return index;
}

}  // namespace uada

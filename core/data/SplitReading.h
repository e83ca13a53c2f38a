#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/ResidentDataset.h"
#include "core/data/UnpackingReader.h"

namespace uada {

/// What reading one split gave, sound or not: loading throws its first problem, checking shows them all.
struct SplitReading {
  ResidentDataset data;
  std::vector<DataReport::File> files;
};

/// How the bytes are hashed: all files of the split as one stream, or each for itself.
enum class Hashing { together, each };

using ReadSplit = SplitReading (*)(const std::filesystem::path& dir, Split split, Hashing hashing);

/// Reads one file, appends to `data`, and says what is wrong with it.
using ReadFile = DataReport::File (*)(const std::filesystem::path& file, const PublishedFile& published,
                                      ResidentDataset& data, ContentHash& hash);

/// Collects the files of one split with the hash that is asked for.
class SplitReader {
 public:
  SplitReader(int width, int height, int classes, Hashing hashing);
  void read(const std::filesystem::path& file, const PublishedFile& published, ReadFile readFile);
  /// The last file read: what only shows beside another one is added by who reads them.
  DataReport::File& last() { return reading_.files.back(); }
  bool isSound() const;
  const ResidentDataset& data() const { return reading_.data; }
  SplitReading finish();

 private:
  SplitReading reading_;
  Hashing hashing_;
  Sha256 together_;
};

std::shared_ptr<const Dataset> loadSplit(ReadSplit readSplit, const std::filesystem::path& dir, Split split);
DataReport checkSplits(ReadSplit readSplit, const std::filesystem::path& dir);
/// The load() and check() of a set whose images are read into memory.
template <ReadSplit readSplit>
std::shared_ptr<const Dataset> loadFiles(const std::filesystem::path& dir, Split split, const Loading&) {
  return loadSplit(readSplit, dir, split);
}
template <ReadSplit readSplit>
DataReport checkFiles(const std::filesystem::path& dir, const Loading&) {
  return checkSplits(readSplit, dir);
}

/// "'/x/y': 9 bytes found, 10 expected; the file is cut short; fetch it again"
/// expected  a number or words, such as "a multiple of 3,073"
std::string wrongSize(const std::filesystem::path& file, std::uintmax_t found, std::string_view expected,
                      std::string_view what);
/// "'/x/y': label 200 at image 17, 0 to 9 expected; ..."
std::string wrongLabel(const std::filesystem::path& file, int label, std::size_t index, int classes);

}  // namespace uada

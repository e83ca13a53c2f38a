#pragma once

#include "core/data/SplitReading.h"

namespace uada {

/// Reads one file of CIFAR's binary format and appends its images and fine labels: records of labels and
/// 1024 red, 1024 green and 1024 blue bytes, 32x32, row by row. The file's size gives their number, which is
/// at most that of the published file.
/// limits  how many values each label byte has, the last being the one that is kept: {10} or {20, 100}
DataReport::File readCifarFile(const std::filesystem::path& file, const PublishedFile& published,
                               std::span<const int> limits, ResidentDataset& data, ContentHash& hash);

constexpr int kCifarSide = 32;

/// One of the two data sets of that format.
struct CifarSet {
  const std::vector<PublishedFile>& files;
  std::span<const int> limits;
  ReadFile readFile;
};
/// The files of one split. To be loaded, all of them are looked at before one is read.
/// throws  Error, with Hashing::together, if one is missing, packed or of a wrong size
SplitReading readCifarSplit(const CifarSet& set, const std::filesystem::path& dir, Split split,
                            Hashing hashing);

/// Forms in which people have CIFAR, and what to do with them.
constexpr const char* kPythonVersion = "the Python version, which is not read";
constexpr const char* kArchive = "an archive, to be unpacked";

}  // namespace uada

#include "core/data/SplitReading.h"

#include <fmt/core.h>

#include <algorithm>
#include <new>

#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada {

namespace fs = std::filesystem;

SplitReader::SplitReader(int width, int height, int classes, Hashing hashing) : hashing_(hashing) {
  reading_.data.width = width;
  reading_.data.height = height;
  reading_.data.classCount = classes;
}

void SplitReader::read(const fs::path& file, const PublishedFile& published, ReadFile readFile) {
  Sha256 own;
  const bool each = hashing_ == Hashing::each;
  ContentHash hash{each ? own : together_, {}};
  DataReport::File& result = reading_.files.emplace_back();
  try {
    result = readFile(file, published, reading_.data, hash);
  } catch (const std::bad_alloc&) {
    result.problem = fmt::format("'{}': not enough memory for its images ({} bytes unpacked); free some",
                                 file.string(), groupedText(static_cast<long long>(published.bytes)));
  }
  result.name = file.filename().string();
  if (each) result.hash = own.digits();
  if (result.problem.empty()) result.md5 = hash.md5.digits();
  if (result.md5 != published.md5)
    result.difference =
        fmt::format("{} found, MD5 {} was published",
                    result.md5.empty() ? "a damaged file" : "MD5 " + result.md5, published.md5);
}

bool SplitReader::isSound() const {
  for (const auto& file : reading_.files)
    if (!file.problem.empty()) return false;
  return true;
}

SplitReading SplitReader::finish() {
  reading_.data.hash = together_.digits();
  reading_.data.published =
      std::ranges::all_of(reading_.files, &std::string::empty, &DataReport::File::difference);
  return std::move(reading_);
}

std::shared_ptr<const Dataset> loadSplit(ReadSplit readSplit, const std::filesystem::path& dir, Split split) {
  SplitReading reading = readSplit(dir, split, Hashing::together);
  for (const auto& file : reading.files)
    if (!file.problem.empty()) throw Error(file.problem);
  return std::make_shared<const ResidentDataset>(std::move(reading.data));
}

DataReport checkSplits(ReadSplit readSplit, const std::filesystem::path& dir) {
  DataReport report;
  for (const Split split : {Split::train, Split::test}) {
    SplitReading reading = readSplit(dir, split, Hashing::each);
    auto& perClass = split == Split::train ? report.trainPerClass : report.testPerClass;
    perClass.resize(static_cast<std::size_t>(reading.data.classCount));
    for (const int label : reading.data.labels) ++perClass[static_cast<std::size_t>(label)];
    (split == Split::train ? report.train : report.test) = reading.data.size();
    for (auto& file : reading.files) {
      if (!file.problem.empty()) report.problems.push_back(file.problem);
      report.files.push_back(std::move(file));
    }
  }
  return report;
}

std::string wrongSize(const std::filesystem::path& file, std::uintmax_t found, std::string_view expected,
                      std::string_view what) {
  return fmt::format("'{}': {} bytes found, {} expected; {}; fetch it again", file.string(),
                     groupedText(static_cast<long long>(found)), expected, what);
}

std::string wrongLabel(const std::filesystem::path& file, int label, std::size_t index, int classes) {
  return fmt::format(
      "'{}': label {} at image {}, 0 to {} expected; the file is damaged or of another data set; fetch it "
      "again",
      file.string(), label, index, classes - 1);
}

}  // namespace uada

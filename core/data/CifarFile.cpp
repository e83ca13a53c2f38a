#include "core/data/CifarFile.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Text.h"
#include "core/data/UnpackingReader.h"

namespace uada {
namespace {

constexpr std::size_t kPlane = std::size_t{kCifarSide} * kCifarSide;

/// Takes one record over, or says which of its labels is out of range.
std::string takeRecord(const std::filesystem::path& file, std::span<const std::uint8_t> record,
                       std::span<const int> limits, ResidentDataset& data, std::size_t index) {
  for (std::size_t i = 0; i < limits.size(); ++i)
    if (record[i] >= limits[i]) return wrongLabel(file, record[i], index, limits[i]);
  data.labels.push_back(record[limits.size() - 1]);
  const std::uint8_t* planes = record.data() + limits.size();
  const std::size_t start = data.rgb.size();
  data.rgb.resize(start + 3 * kPlane);
  std::uint8_t* to = data.rgb.data() + start;
  for (std::size_t i = 0; i < kPlane; ++i, to += 3) {
    to[0] = planes[i];
    to[1] = planes[i + kPlane];
    to[2] = planes[i + 2 * kPlane];
  }
  return {};
}

std::string sizeProblem(const std::filesystem::path& file, std::uintmax_t bytes, std::size_t recordBytes) {
  const std::string multiple = "a multiple of " + groupedText(static_cast<long long>(recordBytes));
  if (bytes == 0) return wrongSize(file, bytes, multiple, "the file is empty");
  if (bytes % recordBytes != 0) return wrongSize(file, bytes, multiple, "the file is cut short");
  return {};
}

/// What is wrong with a file as it lies there; nothing of it is read.
std::string formProblem(const std::filesystem::path& file, const UnpackingReader& reader,
                        std::size_t recordBytes) {
  if (!reader.problem().empty()) return reader.problem();
  if (reader.isPacked())
    return fmt::format("'{}': packed with gzip, records of {} bytes expected; unpack it (gzip -d)",
                       file.string(), groupedText(static_cast<long long>(recordBytes)));
  return sizeProblem(file, reader.fileBytes(), recordBytes);
}

std::size_t recordBytesOf(std::span<const int> limits) { return limits.size() + 3 * kPlane; }

}  // namespace

SplitReading readCifarSplit(const CifarSet& set, const std::filesystem::path& dir, Split split,
                            Hashing hashing) {
  SplitReader reader(kCifarSide, kCifarSide, set.limits.back(), hashing);
  // A set is loaded whole or not at all: a wrong file is found before another one is read.
  if (hashing == Hashing::together)
    for (const PublishedFile& file : set.files)
      if (file.split == split) {
        const auto path = dir / file.name;
        const UnpackingReader found(path, file.bytes, nullptr);
        const std::string problem = formProblem(path, found, recordBytesOf(set.limits));
        if (!problem.empty()) throw Error(problem);
      }
  for (const PublishedFile& file : set.files)
    if (file.split == split) reader.read(dir / file.name, file, set.readFile);
  return reader.finish();
}

DataReport::File readCifarFile(const std::filesystem::path& file, const PublishedFile& published,
                               std::span<const int> limits, ResidentDataset& data, ContentHash& hash) {
  UnpackingReader reader(file, published.bytes, &hash);
  DataReport::File result;
  result.bytes = reader.fileBytes();
  const std::size_t recordBytes = recordBytesOf(limits);
  result.problem = formProblem(file, reader, recordBytes);
  if (!result.problem.empty()) return result;
  const std::size_t count = result.bytes / recordBytes;
  data.rgb.reserve(data.rgb.size() + 3 * kPlane * count);
  data.labels.reserve(data.labels.size() + count);
  std::vector<std::uint8_t> record(recordBytes);
  for (std::size_t index = 0; index < count; ++index) {
    const std::size_t got = reader.read(record);
    result.problem = got == recordBytes ? takeRecord(file, record, limits, data, index) : reader.problem();
    if (got < recordBytes && result.problem.empty())
      result.problem =
          wrongSize(file, index * recordBytes + got, groupedText(static_cast<long long>(result.bytes)),
                    "the file was changed while it was read");
    if (!result.problem.empty()) return result;
  }
  return result;
}

}  // namespace uada

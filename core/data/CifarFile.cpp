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
                       std::span<const int> limits, Dataset& data, std::size_t index) {
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

}  // namespace

DataReport::File readCifarFile(const std::filesystem::path& file, const PublishedFile& published,
                               std::span<const int> limits, Dataset& data, ContentHash& hash) {
  UnpackingReader reader(file, published.bytes, &hash);
  DataReport::File result;
  result.bytes = reader.fileBytes();
  result.problem = reader.problem();
  const std::size_t recordBytes = limits.size() + 3 * kPlane;
  if (result.problem.empty() && reader.isPacked())
    result.problem = fmt::format("'{}': packed with gzip, records of {} bytes expected; unpack it (gzip -d)",
                                 file.string(), groupedText(static_cast<long long>(recordBytes)));
  if (result.problem.empty()) result.problem = sizeProblem(file, result.bytes, recordBytes);
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

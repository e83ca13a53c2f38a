#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Makes PNG files by hand, so that tests can have every colour type, and hostile ones.
namespace tinypng {

using Bytes = std::vector<std::byte>;

inline void append32(Bytes& out, std::uint32_t v) {
  for (int shift : {24, 16, 8, 0}) out.push_back(static_cast<std::byte>(v >> shift));
}

inline void appendChunk(Bytes& out, std::string_view type, const std::vector<std::uint8_t>& data) {
  append32(out, static_cast<std::uint32_t>(data.size()));
  std::vector<std::uint8_t> checked(type.begin(), type.end());
  checked.insert(checked.end(), data.begin(), data.end());
  for (std::uint8_t byte : checked) out.push_back(static_cast<std::byte>(byte));
  append32(out, static_cast<std::uint32_t>(crc32(0, checked.data(), static_cast<uInt>(checked.size()))));
}

struct Spec {
  std::uint32_t width = 1, height = 1;
  std::uint8_t depth = 8, colourType = 2;
  std::vector<std::uint8_t> rows;               ///< unfiltered, without the filter byte of each row
  std::vector<std::uint8_t> palette = {};       ///< PLTE
  std::vector<std::uint8_t> transparency = {};  ///< tRNS
  std::vector<std::pair<std::string, std::vector<std::uint8_t>>> extras = {};  ///< chunks before the pixels
  bool interlaced = false;  ///< rows are then those of the passes, with their filter bytes
  bool isFiltered = false;  ///< rows have their filter bytes
};

inline std::vector<std::uint8_t> packed(const std::vector<std::uint8_t>& raw) {
  uLongf size = compressBound(raw.size());
  std::vector<std::uint8_t> out(size);
  compress(out.data(), &size, raw.data(), raw.size());
  out.resize(size);
  return out;
}

/// Each row with a filter byte before it.
inline std::vector<std::uint8_t> filtered(const Spec& spec) {
  if (spec.interlaced || spec.isFiltered) return spec.rows;
  std::vector<std::uint8_t> raw;
  const std::size_t perRow = std::max<std::size_t>(1, spec.rows.size() / std::max(spec.height, 1u));
  for (std::size_t i = 0; i < spec.rows.size(); ++i) {
    if (i % perRow == 0) raw.push_back(0);
    raw.push_back(spec.rows[i]);
  }
  return raw;
}

inline Bytes make(const Spec& spec) {
  Bytes out;
  for (unsigned char c : std::string_view("\x89PNG\r\n\x1a\n")) out.push_back(static_cast<std::byte>(c));
  std::vector<std::uint8_t> header;
  for (std::uint32_t side : {spec.width, spec.height}) {
    for (int shift : {24, 16, 8, 0}) header.push_back(static_cast<std::uint8_t>(side >> shift));
  }
  for (int v : {int{spec.depth}, int{spec.colourType}, 0, 0, int{spec.interlaced}})
    header.push_back(static_cast<std::uint8_t>(v));
  appendChunk(out, "IHDR", header);
  for (const auto& [type, data] : spec.extras) appendChunk(out, type, data);
  if (!spec.palette.empty()) appendChunk(out, "PLTE", spec.palette);
  if (!spec.transparency.empty()) appendChunk(out, "tRNS", spec.transparency);
  appendChunk(out, "IDAT", packed(filtered(spec)));
  appendChunk(out, "IEND", {});
  return out;
}

}  // namespace tinypng

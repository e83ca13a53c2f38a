#include "core/images/LabelPng.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/images/Codecs.h"
#include "core/images/PngChunks.h"

namespace uada {
namespace {

constexpr const char* kExpected = "a label map is a PNG of 8-bit grey, or with a palette";

/// "colours", "16-bit grey with alpha"; empty: labels.
std::string otherPixels(const png::Header& header) {
  constexpr std::uint64_t kGrey = 0, kGreyAlpha = 4, kAlpha = 6;
  if (header.depth <= 8 && header.hasPalette()) return "";
  if (header.depth == 8 && header.colours == kGrey) return "";
  if (header.hasPalette()) return fmt::format("{}-bit numbers of a palette", header.depth);
  if (header.colours == kGrey) return fmt::format("{}-bit grey", header.depth);
  if (header.colours == kGreyAlpha) return fmt::format("{}-bit grey with alpha", header.depth);
  return header.colours == kAlpha ? "colours with alpha" : "colours";
}

void refuseOtherPixels(const png::Header& header, std::string_view what) {
  if (const std::string found = otherPixels(header); !found.empty())
    throw Error(fmt::format("cannot read {} as labels: its pixels are {}; {}: export it as one", what, found,
                            kExpected));
}

ImageHeader trustedHeader(ByteSource& source, std::string_view what, const ImageLimits& limits) {
  const png::Header header = png::headerOf(source, what);
  refuseSize(header.width, header.height, what, limits);
  refuseOtherPixels(header, what);
  png::requireEnd(source, header.chunk, what);
  return {static_cast<int>(header.width), static_cast<int>(header.height)};
}

ImageHeader testedHeader(ByteSource& source, std::string_view what, const ImageLimits& limits) {
  const ImageHeader header = checkPng(source, what, limits);
  refuseOtherPixels(png::headerOf(source, what), what);
  testNumbers(source, header, what);
  return header;
}

ImageSize unpack(ByteSource& source, std::string_view what, std::vector<std::uint8_t>& labels,
                 const ImageLimits& limits, bool isTrusted) {
  const auto start = source.from(0, kSignatureBytes);
  if (!isPng(start)) refuseFormat(start, what, fmt::format("not a PNG; {}: convert it", kExpected));
  refuseTooManyBytes(source.size(), what, limits);
  const ImageHeader header =
      isTrusted ? trustedHeader(source, what, limits) : testedHeader(source, what, limits);
  labels.resize(static_cast<std::size_t>(header.width) * static_cast<std::size_t>(header.height));
  unpackNumbers(source, header, what, labels.data());
  return {header.width, header.height};
}

}  // namespace

ImageSize readLabels(const std::filesystem::path& path, std::vector<std::uint8_t>& labels,
                     const ImageLimits& limits) {
  ByteSource source(path);
  return unpack(source, "'" + path.string() + "'", labels, limits, false);
}

ImageSize decodeLabels(std::span<const std::byte> bytes, std::string_view what,
                       std::vector<std::uint8_t>& labels, const ImageLimits& limits) {
  ByteSource source(bytes);
  return unpack(source, what, labels, limits, false);
}

ImageSize decodeLabelsTrusted(std::span<const std::byte> bytes, std::string_view what,
                              std::vector<std::uint8_t>& labels, const ImageLimits& limits) {
  ByteSource source(bytes);
  return unpack(source, what, labels, limits, true);
}

void writeLabels(const std::filesystem::path& path, const std::uint8_t* labels, ImageSize size,
                 FileCalls& calls) {
  writePacked(path, packPng(labels, size, PngPixels::grey), size, calls);
}

}  // namespace uada

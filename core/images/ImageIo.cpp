#include "core/images/ImageIo.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/images/Codecs.h"

namespace uada {
namespace {

/// A format by bytes at a place near the start of a file.
struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view name;
};
constexpr std::uint64_t kMaxSide = 65'500;  // pixels; of a JPEG in the library. It bounds the memory of a row
constexpr std::string_view kPng("\x89PNG\r\n\x1a\n"), kJpeg("\xff\xd8\xff");
constexpr Signature kOthers[] = {{0, kJpeg, "a JPEG"},
                                 {0, "GIF8", "a GIF"},
                                 {8, "WEBP", "a WebP picture"},
                                 {0, std::string_view("II*\0", 4), "a TIFF"},
                                 {0, std::string_view("MM\0*", 4), "a TIFF"},
                                 {0, "BM", "a BMP"},
                                 {4, "ftyp", "an HEIC, AVIF or video file"},
                                 {4, "jP  ", "a JPEG 2000 picture"},
                                 {0, "\xff\x0a", "a JPEG XL picture"},
                                 {4, "JXL ", "a JPEG XL picture"},
                                 {0, "8BPS", "a Photoshop file"},
                                 {0, "%PDF", "a PDF"},
                                 {0, "\x1f\x8b", "a gzip file"},
                                 {0, "PK\x03\x04", "a ZIP archive"}};

bool hasAt(std::span<const std::byte> bytes, std::size_t at, std::string_view wanted) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return at < text.size() && text.substr(at).starts_with(wanted);
}

/// Throws unless the first bytes are those of a PNG or JPEG.
void refuseOtherFormats(std::span<const std::byte> start, std::string_view what) {
  if (!isPng(start) && !hasAt(start, 0, kJpeg))
    refuseFormat(start, what, "neither a PNG nor a JPEG; convert it to PNG or JPEG");
}

ImageHeader check(ByteSource& source, std::string_view what, const ImageLimits& limits) {
  const std::span<const std::byte> start = source.from(0, kSignatureBytes);
  refuseOtherFormats(start, what);
  refuseTooManyBytes(source.size(), what, limits);
  return isPng(start) ? checkPng(source, what, limits) : checkJpeg(source, what, limits);
}

Image decode(ByteSource& source, std::string_view what, const ImageLimits& limits) {
  const ImageHeader header = check(source, what, limits);
  if (isPng(source.from(0, kSignatureBytes))) {
    testPng(source, header, what);
    return unpackPng(source, header, what);
  }
  testJpeg(source, header, what);
  return unpackJpeg(source, header, what);
}

}  // namespace

bool isPng(std::span<const std::byte> start) { return hasAt(start, 0, kPng); }

void refuseFormat(std::span<const std::byte> start, std::string_view what, std::string_view why) {
  if (start.empty()) throw Error(fmt::format("cannot read {}: it is empty; copy or export it again", what));
  const auto* other =
      std::ranges::find_if(kOthers, [&](const Signature& s) { return hasAt(start, s.at, s.bytes); });
  const std::string found = other == std::end(kOthers) ? "" : fmt::format("{}, ", other->name);
  throw Error(fmt::format("cannot read {}: it is {}{}", what, found, why));
}

void refuseTooManyBytes(std::uint64_t size, std::string_view what, const ImageLimits& limits) {
  if (size <= limits.maxFileBytes) return;
  throw Error(fmt::format("cannot read {}: {} are more than the limit of {}; scale the picture down", what,
                          bytesText(static_cast<double>(size)),
                          bytesText(static_cast<double>(limits.maxFileBytes))));
}

void refuseSize(std::uint64_t width, std::uint64_t height, std::string_view what, const ImageLimits& limits) {
  if (width == 0 || height == 0)
    throw Error(fmt::format("cannot read {}: {} x {} pixels, at least 1 x 1 needed; export it again", what,
                            width, height));
  // Both formats keep sides below 2^32, so the product does not overflow.
  if (width * height > limits.maxPixels)
    throw Error(
        fmt::format("cannot read {}: {} x {} pixels are more than the limit of {} million; scale it down",
                    what, width, height, limits.maxPixels / 1e6));
  if (std::max(width, height) > kMaxSide)
    throw Error(fmt::format("cannot read {}: {} x {} pixels, at most {} a side are read; cut it into pieces",
                            what, width, height, groupedText(kMaxSide)));
}

void refuseDamaged(std::string_view what, std::string_view kind, std::string_view why) {
  throw Error(fmt::format("cannot read {}: the {} {}; copy or export it again", what, kind, why));
}

std::uint32_t bigEndian(std::span<const std::byte> bytes) {
  std::uint32_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint32_t>(byte);
  return value;
}

ImageHeader checkImage(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits) {
  ByteSource source(bytes);
  return check(source, what, limits);
}

Image decodeImage(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits) {
  ByteSource source(bytes);
  return decode(source, what, limits);
}

ImageView decodeTrusted(std::span<const std::byte> bytes, std::string_view what, DecodeScratch& scratch,
                        const PixelBox* part, const ImageLimits& limits) {
  ByteSource source(bytes);
  const std::span<const std::byte> start = source.from(0, kSignatureBytes);
  refuseOtherFormats(start, what);
  refuseTooManyBytes(source.size(), what, limits);
  const auto unpack = isPng(start) ? unpackTrustedPng : unpackTrustedJpeg;
  return unpack(source, what, scratch, part, limits);
}

ImageSpan roomFor(const ImageHeader& header, DecodeScratch& scratch) {
  const ImageSpan picture{nullptr, header.width, header.height};
  if (scratch.pixels.size() < picture.bytes()) scratch.pixels.resize(picture.bytes());
  return {scratch.pixels.data(), header.width, header.height};
}

PixelBox partIn(ImageView picture, const PixelBox* part, std::string_view what) {
  if (!part) return {0, 0, picture.width, picture.height};
  if (part->left >= 0 && part->top >= 0 && part->right <= picture.width && part->bottom <= picture.height &&
      part->width() > 0 && part->height() > 0)
    return *part;
  throw Error(
      fmt::format("cannot read {}: columns {} to {} of rows {} to {} are not in its {} x {} pixels; was "
                  "the file changed?",
                  what, part->left, part->right, part->top, part->bottom, picture.width, picture.height));
}

Image decodePng(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits) {
  ByteSource source(bytes);
  return unpackPng(source, checkPng(source, what, limits), what);
}

Image readImage(const std::filesystem::path& path, const ImageLimits& limits) {
  ByteSource source(path);
  return decode(source, "'" + path.string() + "'", limits);
}

void requireWritable(std::uint64_t width, std::uint64_t height, std::string_view what,
                     std::string_view remedy) {
  constexpr std::uint64_t kMost = ImageLimits{}.maxPixels;
  if (std::max(width, height) <= kMaxSide && width * height <= kMost) return;
  const double millions = 1e-6 * static_cast<double>(width) * static_cast<double>(height);
  throw UsageError(
      fmt::format("cannot make {}: {} x {} pixels ({} million), at most {} million and {} a side can be read "
                  "again; {}",
                  what, width, height, groupedText(std::llround(millions)), kMost / 1'000'000,
                  groupedText(kMaxSide), remedy));
}

void writePacked(const std::filesystem::path& path, const std::vector<std::byte>& png, ImageSize size,
                 FileCalls& calls) {
  if (constexpr std::uint64_t kMost = ImageLimits{}.maxFileBytes; png.size() > kMost)
    throw Error(
        fmt::format("cannot write '{}': a PNG of {} x {} such pixels has {}, and at most {} can be read "
                    "again; make the picture smaller",
                    path.string(), size.width, size.height, bytesText(static_cast<double>(png.size())),
                    bytesText(static_cast<double>(kMost))));
  AtomicFile file(path, calls);
  file.write(png);
  file.commit();
}

void writePng(const std::filesystem::path& path, ImageView image, FileCalls& calls) {
  writePacked(path, encodePng(image), {image.width, image.height}, calls);
}

}  // namespace uada

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/images/Codecs.h"

namespace uada {
namespace {

/// Each scan of a progressive JPEG goes over all pixels, and thousands of them fit in a small file. Encoders
/// write about ten.
constexpr int kMaxScans = 32;
/// Profiles and previews take some dozens; a file of 64 MB could have millions of empty ones.
constexpr int kMaxSegments = 10'000;
constexpr int kBlock = 8;  // pixels a side

enum Marker : std::uint8_t {
  kBaseline = 0xc0,
  kProgressive = 0xc2,
  kTables = 0xc4,
  kReserved = 0xc8,
  kArithmetic = 0xc9,
  kConditioning = 0xcc,
  kLastFrame = 0xcf,
  kFirstRestart = 0xd0,
  kLastRestart = 0xd7,
  kStart = 0xd8,
  kEnd = 0xd9,
  kScan = 0xda
};

constexpr std::byte kSign{0xff};  // the first of a marker's two bytes

/// Goes from marker to marker of a JPEG and over the packed pixels between them.
class Markers {
 public:
  Markers(ByteSource& source, std::string_view what) : source_(source), what_(what) {}

  /// The next marker with a segment, which is then segment() until the next call, or the end mark.
  std::uint8_t next() {
    for (;;) {
      const std::span<const std::byte> piece = source_.from(at_, 2);
      if (piece.size() < 2) cutShort();
      const std::size_t place = markerIn(piece);
      at_ += place;
      if (place + 1 < piece.size()) return enter(std::to_integer<std::uint8_t>(piece[place + 1]));
    }
  }
  std::span<const std::byte> segment() const { return segment_; }
  std::uint64_t at() const { return at_; }

 private:
  [[noreturn]] void cutShort() const { refuseDamaged(what_, "JPEG", "is cut short: it has no end mark"); }
  /// Whether two bytes are a marker that does not stand alone. Zero behind the sign means a pixel's byte.
  static bool isMarker(std::byte first, std::byte second) {
    const auto marker = std::to_integer<std::uint8_t>(second);
    const bool alone = marker <= 0x01 || (marker >= kFirstRestart && marker <= kStart);
    return first == kSign && second != kSign && !alone;
  }
  /// Where the first marker begins; if there is none, the last byte, which may begin one.
  static std::size_t markerIn(std::span<const std::byte> bytes) {
    constexpr std::size_t kStep = 64;
    std::size_t i = 0;
    const std::size_t last = bytes.size() - 1;
    for (; i + kStep <= last; i += kStep) {  // most of a file: made into vector instructions
      unsigned char any = 0;
      for (std::size_t j = i; j < i + kStep; ++j) any |= isMarker(bytes[j], bytes[j + 1]);
      if (any) break;
    }
    while (i < last && !isMarker(bytes[i], bytes[i + 1])) ++i;
    return i;
  }
  std::uint8_t enter(std::uint8_t marker) {
    at_ += 2;
    segment_ = {};
    if (marker == kEnd) return marker;
    const std::span<const std::byte> size = source_.from(at_, 2);
    if (size.size() < 2) cutShort();
    // A length counts its own two bytes; where it is less, nothing follows it, and the decoder says whether
    // the segment may be empty.
    const std::size_t length = std::max<std::size_t>(2, bigEndian(size.first(2)));
    if (at_ + length > source_.size()) cutShort();
    const std::span<const std::byte> whole = source_.from(at_, length);
    if (whole.size() < length) cutShort();
    segment_ = whole.subspan(2, length - 2);
    at_ += length;
    return marker;
  }
  ByteSource& source_;
  std::span<const std::byte> segment_;
  std::string_view what_;
  std::uint64_t at_ = 2;
};

[[noreturn]] void refuseKind(std::string_view what, std::string_view kind) {
  throw Error(fmt::format("cannot read {}: it is {} JPEG; convert it to an RGB JPEG or PNG", what, kind));
}

bool isFrame(std::uint8_t marker) {
  return marker >= kBaseline && marker <= kLastFrame && marker != kTables && marker != kReserved &&
         marker != kConditioning;
}

/// The header of a frame: bits, height, width, components.
ImageHeader frameHeader(std::uint8_t marker, std::span<const std::byte> segment, std::string_view what,
                        const ImageLimits& limits) {
  if (segment.size() < 6) refuseDamaged(what, "JPEG", "is damaged: its header is too short");
  const std::uint32_t height = bigEndian(segment.subspan(1, 2)), width = bigEndian(segment.subspan(3, 2));
  refuseSize(width, height, what, limits);
  if (marker >= kArithmetic) refuseKind(what, "an arithmetic-coded");
  if (marker > kProgressive) refuseKind(what, "a lossless or hierarchical");
  const int bits = std::to_integer<int>(segment[0]), components = std::to_integer<int>(segment[5]);
  if (bits != 8) refuseKind(what, fmt::format("a {}-bit", bits));
  if (components != 1 && components != 3 && components != 4)
    refuseKind(what, fmt::format("a {}-component", components));
  return {static_cast<int>(width), static_cast<int>(height)};
}

}  // namespace

ImageHeader checkJpeg(ByteSource& source, std::string_view what, const ImageLimits& limits) {
  Markers markers(source, what);
  ImageHeader header;
  int scans = 0, segments = 0;
  for (std::uint8_t marker = markers.next(); marker != kEnd; marker = markers.next()) {
    if (++segments > kMaxSegments)
      throw Error(fmt::format("cannot read {}: the JPEG has more than {} segments; export it again", what,
                              groupedText(kMaxSegments)));
    if (isFrame(marker)) {
      if (header.width > 0) refuseDamaged(what, "JPEG", "is damaged: it has two headers");
      header = frameHeader(marker, markers.segment(), what, limits);
    }
    if (marker == kScan && ++scans > kMaxScans)
      throw Error(
          fmt::format("cannot read {}: more than {} scans; export it as a baseline JPEG", what, kMaxScans));
  }
  if (header.width == 0 || scans == 0) refuseDamaged(what, "JPEG", "is damaged: it has no picture");
  // Every block of pixels costs at least one bit.
  const std::uint64_t across = (header.width + kBlock - 1) / kBlock,
                      down = (header.height + kBlock - 1) / kBlock;
  if (8 * markers.at() < across * down)
    refuseDamaged(what, "JPEG",
                  fmt::format("is damaged: {} bytes cannot hold {} x {} pixels", markers.at(), header.width,
                              header.height));
  return header;
}

}  // namespace uada

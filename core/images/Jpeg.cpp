#include <fmt/core.h>
#include <turbojpeg.h>

#include <cstring>
#include <memory>
#include <type_traits>

#include "core/base/Error.h"
#include "core/images/Codecs.h"

namespace uada {
namespace {

/// Each scan of a progressive JPEG goes over all pixels, and thousands of them fit in a small file. Encoders
/// write about ten.
constexpr int kMaxScans = 100;
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

struct DestroyHandle {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<std::remove_pointer_t<tjhandle>, DestroyHandle>;

/// Goes from marker to marker of a JPEG and over the packed pixels between them.
class Markers {
 public:
  Markers(std::span<const std::byte> bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  /// The next marker; its segment is then segment().
  std::uint8_t next() {
    for (;;) {
      if (at_ < bytes_.size() && bytes_[at_] != kSign) skipPixels();
      while (at_ + 1 < bytes_.size() && bytes_[at_ + 1] == kSign) ++at_;  // it may be repeated
      if (bytes_.size() - at_ < 2) cutShort();
      const auto marker = std::to_integer<std::uint8_t>(bytes_[at_ + 1]);
      at_ += 2;
      const bool alone = marker <= 0x01 || (marker >= kFirstRestart && marker <= kStart);
      if (!alone) return enter(marker);
    }
  }
  std::span<const std::byte> segment() const { return segment_; }
  std::size_t at() const { return at_; }

 private:
  [[noreturn]] void cutShort() const { refuseDamaged(what_, "JPEG", "is cut short: it has no end mark"); }
  /// To the next byte that may begin a marker.
  void skipPixels() {
    const void* found = std::memchr(bytes_.data() + at_, std::to_integer<int>(kSign), bytes_.size() - at_);
    if (!found) cutShort();
    at_ = static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes_.data());
  }
  std::uint8_t enter(std::uint8_t marker) {
    segment_ = {};
    if (marker == kEnd) return marker;
    const std::span<const std::byte> rest = bytes_.subspan(at_);
    const std::size_t length = rest.size() < 2 ? 0 : bigEndian(rest.first(2));
    if (length < 2 || length > rest.size()) cutShort();
    segment_ = rest.subspan(2, length - 2);
    at_ += length;
    return marker;
  }
  std::span<const std::byte> bytes_, segment_;
  std::string_view what_;
  std::size_t at_ = 2;
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
  if (components == 4) refuseKind(what, "a CMYK");
  if (components != 1 && components != 3) refuseKind(what, fmt::format("a {}-component", components));
  return {static_cast<int>(width), static_cast<int>(height)};
}

Handle makeHandle(std::string_view what) {
  Handle handle(tjInitDecompress());
  if (!handle) throw Error(fmt::format("cannot read {}: {}", what, tjGetErrorStr2(nullptr)));
  return handle;
}

}  // namespace

ImageHeader checkJpeg(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits) {
  Markers markers(bytes, what);
  ImageHeader header;
  int scans = 0;
  for (std::uint8_t marker = markers.next(); marker != kEnd; marker = markers.next()) {
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
  if (8 * std::uint64_t{markers.at()} < across * down)
    refuseDamaged(what, "JPEG",
                  fmt::format("is damaged: {} bytes cannot hold {} x {} pixels", markers.at(), header.width,
                              header.height));
  return header;
}

Image unpackJpeg(std::span<const std::byte> bytes, const ImageHeader& header, std::string_view what) {
  const Handle handle = makeHandle(what);
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  const auto refuse = [&] {
    refuseDamaged(what, "JPEG",
                  fmt::format("is damaged or of a rare kind ({})", tjGetErrorStr2(handle.get())));
  };
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(handle.get(), data, bytes.size(), &width, &height, &subsampling, &colours))
    refuse();
  if (width != header.width || height != header.height)
    refuseDamaged(what, "JPEG", "is damaged: it has two headers");
  Image image(width, height);
  // A decoder that only warns would give grey areas for missing data. The slow transform equals Pillow's.
  constexpr int kFlags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT;
  if (tjDecompress2(handle.get(), data, bytes.size(), image.rgb.data(), width, 0, height, TJPF_RGB, kFlags))
    refuse();
  return image;
}

}  // namespace uada

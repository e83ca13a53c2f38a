#include <fmt/core.h>
#include <spng.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/images/Codecs.h"
#include "core/images/ImageIo.h"

namespace uada {
namespace {

constexpr std::size_t kSignature = 8, kHeader = 13, kFrame = 12;  // bytes; of a chunk: length, type, checksum
/// The most that deflate makes of one byte: a match of 258 bytes takes at least two bits.
constexpr std::uint64_t kMostPacked = 1032;
/// Encoders write pixels in pieces of 8 kB and more; a file of 64 MB could have millions of empty ones.
constexpr int kMaxChunks = 100'000;

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, FreeContext>;

Context makeContext(int flags) {
  Context context(spng_ctx_new(flags));
  if (!context) throw Error("cannot handle a PNG: out of memory");
  return context;
}

struct Chunk {
  std::uint64_t at = 0, length = 0;  ///< where it begins; of its data
  std::string type;
  /// Only these make pixels: text, profiles, animation and the like have a small first letter.
  bool critical() const { return (type[0] & 0x20) == 0; }
  std::uint64_t data() const { return at + 8; }
  std::uint64_t end() const { return at + kFrame + length; }
};

/// Whether the bytes from `at` on have a whole chunk, which is then `chunk`.
bool chunkAt(ByteSource& source, std::uint64_t at, Chunk& chunk) {
  const std::span<const std::byte> head = source.from(at, 8);
  if (head.size() < 8) return false;
  chunk = {at, bigEndian(head.first(4)), {reinterpret_cast<const char*>(head.data()) + 4, 4}};
  return chunk.end() <= source.size();
}

void requireChecksum(ByteSource& source, const Chunk& chunk, std::string_view what) {
  uLong sum = crc32(0, nullptr, 0);
  const std::uint64_t end = chunk.data() + chunk.length;
  for (std::uint64_t at = chunk.at + 4; at < end;) {
    const std::span<const std::byte> piece = source.from(at);
    const auto count = static_cast<uInt>(std::min<std::uint64_t>(piece.size(), end - at));
    if (count == 0) break;
    sum = crc32(sum, reinterpret_cast<const Bytef*>(piece.data()), count);
    at += count;
  }
  const std::span<const std::byte> stated = source.from(end, 4);
  if (stated.size() < 4 || bigEndian(stated.first(4)) != sum)
    refuseDamaged(what, "PNG", fmt::format("is damaged: a wrong checksum at byte {}", end));
}

/// Bytes that the pixels take unpacked, without the filter's byte of each row.
std::uint64_t unpackedBytes(std::span<const std::byte> header, std::uint64_t width, std::uint64_t height) {
  const auto bits = std::to_integer<std::uint64_t>(header[8]),
             colours = std::to_integer<std::uint64_t>(header[9]);
  const std::uint64_t channels = colours == 2 ? 3 : colours == 4 ? 2 : colours == 6 ? 4 : 1;
  return (width * channels * bits + 7) / 8 * height;
}

/// Gives the decoder a PNG without the chunks that make no pixels, so that none of them is unpacked or kept.
class CriticalBytes {
 public:
  explicit CriticalBytes(ByteSource& source) : source_(source) {}

  static int read(spng_ctx*, void* self, void* to, std::size_t size) {
    return static_cast<CriticalBytes*>(self)->give(static_cast<std::byte*>(to), size) ? 0 : SPNG_IO_EOF;
  }

 private:
  bool give(std::byte* to, std::size_t size) {
    while (size > 0) {
      if (at_ == end_ && !advance()) return false;
      const std::span<const std::byte> piece = source_.from(at_);
      const auto left = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), end_ - at_));
      const std::size_t count = std::min(size, left);
      if (count == 0) return false;
      std::memcpy(to, piece.data(), count);
      at_ += count;
      to += count;
      size -= count;
    }
    return true;
  }
  bool advance() {
    Chunk chunk;
    do {
      if (!chunkAt(source_, end_, chunk)) return false;
      end_ = chunk.end();
    } while (!chunk.critical());
    at_ = chunk.at;
    return true;
  }
  ByteSource& source_;
  std::uint64_t at_ = 0, end_ = kSignature;
};

[[noreturn]] void refuse(std::string_view what, int code) {
  refuseDamaged(what, "PNG", fmt::format("is damaged ({})", spng_strerror(code)));
}

/// Unpacks a PNG row by row: `place` gives each row, of so many bytes, its place. The rows of an interlaced
/// one come several times.
template <class Place>
void unpackRows(ByteSource& source, const ImageHeader& header, std::string_view what, spng_format format,
                std::size_t bytesPerRow, Place place) {
  Context context = makeContext(0);
  CriticalBytes critical(source);
  if (int code = spng_set_png_stream(context.get(), CriticalBytes::read, &critical)) refuse(what, code);
  if (int code = spng_decode_image(context.get(), nullptr, 0, format, SPNG_DECODE_PROGRESSIVE))
    refuse(what, code);
  spng_ihdr found{};
  if (int code = spng_get_ihdr(context.get(), &found)) refuse(what, code);
  if (found.width != std::uint32_t(header.width) || found.height != std::uint32_t(header.height))
    refuseDamaged(what, "PNG", "changes while it is read");
  spng_row_info row{};
  int code = 0;
  while (!(code = spng_get_row_info(context.get(), &row)))
    if ((code = spng_decode_row(context.get(), place(row.row_num), bytesPerRow))) break;
  if (code != SPNG_EOI) refuse(what, code);
  // The end mark has a checksum too.
  if ((code = spng_decode_chunks(context.get()))) refuse(what, code);
}

/// Throws where a chunk that makes pixels stands in a wrong place.
void requireOrder(const Chunk& chunk, const Chunk& before, std::string_view what) {
  const auto refuseChunk = [&](std::string_view why) {
    refuseDamaged(what, "PNG", fmt::format("is damaged: at byte {} {}", chunk.at, why));
  };
  if (!chunk.critical()) return;
  if (chunk.type == "IEND" && chunk.length > 0) refuseChunk("the end mark is too long");
  if (chunk.type == "IEND" || (chunk.type == "PLTE" && before.type == "IHDR")) return;
  if (chunk.type != "IDAT")
    refuseChunk(fmt::format("stands the unexpected chunk '{}'", quotable(chunk.type)));
}

}  // namespace

ImageHeader checkPng(ByteSource& source, std::string_view what, const ImageLimits& limits) {
  Chunk chunk, before;
  if (!chunkAt(source, kSignature, chunk)) refuseDamaged(what, "PNG", "is cut short: it has no header");
  if (chunk.type != "IHDR" || chunk.length != kHeader)
    refuseDamaged(what, "PNG", "is damaged: it has no header");
  const std::span<const std::byte> data = source.from(chunk.data(), kHeader);
  if (data.size() < kHeader) refuseDamaged(what, "PNG", "is cut short: it has no header");
  std::byte header[kHeader];
  std::memcpy(header, data.data(), kHeader);
  const std::uint64_t width = bigEndian(std::span(header).first(4)),
                      height = bigEndian(std::span(header).subspan(4, 4));
  refuseSize(width, height, what, limits);
  requireChecksum(source, chunk, what);
  std::uint64_t packed = 0;
  for (int chunks = 1; chunk.type != "IEND"; ++chunks) {
    if (chunks >= kMaxChunks)
      throw Error(fmt::format("cannot read {}: the PNG has more than {} chunks; export it again", what,
                              groupedText(kMaxChunks)));
    if (chunk.critical()) before = chunk;
    if (!chunkAt(source, chunk.end(), chunk)) refuseDamaged(what, "PNG", "is cut short: it has no end mark");
    requireOrder(chunk, before, what);
    if (chunk.critical()) requireChecksum(source, chunk, what);
    if (chunk.type == "IDAT") packed += chunk.length;
  }
  if (packed * kMostPacked < unpackedBytes(header, width, height))
    refuseDamaged(what, "PNG",
                  fmt::format("is damaged: {} bytes cannot hold {} x {} pixels", packed, width, height));
  return {static_cast<int>(width), static_cast<int>(height)};
}

void testPng(ByteSource& source, const ImageHeader& header, std::string_view what) {
  // As they are stored: at most four colours of 16 bits.
  std::vector<std::uint8_t> row(std::size_t{8} * header.width);
  unpackRows(source, header, what, SPNG_FMT_RAW, row.size(), [&](std::uint32_t) { return row.data(); });
}

Image unpackPng(ByteSource& source, const ImageHeader& header, std::string_view what) {
  Image image(header.width, header.height);
  const ImageSpan pixels = image.span();
  unpackRows(source, header, what, SPNG_FMT_RGB8, std::size_t{3} * header.width,
             [&](std::uint32_t row) { return pixels.row(static_cast<int>(row)); });
  return image;
}

std::vector<std::byte> encodePng(ImageView image) {
  Context context = makeContext(SPNG_CTX_ENCODER);
  spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
  spng_ihdr header{};
  header.width = static_cast<std::uint32_t>(image.width);
  header.height = static_cast<std::uint32_t>(image.height);
  header.bit_depth = 8;
  header.color_type = SPNG_COLOR_TYPE_TRUECOLOR;
  int code = spng_set_ihdr(context.get(), &header);
  if (!code)
    code = spng_encode_image(context.get(), image.rgb, image.bytes(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
  std::size_t size = 0;
  std::unique_ptr<void, decltype(&std::free)> buffer(
      code ? nullptr : spng_get_png_buffer(context.get(), &size, &code), &std::free);
  if (!buffer) {
    throw Error(fmt::format("cannot make a PNG of {} x {} pixels: {}", image.width, image.height,
                            spng_strerror(code)));
  }
  const auto* begin = static_cast<const std::byte*>(buffer.get());
  return {begin, begin + size};
}

}  // namespace uada

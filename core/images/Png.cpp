#include <fmt/core.h>
#include <spng.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

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
constexpr Bytef kFilters = 5;
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

/// Of a pixel, for the kinds of colour that a header can name.
std::uint64_t bitsPerPixel(std::uint64_t depth, std::uint64_t colours) {
  return depth * (colours == 2 ? 3 : colours == 4 ? 2 : colours == 6 ? 4 : 1);
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

/// A decoder of the critical chunks, and the header that it has read.
struct Opened {
  Context context = makeContext(0);
  spng_ihdr header{};
};

Opened opened(CriticalBytes& critical, const ImageHeader& header, std::string_view what) {
  Opened result;
  if (int code = spng_set_png_stream(result.context.get(), CriticalBytes::read, &critical))
    refuse(what, code);
  if (int code = spng_get_ihdr(result.context.get(), &result.header)) refuse(what, code);
  if (result.header.width != std::uint32_t(header.width) ||
      result.header.height != std::uint32_t(header.height))
    refuseDamaged(what, "PNG", "changes while it is read");
  return result;
}

/// Unpacked rows, each behind a byte that names its filter.
struct Rows {
  std::uint64_t bytes = 0, count = 0;  ///< of a row with that byte; of rows
};

/// All rows of a PNG; of an interlaced one those of its seven passes.
std::vector<Rows> rowsOf(const spng_ihdr& header) {
  const std::uint64_t bits = bitsPerPixel(header.bit_depth, header.color_type);
  const auto rows = [&](std::uint64_t width, std::uint64_t height) {
    return Rows{1 + (width * bits + 7) / 8, height};
  };
  if (header.interlace_method == 0) return {rows(header.width, header.height)};
  struct Pass {
    std::uint32_t x, y, dx, dy;
  };
  std::vector<Rows> all;
  for (const auto& [x, y, dx, dy] :
       {Pass{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}})
    if (header.width > x && header.height > y)
      all.push_back(rows((header.width - x + dx - 1) / dx, (header.height - y + dy - 1) / dy));
  return all;
}

/// Unpacks the pixels of a PNG and keeps none of them.
class PixelTest {
 public:
  PixelTest(std::vector<Rows> rows, std::string_view what) : rows_(std::move(rows)), what_(what) {
    if (inflateInit(&stream_) != Z_OK) throw Error("cannot handle a PNG: out of memory");
  }
  ~PixelTest() { inflateEnd(&stream_); }
  PixelTest(const PixelTest&) = delete;
  PixelTest& operator=(const PixelTest&) = delete;

  /// The next packed bytes. What follows the last row is not looked at, but for the checksum.
  void take(std::span<const std::byte> packed) {
    // Not written to.
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(packed.data()));
    stream_.avail_in = static_cast<uInt>(packed.size());
    while (!isOver_) {
      stream_.next_out = buffer_;
      stream_.avail_out = sizeof buffer_;
      const int code = inflate(&stream_, Z_NO_FLUSH);
      takeRows(buffer_, sizeof buffer_ - stream_.avail_out);
      if (code == Z_STREAM_END) isOver_ = true;
      if (code == Z_BUF_ERROR) return;  // more is needed
      if (code != Z_OK && code != Z_STREAM_END)
        refuseDamaged(what_, "PNG",
                      fmt::format("is damaged ({})", stream_.msg ? stream_.msg : "packed pixels"));
    }
  }
  void end() const {
    if (now_ < rows_.size()) refuseDamaged(what_, "PNG", "is damaged: its pixels end too early");
  }

 private:
  void takeRows(const Bytef* bytes, std::uint64_t size) {
    while (size > 0) {
      if (now_ == rows_.size()) return void(isOver_ = true);
      Rows& rows = rows_[now_];
      if (done_ == 0 && *bytes >= kFilters)
        refuseDamaged(what_, "PNG", fmt::format("is damaged: a row has the unknown filter {}", *bytes));
      const std::uint64_t count = std::min(size, rows.bytes - done_);
      bytes += count;
      size -= count;
      done_ += count;
      if (done_ < rows.bytes) return;
      done_ = 0;
      if (--rows.count == 0) ++now_;
    }
  }
  std::vector<Rows> rows_;  ///< counted down
  std::string_view what_;
  std::size_t now_ = 0;     ///< of rows_
  std::uint64_t done_ = 0;  ///< bytes of a row
  bool isOver_ = false;
  z_stream stream_{};
  Bytef buffer_[1 << 15];
};

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
  const std::uint64_t bits =
      bitsPerPixel(std::to_integer<std::uint64_t>(header[8]), std::to_integer<std::uint64_t>(header[9]));
  if (packed * kMostPacked < (width * bits + 7) / 8 * height)
    refuseDamaged(what, "PNG",
                  fmt::format("is damaged: {} bytes cannot hold {} x {} pixels", packed, width, height));
  return {static_cast<int>(width), static_cast<int>(height)};
}

void testPng(ByteSource& source, const ImageHeader& header, std::string_view what) {
  CriticalBytes critical(source);
  const Opened png = opened(critical, header, what);
  if (int code = spng_decode_chunks(png.context.get())) refuse(what, code);  // up to the pixels
  PixelTest test(rowsOf(png.header), what);
  Chunk chunk;
  for (std::uint64_t next = kSignature; chunkAt(source, next, chunk) && chunk.type != "IEND";
       next = chunk.end()) {
    if (chunk.type != "IDAT") continue;
    const std::uint64_t end = chunk.data() + chunk.length;
    for (std::uint64_t at = chunk.data(); at < end;) {
      std::span<const std::byte> piece = source.from(at);
      piece = piece.first(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), end - at)));
      if (piece.empty()) break;
      test.take(piece);
      at += piece.size();
    }
  }
  test.end();
}

Image unpackPng(ByteSource& source, const ImageHeader& header, std::string_view what) {
  CriticalBytes critical(source);
  const Opened png = opened(critical, header, what);
  spng_ctx* context = png.context.get();
  if (int code = spng_decode_image(context, nullptr, 0, SPNG_FMT_RGB8, SPNG_DECODE_PROGRESSIVE))
    refuse(what, code);
  Image image(header.width, header.height);
  const ImageSpan pixels = image.span();
  const std::size_t stride = std::size_t{3} * header.width;
  spng_row_info row{};
  int code = 0;
  while (!(code = spng_get_row_info(context, &row)))  // of an interlaced picture they come several times
    if ((code = spng_decode_row(context, pixels.row(static_cast<int>(row.row_num)), stride))) break;
  if (code != SPNG_EOI) refuse(what, code);
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

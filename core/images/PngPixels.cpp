#include <fmt/core.h>
#include <spng.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/images/Codecs.h"
#include "core/images/ImageIo.h"
#include "core/images/PngChunks.h"

namespace uada {
namespace {

using namespace png;

constexpr Bytef kFilters = 5;

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, FreeContext>;

Context makeContext(int flags) {
  Context context(spng_ctx_new(flags));
  if (!context) throw Error("cannot handle a PNG: out of memory");
  return context;
}

/// Gives the decoder a PNG without what makes no pixels, so that nothing of it is unpacked or kept: other
/// chunks, a palette that the pixels do not name, and the colours of a longer one that none can name.
class CriticalBytes {
 public:
  CriticalBytes(ByteSource& source, std::string_view what)
      : source_(source), header_(headerOf(source, what)) {}

  static int read(spng_ctx*, void* self, void* to, std::size_t size) {
    return static_cast<CriticalBytes*>(self)->give(static_cast<std::byte*>(to), size) ? 0 : SPNG_IO_EOF;
  }

 private:
  bool give(std::byte* to, std::size_t size) {
    while (size > 0) {
      if (at_ == end_ && !advance()) return false;
      const std::span<const std::byte> piece =
          palette_.empty() ? source_.from(at_)
                           : std::span(palette_).last(static_cast<std::size_t>(end_ - at_));
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
    palette_.clear();
    Chunk chunk;
    do {
      if (!chunkAt(source_, end_, chunk)) return false;
      end_ = chunk.end();
    } while (!chunk.critical() || (chunk.type == "PLTE" && !header_.hasPalette()));
    at_ = chunk.at;
    if (chunk.type == "PLTE" && chunk.length > kEntry * header_.nameable()) return shorten(chunk);
    return true;
  }
  /// The palette's chunk as it would be with as many colours as can be named. It ends where the chunk does.
  bool shorten(const Chunk& chunk) {
    const auto length = static_cast<std::size_t>(kEntry * header_.nameable());
    const std::span<const std::byte> whole = source_.from(chunk.at, kHead + length);
    if (whole.size() < kHead + length) return false;
    palette_.assign(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(kHead + length));
    store(palette_.data(), static_cast<std::uint32_t>(length));
    const uLong sum = crc32(crc32(0, nullptr, 0), reinterpret_cast<const Bytef*>(palette_.data() + 4),
                            static_cast<uInt>(4 + length));
    palette_.resize(palette_.size() + 4);
    store(palette_.data() + kHead + length, static_cast<std::uint32_t>(sum));
    at_ = end_ - palette_.size();
    return true;
  }
  static void store(std::byte* to, std::uint32_t value) {
    for (const int shift : {24, 16, 8, 0}) *to++ = static_cast<std::byte>(value >> shift);
  }
  ByteSource& source_;
  Header header_;
  std::uint64_t at_ = 0, end_ = kSignature;
  std::vector<std::byte> palette_;  ///< a shortened one; empty while the source itself is given
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
  std::uint64_t width = 0;             ///< pixels
};

/// All rows of a PNG; of an interlaced one those of its seven passes.
std::vector<Rows> rowsOf(const spng_ihdr& header) {
  const std::uint64_t bits = bitsPerPixel(header.bit_depth, header.color_type);
  const auto rows = [&](std::uint64_t width, std::uint64_t height) {
    return Rows{1 + (width * bits + 7) / 8, height, width};
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

/// What a filter adds to a byte: of the one before it in the row, the one above it and the one above that.
int predicted(Bytef filter, int left, int up, int upLeft) {
  if (filter == 1) return left;
  if (filter == 2) return up;
  if (filter == 3) return (left + up) / 2;
  if (filter != 4) return 0;
  // Paeth's: the one that is nearest to the plane through the three, the first of equal ones.
  const int plane = left + up - upLeft;
  const int toLeft = std::abs(plane - left), toUp = std::abs(plane - up), toUpLeft = std::abs(plane - upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

/// Looks for pixels that name a colour which a palette does not have.
class PaletteTest {
 public:
  PaletteTest(std::uint64_t entries, int depth, std::string_view what)
      : entries_(entries), depth_(depth), what_(what) {}

  /// The next rows are those of another pass.
  void beginPass(const Rows& rows) {
    width_ = rows.width;
    above_.assign(static_cast<std::size_t>(rows.bytes - 1), 0);
  }
  /// The next bytes of a row, from `at` on, where its filter is at 0.
  void take(const Bytef* bytes, std::uint64_t count, std::uint64_t at) {
    for (const Bytef* byte = bytes; byte < bytes + count; ++byte, ++at) {
      if (at == 0) {
        filter_ = *byte;
        left_ = upLeft_ = 0;
        continue;
      }
      Bytef& place = above_[static_cast<std::size_t>(at - 1)];
      const Bytef up = place;
      left_ = place = static_cast<Bytef>(*byte + predicted(filter_, left_, up, upLeft_));
      upLeft_ = up;
      requireEntries(place, (at - 1) * static_cast<std::uint64_t>(8 / depth_));
    }
  }

 private:
  void requireEntries(unsigned byte, std::uint64_t x) const {
    for (int shift = 8 - depth_; shift >= 0 && x < width_; shift -= depth_, ++x)
      if (const unsigned number = byte >> shift & ((1U << depth_) - 1); number >= entries_)
        refuseDamaged(what_, "PNG",
                      fmt::format("is damaged: a pixel has colour {} of a palette of {}", number, entries_));
  }
  std::uint64_t entries_, width_ = 0;
  int depth_;
  std::string_view what_;
  std::vector<Bytef> above_;  ///< the row before; up to the byte at hand this one
  Bytef filter_ = 0, left_ = 0, upLeft_ = 0;
};

/// Unpacks the pixels of a PNG and keeps none of them.
class PixelTest {
 public:
  PixelTest(const spng_ihdr& header, std::string_view what)
      : rows_(rowsOf(header)), header_(header), what_(what) {
    if (inflateInit(&stream_) != Z_OK) throw Error("cannot handle a PNG: out of memory");
  }
  ~PixelTest() { inflateEnd(&stream_); }
  PixelTest(const PixelTest&) = delete;
  PixelTest& operator=(const PixelTest&) = delete;

  /// Before any bytes: how many colours the palette has. Where each number has one there is nothing to test.
  void setPalette(std::uint64_t entries) {
    if (header_.color_type != kPalette || entries >> header_.bit_depth > 0) return;
    palette_.emplace(entries, header_.bit_depth, what_);
    palette_->beginPass(rows_.front());
  }
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
      if (palette_) palette_->take(bytes, count, done_);
      bytes += count;
      size -= count;
      done_ += count;
      if (done_ < rows.bytes) return;
      done_ = 0;
      if (--rows.count > 0) continue;
      ++now_;
      if (palette_ && now_ < rows_.size()) palette_->beginPass(rows_[now_]);
    }
  }
  std::vector<Rows> rows_;  ///< counted down
  spng_ihdr header_;
  std::optional<PaletteTest> palette_;
  std::string_view what_;
  std::size_t now_ = 0;     ///< of rows_
  std::uint64_t done_ = 0;  ///< bytes of a row
  bool isOver_ = false;
  z_stream stream_{};
  Bytef buffer_[1 << 15];
};

/// looksUp  a pixel may not name a colour that the palette lacks
void testPixels(ByteSource& source, const ImageHeader& header, std::string_view what, bool looksUp) {
  CriticalBytes critical(source, what);
  const Opened png = opened(critical, header, what);
  if (int code = spng_decode_chunks(png.context.get())) refuse(what, code);  // up to the pixels
  PixelTest test(png.header, what);
  Chunk chunk;
  for (std::uint64_t next = kSignature; chunkAt(source, next, chunk) && chunk.type != "IEND";
       next = chunk.end()) {
    if (chunk.type == "PLTE" && looksUp) test.setPalette(chunk.length / kEntry);
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

}  // namespace

void testPng(ByteSource& source, const ImageHeader& header, std::string_view what) {
  testPixels(source, header, what, true);
}

void testNumbers(ByteSource& source, const ImageHeader& header, std::string_view what) {
  testPixels(source, header, what, false);
}

/// Where unpacked rows are put, and in which form of the decoder's.
struct RowsTo {
  std::uint8_t* to;
  std::size_t stride;  ///< bytes
  int format;
};

/// Unpacks rows 0 to `rows`-1, of an interlaced picture all.
static void unpackRows(ByteSource& source, const ImageHeader& size, const RowsTo& place, int rows,
                       std::string_view what) {
  CriticalBytes critical(source, what);
  const Opened png = opened(critical, size, what);
  spng_ctx* context = png.context.get();
  if (int code = spng_decode_image(context, nullptr, 0, place.format, SPNG_DECODE_PROGRESSIVE))
    refuse(what, code);
  const bool isPart = rows < size.height && png.header.interlace_method == 0;
  spng_row_info row{};
  int code = 0;
  while (!(code = spng_get_row_info(context, &row))) {  // of an interlaced picture they come several times
    if (isPart && row.row_num >= static_cast<std::uint32_t>(rows)) return;
    if ((code = spng_decode_row(context, place.to + row.row_num * place.stride, place.stride))) break;
  }
  if (code != SPNG_EOI) refuse(what, code);
}

static RowsTo colourRows(ImageSpan picture) {
  return {picture.rgb, std::size_t{3} * picture.width, SPNG_FMT_RGB8};
}

Image unpackPng(ByteSource& source, const ImageHeader& header, std::string_view what) {
  Image image(header.width, header.height);
  unpackRows(source, header, colourRows(image.span()), header.height, what);
  return image;
}

void unpackNumbers(ByteSource& source, const ImageHeader& header, std::string_view what, std::uint8_t* to) {
  const std::size_t bits = headerOf(source, what).depth, width = static_cast<std::size_t>(header.width);
  const std::size_t stride = (width * bits + 7) / 8, height = static_cast<std::size_t>(header.height);
  if (bits == 8) return unpackRows(source, header, {to, stride, SPNG_FMT_RAW}, header.height, what);
  std::vector<std::uint8_t> packed(stride * height);  // several pixels a byte, the first in the upper bits
  unpackRows(source, header, {packed.data(), stride, SPNG_FMT_RAW}, header.height, what);
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      const unsigned byte = packed[y * stride + x * bits / 8];
      to[y * width + x] = static_cast<std::uint8_t>(byte >> (8 - bits - x * bits % 8) & ((1U << bits) - 1));
    }
}

/// Whether pixels may name colours that the palette lacks: the decoder makes them black.
static bool mayLackColours(ByteSource& source, const Header& header) {
  Chunk chunk = header.chunk;
  while (header.hasPalette() && chunk.type != "PLTE" && chunk.type != "IDAT")
    if (!chunkAt(source, chunk.end(), chunk)) return true;
  return header.hasPalette() && (chunk.type != "PLTE" || chunk.length / kEntry < header.nameable());
}

ImageView unpackTrustedPng(ByteSource& source, std::string_view what, DecodeScratch& scratch,
                           const PixelBox* part, const ImageLimits& limits) {
  const Header header = headerOf(source, what);
  refuseSize(header.width, header.height, what, limits);
  const ImageHeader size{static_cast<int>(header.width), static_cast<int>(header.height)};
  const ImageSpan picture = roomFor(size, scratch);
  const PixelBox box = partIn(picture, part, what);
  if (mayLackColours(source, header)) testPng(source, checkPng(source, what, limits), what);
  requireEnd(source, header.chunk, what);
  unpackRows(source, size, colourRows(picture), box.bottom, what);
  return picture;
}

std::vector<std::byte> packPng(const std::uint8_t* pixels, ImageSize size, PngPixels form) {
  Context context = makeContext(SPNG_CTX_ENCODER);
  spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1);
  spng_ihdr header{};
  header.width = static_cast<std::uint32_t>(size.width);
  header.height = static_cast<std::uint32_t>(size.height);
  header.bit_depth = 8;
  header.color_type = form == PngPixels::rgb ? SPNG_COLOR_TYPE_TRUECOLOR : SPNG_COLOR_TYPE_GRAYSCALE;
  const std::size_t bytes =
      std::size_t{form == PngPixels::rgb ? 3U : 1U} * header.width * std::size_t{header.height};
  int code = spng_set_ihdr(context.get(), &header);
  if (!code) code = spng_encode_image(context.get(), pixels, bytes, SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE);
  std::size_t length = 0;
  std::unique_ptr<void, decltype(&std::free)> buffer(
      code ? nullptr : spng_get_png_buffer(context.get(), &length, &code), &std::free);
  if (!buffer) {
    throw Error(
        fmt::format("cannot make a PNG of {} x {} pixels: {}", size.width, size.height, spng_strerror(code)));
  }
  const auto* begin = static_cast<const std::byte*>(buffer.get());
  return {begin, begin + length};
}

std::vector<std::byte> encodePng(ImageView image) {
  return packPng(image.rgb, {image.width, image.height}, PngPixels::rgb);
}

}  // namespace uada

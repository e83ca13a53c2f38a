#include <fmt/core.h>
#include <spng.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "core/base/Error.h"
#include "core/images/Codecs.h"
#include "core/images/ImageIo.h"

namespace uada {
namespace {

constexpr std::size_t kSignature = 8, kHeader = 13, kFrame = 12;  // bytes; of a chunk: length, type, checksum
/// The most that deflate makes of one byte: a match of 258 bytes takes at least two bits.
constexpr std::uint64_t kMostPacked = 1032;

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
  std::string_view type;
  std::span<const std::byte> data;
  std::span<const std::byte> whole;  ///< with length, type and checksum
  /// Only these make pixels: text, profiles, animation and the like have a small first letter.
  bool critical() const { return (type[0] & 0x20) == 0; }
};

/// The chunk at the start of some bytes; false if they end before it does.
bool chunkAt(std::span<const std::byte> bytes, Chunk& chunk) {
  if (bytes.size() < kFrame) return false;
  const std::size_t length = bigEndian(bytes.first(4));
  if (length > bytes.size() - kFrame) return false;
  chunk = {{reinterpret_cast<const char*>(bytes.data()) + 4, 4},
           bytes.subspan(8, length),
           bytes.first(length + kFrame)};
  return true;
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
  explicit CriticalBytes(std::span<const std::byte> bytes)
      : now_(bytes.first(kSignature)), rest_(bytes.subspan(kSignature)) {}

  static int read(spng_ctx*, void* self, void* to, std::size_t size) {
    return static_cast<CriticalBytes*>(self)->give(to, size);
  }

 private:
  int give(void* to, std::size_t size) {
    auto* out = static_cast<std::byte*>(to);
    while (size > 0) {
      if (now_.empty() && !advance()) return SPNG_IO_EOF;
      const std::size_t count = std::min(size, now_.size());
      std::memcpy(out, now_.data(), count);
      now_ = now_.subspan(count);
      out += count;
      size -= count;
    }
    return 0;
  }
  bool advance() {
    Chunk chunk;
    do {
      if (!chunkAt(rest_, chunk)) return false;
      rest_ = rest_.subspan(chunk.whole.size());
    } while (!chunk.critical());
    now_ = chunk.whole;
    return true;
  }
  std::span<const std::byte> now_, rest_;
};

[[noreturn]] void refuse(std::string_view what, int code) {
  refuseDamaged(what, "PNG", fmt::format("is damaged ({})", spng_strerror(code)));
}

}  // namespace

ImageHeader checkPng(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits) {
  Chunk chunk;
  if (bytes.size() < kSignature || !chunkAt(bytes.subspan(kSignature), chunk))
    refuseDamaged(what, "PNG", "is cut short: it has no header");
  if (chunk.type != "IHDR" || chunk.data.size() != kHeader)
    refuseDamaged(what, "PNG", "is damaged: it has no header");
  const std::span<const std::byte> header = chunk.data;
  const std::uint64_t width = bigEndian(header.first(4)), height = bigEndian(header.subspan(4, 4));
  refuseSize(width, height, what, limits);
  std::uint64_t packed = 0;
  for (std::size_t at = kSignature + chunk.whole.size(); chunk.type != "IEND"; at += chunk.whole.size()) {
    if (!chunkAt(bytes.subspan(at), chunk)) refuseDamaged(what, "PNG", "is cut short: it has no end mark");
    if (chunk.type == "IDAT") packed += chunk.data.size();
  }
  if (packed * kMostPacked < unpackedBytes(header, width, height))
    refuseDamaged(what, "PNG",
                  fmt::format("is damaged: {} bytes cannot hold {} x {} pixels", packed, width, height));
  return {static_cast<int>(width), static_cast<int>(height)};
}

Image unpackPng(std::span<const std::byte> bytes, const ImageHeader& header, std::string_view what) {
  Context context = makeContext(0);
  CriticalBytes source(bytes);
  if (int code = spng_set_png_stream(context.get(), CriticalBytes::read, &source)) refuse(what, code);
  if (int code = spng_decode_image(context.get(), nullptr, 0, SPNG_FMT_RGB8, SPNG_DECODE_PROGRESSIVE))
    refuse(what, code);
  Image image;
  image.width = header.width;
  image.height = header.height;
  const std::size_t stride = std::size_t{3} * image.width;
  image.rgb.reserve(stride * image.height);
  spng_row_info row{};
  int code = 0;
  // The memory is taken as the rows come: what is damaged early costs little.
  while (!(code = spng_get_row_info(context.get(), &row))) {
    if (image.rgb.size() < stride * (row.row_num + 1)) image.rgb.resize(stride * (row.row_num + 1));
    if ((code = spng_decode_row(context.get(), image.rgb.data() + stride * row.row_num, stride))) break;
  }
  if (code != SPNG_EOI) refuse(what, code);
  // The end mark has a checksum too.
  if ((code = spng_decode_chunks(context.get()))) refuse(what, code);
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

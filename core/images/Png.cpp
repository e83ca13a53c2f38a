#include <fmt/core.h>
#include <spng.h>

#include <cstdlib>
#include <memory>

#include "core/base/Error.h"
#include "core/images/Codecs.h"
#include "core/images/ImageIo.h"

namespace uada {
namespace {

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, FreeContext>;

/// Text, profiles and the like are skipped past this; pixels are not stored in one chunk of this size.
constexpr std::size_t kMaxChunkBytes = 64'000'000;
constexpr std::size_t kMaxCachedBytes = 16'000'000;

Context makeContext(int flags) {
  Context context(spng_ctx_new(flags));
  if (!context) throw Error("cannot handle a PNG: out of memory");
  return context;
}

[[noreturn]] void damaged(std::string_view what, int code) {
  throw Error(fmt::format("cannot read {}: the PNG is damaged or cut short ({}); copy or export it again",
                          what, spng_strerror(code)));
}

}  // namespace

Image decodePng(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits) {
  Context context = makeContext(0);
  spng_set_chunk_limits(context.get(), kMaxChunkBytes, kMaxCachedBytes);
  if (int code = spng_set_png_buffer(context.get(), bytes.data(), bytes.size())) damaged(what, code);
  spng_ihdr header;
  if (int code = spng_get_ihdr(context.get(), &header)) damaged(what, code);
  refuseTooManyPixels(header.width, header.height, what, limits);

  Image image(static_cast<int>(header.width), static_cast<int>(header.height));
  if (int code = spng_decode_image(context.get(), image.rgb.data(), image.rgb.size(), SPNG_FMT_RGB8, 0)) {
    damaged(what, code);
  }
  // A file cut off after its pixels has lost its end mark.
  if (int code = spng_decode_chunks(context.get())) damaged(what, code);
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

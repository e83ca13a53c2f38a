#include <fmt/core.h>
#include <turbojpeg.h>

#include <memory>
#include <type_traits>

#include "core/base/Error.h"
#include "core/images/Codecs.h"

namespace uada {
namespace {

struct DestroyHandle {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<std::remove_pointer_t<tjhandle>, DestroyHandle>;

[[noreturn]] void damaged(std::string_view what, tjhandle handle) {
  throw Error(fmt::format("cannot read {}: the JPEG is damaged or cut short ({}); copy or export it again",
                          what, tjGetErrorStr2(handle)));
}

}  // namespace

Image decodeJpeg(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits) {
  const Handle handle(tjInitDecompress());
  if (!handle) throw Error(fmt::format("cannot read {}: {}", what, tjGetErrorStr2(nullptr)));
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (tjDecompressHeader3(handle.get(), data, bytes.size(), &width, &height, &subsampling, &colours)) {
    damaged(what, handle.get());
  }
  refuseTooManyPixels(width, height, what, limits);
  if (colours == TJCS_CMYK || colours == TJCS_YCCK) {
    throw Error(fmt::format("cannot read {}: it is a CMYK JPEG; convert it to RGB", what));
  }
  Image image(width, height);
  // A decoder that only warns would give grey areas for missing data. The slow transform equals Pillow's.
  constexpr int kFlags = TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT;
  if (tjDecompress2(handle.get(), data, bytes.size(), image.rgb.data(), width, 0, height, TJPF_RGB, kFlags)) {
    damaged(what, handle.get());
  }
  return image;
}

}  // namespace uada

#include "core/images/ImageIo.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/images/Codecs.h"

namespace uada {
namespace {

bool startsWith(std::span<const std::byte> bytes, std::initializer_list<unsigned char> magic) {
  return bytes.size() >= magic.size() &&
         std::equal(magic.begin(), magic.end(), bytes.begin(),
                    [](unsigned char a, std::byte b) { return a == static_cast<unsigned char>(b); });
}

}  // namespace

void refuseTooManyPixels(std::uint64_t width, std::uint64_t height, std::string_view what,
                         const ImageLimits& limits) {
  // Both formats keep sides below 2^31, so the product does not overflow.
  if (width * height <= limits.maxPixels) return;
  throw Error(
      fmt::format("cannot read {}: {} x {} pixels are more than the limit of {} million; scale it down", what,
                  width, height, limits.maxPixels / 1e6));
}

Image decodeImage(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits) {
  if (bytes.size() > limits.maxFileBytes) {
    throw Error(fmt::format("cannot read {}: {} are more than the limit of {}; scale the picture down", what,
                            bytesText(static_cast<double>(bytes.size())),
                            bytesText(static_cast<double>(limits.maxFileBytes))));
  }
  if (startsWith(bytes, {0x89, 'P', 'N', 'G'})) return decodePng(bytes, what, limits);
  if (startsWith(bytes, {0xff, 0xd8, 0xff})) return decodeJpeg(bytes, what, limits);
  throw Error(fmt::format("cannot read {}: {}; convert it to PNG or JPEG", what,
                          bytes.empty() ? "it is empty" : "it is neither a PNG nor a JPEG"));
}

Image readImage(const std::filesystem::path& path, const ImageLimits& limits) {
  return decodeImage(readBinaryFile(path, limits.maxFileBytes), "'" + path.string() + "'", limits);
}

void writePng(const std::filesystem::path& path, ImageView image, FileCalls& calls) {
  AtomicFile file(path, calls);
  file.write(encodePng(image));
  file.commit();
}

}  // namespace uada

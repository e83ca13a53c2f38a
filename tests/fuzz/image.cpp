#include <span>
#include <vector>

#include "core/images/Codecs.h"
#include "core/images/ImageIo.h"
#include "core/images/LabelPng.h"
#include "tests/fuzz/Fuzz.h"

namespace {

/// The pixels are tested so that unpacking, which takes the memory, need not refuse anything.
void checkTest(std::span<const std::byte> bytes, const uada::ImageHeader& header) {
  using namespace uada;
  ByteSource source(bytes);
  const bool isPng = bytes[0] == std::byte{0x89};
  const auto test = isPng ? testPng : testJpeg;
  const auto unpack = isPng ? unpackPng : unpackJpeg;
  if (fuzz::isRefused([&] { test(source, header, "a picture"); })) return;
  fuzz::require(!fuzz::isRefused([&] { unpack(source, header, "a picture"); }),
                "what passes the test is unpacked");
}

/// What the strict reading of labels takes the one in a single pass takes, too, and gives the same.
void checkLabels(std::span<const std::byte> bytes, const uada::ImageLimits& limits) {
  using namespace uada;
  std::vector<std::uint8_t> labels, trusted;
  ImageSize size;
  if (fuzz::isRefused([&] { size = decodeLabels(bytes, "labels", labels, limits); })) return;
  fuzz::require(labels.size() == static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height),
                "a label map has all its labels");
  fuzz::require(!fuzz::isRefused([&] { decodeLabelsTrusted(bytes, "labels", trusted, limits); }),
                "labels that are sound are read in one pass");
  fuzz::require(labels == trusted, "both ways give the same labels");
}

}  // namespace

/// The header check, and the decoding of pictures small enough to be quick.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace uada;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data), size);
  ImageHeader header;
  const bool headerRefused = fuzz::isRefused([&] { header = checkImage(bytes, "a picture"); });
  constexpr ImageLimits kSmall{.maxPixels = 4096, .maxFileBytes = 65'536};
  if (!headerRefused && std::int64_t{header.width} * header.height <= 4096) checkTest(bytes, header);
  checkLabels(bytes, kSmall);
  Image image;
  if (fuzz::isRefused([&] { image = decodeImage(bytes, "a picture", kSmall); })) return 0;
  fuzz::require(!headerRefused, "what can be decoded passes the check");
  fuzz::require(image.width == header.width && image.height == header.height,
                "a picture has the size of its header");
  fuzz::require(image.rgb.size() == image.view().bytes(), "a picture has all its pixels");
  fuzz::require(decodePng(encodePng(image.view())) == image, "a written picture is read back");
  return 0;
}

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/Files.h"
#include "core/images/Image.h"

namespace uada {

/// What a picture may cost before it is decoded: the header is read first.
struct ImageLimits {
  std::uint64_t maxPixels = 64'000'000;
  std::uint64_t maxFileBytes = 64'000'000;
};

/// Reads a PNG or JPEG file, known by its first bytes, not by its name. Always gives 8-bit RGB: grey is
/// repeated three times, a palette is looked up, of 16 bits the upper 8 are kept, alpha and transparency are
/// dropped (the stored colours stay, nothing is blended), gamma and colour profiles are not applied.
/// throws  Error, one line with file, reason and remedy: over a limit, damaged or cut short, CMYK, another
/// format
Image readImage(const std::filesystem::path& path, const ImageLimits& limits = {});

/// The same for bytes in memory. what: named in errors, "picture 3 of run 12".
Image decodeImage(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits = {});
Image decodePng(std::span<const std::byte> bytes, std::string_view what = "a stored picture",
                const ImageLimits& limits = {});

/// 8-bit RGB PNG, lossless. image: at least 1x1.
std::vector<std::byte> encodePng(ImageView image);
void writePng(const std::filesystem::path& path, ImageView image, FileCalls& calls = systemFileCalls());

}  // namespace uada

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

/// What a picture may have; the header is read first.
struct ImageLimits {
  std::uint64_t maxPixels = 64'000'000;
  std::uint64_t maxFileBytes = 64'000'000;
};

struct ImageHeader {
  int width = 0, height = 0;  ///< at least 1 each, at most ImageLimits::maxPixels together
};

/// Reads a PNG or JPEG file, known by its first bytes, not by its name. Always gives 8-bit RGB:
///   grey (1 to 16 bits)       repeated three times, 1 to 4 bits spread over 0..255
///   palette                   looked up
///   16 bits                   the upper 8 are kept
///   alpha, transparency       dropped: the stored colours stay, nothing is blended
///   animated PNG              its still picture; interlaced PNG and progressive JPEG as any other
///   turned by EXIF            as it is stored, not turned
///   gamma, colour profiles    not applied; like text and other extras they are not even unpacked
///   CMYK and YCCK             c, m or y times k, as Adobe's programs store them, whatever the file says
///   what says nothing about pixels and is wrong or odd: passed over, as Pillow does. Stray bytes and fill
///     bytes between the segments of a JPEG, its version, Adobe's kind of colours, the coefficients that a
///     baseline scan names; extras of a PNG, a palette where the pixels name none, its colours beyond what
///     they can name
///   bytes after the end mark  passed over
/// Pillow gives the same pixels, but for grey of 16 bits, which it cuts off at 255.
/// Refused: more than the limits or 65,500 pixels a side; a side of 0; cut short, also where only the end
/// mark is missing; damaged: whatever has lost pixels or names colours that a palette has not; so few bytes
/// that they cannot hold the pixels; more than 100,000 chunks of a PNG, 10,000 segments or 32 scans of a
/// JPEG; arithmetic-coded, lossless, 12-bit and hierarchical JPEG; a PNG that Xcode rewrote; every other
/// format; what is not a regular file.
///
/// The file is read in pieces, and its pixels are tested as a whole before memory is taken for the picture.
/// So whatever is refused takes at most 50 MB, the program included. All that can be told without unpacking
/// pixels, checksums too, takes less than 0.1 s. What only the unpacking shows takes as long as unpacking up
/// to there: 0.1 s for 20 million pixels of a JPEG (progressive: 5 million), or 7 million of a PNG that has
/// right checksums of wrong pixels; 0.3 s (1.2 s) for a JPEG of 64 million; 2.5 s for 60 MB made to be slow.
///
/// throws  Error, one line with file, reason (for a limit: its value) and remedy
Image readImage(const std::filesystem::path& path, const ImageLimits& limits = {});

/// The same for bytes in memory. what: named in errors, "picture 3 of run 12".
Image decodeImage(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits = {});
Image decodePng(std::span<const std::byte> bytes, std::string_view what = "a stored picture",
                const ImageLimits& limits = {});

/// The check that decodeImage begins with: all refusals but that of damaged pixels. It unpacks nothing: what
/// a header claims costs neither time nor memory.
/// what  named in errors
ImageHeader checkImage(std::span<const std::byte> bytes, std::string_view what,
                       const ImageLimits& limits = {});

/// Asked before memory is taken for a picture that is to be written: whether readImage() would take it.
/// what    it is, in errors: "a contact sheet"
/// remedy  what makes it smaller: "show fewer pictures"
/// throws  UsageError with its size, the limits and the remedy
void requireWritable(std::uint64_t width, std::uint64_t height, std::string_view what,
                     std::string_view remedy);

/// 8-bit RGB PNG, lossless. image: at least 1x1.
std::vector<std::byte> encodePng(ImageView image);
/// Throws Error, before the file is touched, also for a PNG of more bytes than readImage() takes.
void writePng(const std::filesystem::path& path, ImageView image, FileCalls& calls = systemFileCalls());

}  // namespace uada

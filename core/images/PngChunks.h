#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/Files.h"

namespace uada::png {

constexpr std::size_t kSignature = 8;          // bytes
constexpr std::size_t kHead = 8, kFrame = 12;  // of a chunk: length and type; these and the checksum
constexpr std::uint64_t kPalette = 3;          // the kind of colour whose pixels are numbers of a palette
constexpr std::size_t kEntry = 3;              // bytes of a palette's colour

/// A piece of a PNG.
struct Chunk {
  std::uint64_t at = 0, length = 0;  ///< where it begins; of its data
  std::string type;
  /// Only these make pixels: text, profiles, animation and the like have a small first letter.
  bool critical() const { return !type.empty() && (type[0] & 0x20) == 0; }
  std::uint64_t data() const { return at + kHead; }
  std::uint64_t end() const { return at + kFrame + length; }
};

/// Whether the bytes from `at` on have a whole chunk, which is then `chunk`.
bool chunkAt(ByteSource& source, std::uint64_t at, Chunk& chunk);

/// Of a pixel, for the kinds of colour that a header can name.
std::uint64_t bitsPerPixel(std::uint64_t depth, std::uint64_t colours);

/// What a PNG's header says. Nothing of it is known to be right but its place.
struct Header {
  Chunk chunk;
  std::uint64_t width = 0, height = 0, depth = 0, colours = 0;
  bool hasPalette() const { return colours == kPalette; }
  /// Of a palette's colours, those that a pixel can name.
  std::uint64_t nameable() const { return depth > 8 ? 0 : std::uint64_t{1} << depth; }
};
/// The header, which is the first chunk that makes pixels. Throws Error if that is another one, also of a
/// PNG that Xcode rewrote.
Header headerOf(ByteSource& source, std::string_view what);
/// Throws Error unless chunks go on from this one to the end mark.
void requireEnd(ByteSource& source, Chunk chunk, std::string_view what);

}  // namespace uada::png

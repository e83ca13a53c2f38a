#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <span>
#include <utility>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/images/Codecs.h"
#include "core/images/PngChunks.h"

namespace uada {
namespace png {
namespace {

constexpr std::size_t kHeader = 13;  // bytes
/// The most that deflate makes of one byte: a match of 258 bytes takes at least two bits.
constexpr std::uint64_t kMostPacked = 1032;
/// Encoders write pixels in pieces of 8 kB and more; a file of 64 MB could have millions of empty ones.
constexpr int kMaxChunks = 100'000;

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

bool chunkAt(ByteSource& source, std::uint64_t at, Chunk& chunk) {
  const std::span<const std::byte> head = source.from(at, kHead);
  if (head.size() < kHead) return false;
  chunk = {at, bigEndian(head.first(4)), {reinterpret_cast<const char*>(head.data()) + 4, 4}};
  return chunk.end() <= source.size();
}

std::uint64_t bitsPerPixel(std::uint64_t depth, std::uint64_t colours) {
  return depth * (colours == 2 ? 3 : colours == 4 ? 2 : colours == 6 ? 4 : 1);
}

Header headerOf(ByteSource& source, std::string_view what) {
  Header header;
  Chunk& chunk = header.chunk;
  for (std::uint64_t at = kSignature, count = 0; !chunk.critical(); at = chunk.end())
    if (++count >= kMaxChunks || !chunkAt(source, at, chunk))
      refuseDamaged(what, "PNG", "is cut short: it has no header");
  if (chunk.type == "CgBI")
    throw Error(fmt::format(
        "cannot read {}: it is a PNG that Xcode rewrote for iOS, which is no standard PNG; convert it back "
        "on a Mac with 'xcrun -sdk iphoneos pngcrush -revert-iphone-optimizations IN.png OUT.png'",
        what));
  if (chunk.type != "IHDR" || chunk.length != kHeader)
    refuseDamaged(what, "PNG", "is damaged: it has no header");
  const std::span<const std::byte> data = source.from(chunk.data(), kHeader);
  if (data.size() < kHeader) refuseDamaged(what, "PNG", "is cut short: it has no header");
  header.width = bigEndian(data.first(4));
  header.height = bigEndian(data.subspan(4, 4));
  header.depth = std::to_integer<std::uint64_t>(data[8]);
  header.colours = std::to_integer<std::uint64_t>(data[9]);
  return header;
}

void requireEnd(ByteSource& source, Chunk chunk, std::string_view what) {
  while (chunk.type != "IEND")
    if (!chunkAt(source, chunk.end(), chunk)) refuseDamaged(what, "PNG", "is cut short: it has no end mark");
}

}  // namespace png

ImageHeader checkPng(ByteSource& source, std::string_view what, const ImageLimits& limits) {
  using namespace png;
  const Header header = headerOf(source, what);
  const auto [width, height] = std::pair(header.width, header.height);
  refuseSize(width, height, what, limits);
  requireChecksum(source, header.chunk, what);
  std::uint64_t packed = 0;
  Chunk chunk = header.chunk, before;
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
  const std::uint64_t bits = bitsPerPixel(header.depth, header.colours);
  if (packed * kMostPacked < (width * bits + 7) / 8 * height)
    refuseDamaged(what, "PNG",
                  fmt::format("is damaged: {} bytes cannot hold {} x {} pixels", packed, width, height));
  return {static_cast<int>(width), static_cast<int>(height)};
}

}  // namespace uada

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/base/Files.h"
#include "core/images/Image.h"
#include "core/images/ImageIo.h"
#include "core/images/Trusted.h"

namespace uada {

/// So many bytes at a file's start tell its format.
constexpr std::size_t kSignatureBytes = 16;
bool isPng(std::span<const std::byte> start);
/// Throws Error "cannot read WHAT: it is a GIF, WHY", or that it is empty.
[[noreturn]] void refuseFormat(std::span<const std::byte> start, std::string_view what, std::string_view why);
void refuseTooManyBytes(std::uint64_t size, std::string_view what, const ImageLimits& limits);
/// Throws Error naming the picture, its size, the limit and the remedy; also where a side is 0.
void refuseSize(std::uint64_t width, std::uint64_t height, std::string_view what, const ImageLimits& limits);
/// Throws Error "cannot read WHAT: the KIND WHY; copy or export it again".
[[noreturn]] void refuseDamaged(std::string_view what, std::string_view kind, std::string_view why);

/// A number of 2 to 4 bytes as both formats write it, highest byte first.
std::uint32_t bigEndian(std::span<const std::byte> bytes);

/// A picture is read in three steps, each of what the step before has passed; each throws Error.
/// First all that can be known without unpacking a pixel, from the first byte to the end mark. Time and
/// memory do not grow with the size that the header claims.
ImageHeader checkPng(ByteSource& source, std::string_view what, const ImageLimits& limits);
ImageHeader checkJpeg(ByteSource& source, std::string_view what, const ImageLimits& limits);
/// Then all packed pixels, of which none is kept: whatever is damaged is found while it costs little memory.
void testPng(ByteSource& source, const ImageHeader& header, std::string_view what);
void testJpeg(ByteSource& source, const ImageHeader& header, std::string_view what);
/// Then the picture is made.
Image unpackPng(ByteSource& source, const ImageHeader& header, std::string_view what);
Image unpackJpeg(ByteSource& source, const ImageHeader& header, std::string_view what);
/// The last two steps for a PNG of grey or palette with at most 8 bits a pixel: of a palette the numbers,
/// which may be of colours that it lacks. to  [height, width]
void testNumbers(ByteSource& source, const ImageHeader& header, std::string_view what);
void unpackNumbers(ByteSource& source, const ImageHeader& header, std::string_view what, std::uint8_t* to);

/// The single pass of decodeTrusted(), whose first bytes are known to be those of the format.
ImageView unpackTrustedPng(ByteSource& source, std::string_view what, DecodeScratch& scratch,
                           const PixelBox* part, const ImageLimits& limits);
ImageView unpackTrustedJpeg(ByteSource& source, std::string_view what, DecodeScratch& scratch,
                            const PixelBox* part, const ImageLimits& limits);
/// 8 bits a channel: grey, or RGB. pixels: [height, width, channels], at least one pixel.
enum class PngPixels { grey, rgb };
std::vector<std::byte> packPng(const std::uint8_t* pixels, ImageSize size, PngPixels form);
/// Throws Error, before the file is touched, for a PNG of more bytes than can be read again.
void writePacked(const std::filesystem::path& path, const std::vector<std::byte>& png, ImageSize size,
                 FileCalls& calls);

/// Where such a picture is put.
ImageSpan roomFor(const ImageHeader& header, DecodeScratch& scratch);
/// The part, or the whole picture. Throws Error for a part that is empty or not inside.
PixelBox partIn(ImageView picture, const PixelBox* part, std::string_view what);

}  // namespace uada

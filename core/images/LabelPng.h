#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "core/images/Image.h"
#include "core/images/ImageIo.h"

namespace uada {

/// Reads a label map: a number from 0 to 255 for each pixel, from a PNG that is 8-bit grey, or has a palette.
/// Of a palette the pixels' numbers are taken, and its colours are not looked at: it may lack some.
/// Refused, before memory is taken: every other kind of PNG (colour, alpha, 16 bits, grey of fewer than 8, of
/// which readers disagree whether it is spread over 0..255), every other format, and what readImage() refuses
/// of a PNG.
/// labels   [height, width], rows top to bottom; what was in it is lost, also by an error
/// returns  width and height
/// throws   Error, one line with file, what was found and what is expected
ImageSize readLabels(const std::filesystem::path& path, std::vector<std::uint8_t>& labels,
                     const ImageLimits& limits = {});
/// The same for bytes in memory. what: named in errors.
ImageSize decodeLabels(std::span<const std::byte> bytes, std::string_view what,
                       std::vector<std::uint8_t>& labels, const ImageLimits& limits = {});
/// The same numbers in one pass, for training data: as decodeTrusted() it takes memory before damage is
/// found.
ImageSize decodeLabelsTrusted(std::span<const std::byte> bytes, std::string_view what,
                              std::vector<std::uint8_t>& labels, const ImageLimits& limits = {});

/// Writes such a file: 8-bit grey. labels: [height, width], at least one. throws  Error, with no file
/// touched
void writeLabels(const std::filesystem::path& path, const std::uint8_t* labels, ImageSize size,
                 FileCalls& calls = systemFileCalls());

}  // namespace uada

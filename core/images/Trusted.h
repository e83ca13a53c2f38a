#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/images/Image.h"
#include "core/images/ImageIo.h"
#include "core/images/PixelBox.h"

namespace uada {

/// Memory of decodeTrusted(): kept from picture to picture it stops growing. One a thread.
struct DecodeScratch {
  std::vector<std::uint8_t> pixels;  ///< of the picture; what is larger than it is not cleared
  std::vector<std::uint8_t> inks;    ///< of one row
};

/// Decodes a PNG or JPEG of training data in one pass, to the same pixels as decodeImage(), which unpacks a
/// picture twice to be safe from a hostile file. The limits of the header hold here, too. What is damaged is
/// found while pixels are written, so memory is taken for them before.
/// what     named in errors
/// part     the pixels that are wanted, inside the picture; null: all. Of a baseline JPEG little else is
///          transformed, and nothing below it is read: damage there is not found
/// returns  the whole picture in scratch.pixels, until the next call; outside `part` its pixels may be
///          anything
/// throws   Error naming what is damaged, also for a part that does not lie in the picture
ImageView decodeTrusted(std::span<const std::byte> bytes, std::string_view what, DecodeScratch& scratch,
                        const PixelBox* part = nullptr, const ImageLimits& limits = {});

}  // namespace uada

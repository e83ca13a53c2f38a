#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/images/Image.h"
#include "core/images/ImageIo.h"

namespace uada {

/// Throws Error naming the picture, its size, the limit and the remedy.
void refuseTooManyPixels(std::uint64_t width, std::uint64_t height, std::string_view what,
                         const ImageLimits& limits);

Image decodeJpeg(std::span<const std::byte> bytes, std::string_view what, const ImageLimits& limits);

}  // namespace uada

#include "core/ops/Crop.h"

#include <algorithm>
#include <cstring>

#include "core/ops/Pixels.h"
#include "core/ops/simd/Kernels.h"

namespace uada {

void flipHorizontal(ImageView in, ImageSpan out) {
  for (int y = 0; y < in.height; ++y)
    simd::reversePixels(in.row(y), out.row(y), static_cast<std::size_t>(in.width));
}

void flipHorizontal(ImageView in, const PixelBox& inBox, ImageSpan out, const PixelBox& part) {
  for (int y = part.top; y < part.bottom; ++y)
    simd::reversePixels(in.row(y - inBox.top) + std::size_t{3} * (part.left - inBox.left),
                        out.row(y - part.top), static_cast<std::size_t>(part.width()));
}

void flipVertical(ImageView in, ImageSpan out) {
  const std::size_t bytes = std::size_t{3} * in.width;
  for (int y = 0; y < in.height; ++y) std::memcpy(out.row(in.height - 1 - y), in.row(y), bytes);
}

void cutWindow(ImageView in, ImageSpan out, std::int64_t top, std::int64_t left,
               std::array<std::uint8_t, 3> outside) {
  const auto begin = static_cast<int>(std::clamp<std::int64_t>(-left, 0, out.width));
  const auto end = static_cast<int>(std::clamp<std::int64_t>(in.width - left, begin, out.width));
  for (int y = 0; y < out.height; ++y) {
    std::uint8_t* to = out.row(y);
    const std::int64_t source = top + y;
    if (source < 0 || source >= in.height || begin == end) {
      fillPixels(to, out.width, outside);
      continue;
    }
    fillPixels(to, begin, outside);
    std::memcpy(to + std::size_t{3} * begin, in.row(static_cast<int>(source)) + 3 * (left + begin),
                std::size_t{3} * (end - begin));
    fillPixels(to + std::size_t{3} * end, out.width - end, outside);
  }
}

void padCrop(ImageView in, ImageSpan out, int row, int col, int pad) {
  // In 64 bits, so that no offset overflows.
  cutWindow(in, out, std::int64_t{row} - pad, std::int64_t{col} - pad, {0, 0, 0});
}

int reflected(std::int64_t i, int size) {
  if (size == 1) return 0;
  const std::int64_t period = 2 * (std::int64_t{size} - 1);
  const std::int64_t place = (i % period + period) % period;
  return static_cast<int>(std::min(place, period - place));
}

void padCropReflect(ImageView in, ImageSpan out, int row, int col, int pad) {
  const std::int64_t left = std::int64_t{col} - pad, top = std::int64_t{row} - pad;
  const auto begin = std::clamp<std::int64_t>(-left, 0, out.width);
  const auto end = std::clamp<std::int64_t>(in.width - left, begin, out.width);
  for (int y = 0; y < out.height; ++y) {
    const std::uint8_t* from = in.row(reflected(top + y, in.height));
    std::uint8_t* to = out.row(y);
    const auto copyReflected = [&](std::int64_t x) {
      put(to + 3 * x, from + 3 * reflected(left + x, in.width));
    };
    for (std::int64_t x = 0; x < begin; ++x) copyReflected(x);
    if (begin < end) std::memcpy(to + 3 * begin, from + 3 * (left + begin), 3 * (end - begin));
    for (std::int64_t x = end; x < out.width; ++x) copyReflected(x);
  }
}

void eraseBox(ImageSpan image, int rowBegin, int rowEnd, int colBegin, int colEnd,
              std::array<std::uint8_t, 3> colour) {
  rowBegin = std::max(rowBegin, 0);
  rowEnd = std::min(rowEnd, image.height);
  colBegin = std::max(colBegin, 0);
  colEnd = std::min(colEnd, image.width);
  if (rowBegin >= rowEnd || colBegin >= colEnd) return;
  const std::uint8_t* first = image.row(rowBegin) + std::size_t{3} * colBegin;
  fillPixels(image.row(rowBegin) + std::size_t{3} * colBegin, colEnd - colBegin, colour);
  for (int y = rowBegin + 1; y < rowEnd; ++y)
    std::memcpy(image.row(y) + std::size_t{3} * colBegin, first, std::size_t{3} * (colEnd - colBegin));
}

}  // namespace uada

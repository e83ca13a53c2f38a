#pragma once

#include <array>
#include <cstdint>

#include "core/images/Image.h"
#include "core/images/PixelBox.h"

namespace uada {

/// Columns in reverse order. in and out: the same size, not the same memory.
void flipHorizontal(ImageView in, ImageSpan out);

/// Of an image of which only a box is there: `part` of it, which lies in the box.
/// in   the pixels of inBox
/// out  of part's size
void flipHorizontal(ImageView in, const PixelBox& inBox, ImageSpan out, const PixelBox& part);

/// Rows in reverse order. in and out: the same size, not the same memory.
void flipVertical(ImageView in, ImageSpan out);

/// A window of the image, which may lie beside it in part or whole.
/// out        the window, of any size; not the same memory as `in`
/// top, left  of the image's row and column that the window begins at, any value within +-2^60
/// outside    the colour of pixels that are not in the image
void cutWindow(ImageView in, ImageSpan out, std::int64_t top, std::int64_t left,
               std::array<std::uint8_t, 3> outside);

/// A window of the image padded with zeros on all sides.
/// out       the window, of any size; pixels outside the image are 0; not the same memory as `in`
/// row, col  of the window's upper left corner in the padded image, any value; pad, pad is the image's own
/// pad       pixels on each side, >= 0
void padCrop(ImageView in, ImageSpan out, int row, int col, int pad);

/// The same, padded with the image mirrored about its outermost pixels, which are not repeated (numpy's and
/// torchvision's "reflect"), as often as the padding needs. row, col, pad: within +-2^30
void padCropReflect(ImageView in, ImageSpan out, int row, int col, int pad);

/// Where pixel i of the endless mirrored line lies in 0..size-1: for 3 ... 2 1 0 1 2 1 0 1 ...
int reflected(std::int64_t i, int size);

/// Paints rows rowBegin..rowEnd-1, columns colBegin..colEnd-1; what lies outside the image is left out.
void eraseBox(ImageSpan image, int rowBegin, int rowEnd, int colBegin, int colEnd,
              std::array<std::uint8_t, 3> colour = {0, 0, 0});

}  // namespace uada

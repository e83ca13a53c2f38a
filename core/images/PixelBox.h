#pragma once

namespace uada {

/// Columns left..right-1 of rows top..bottom-1; empty where right <= left or bottom <= top.
struct PixelBox {
  int left = 0, top = 0, right = 0, bottom = 0;
  int width() const { return right - left; }
  int height() const { return bottom - top; }
  friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

}  // namespace uada

#pragma once

#include <algorithm>

namespace uada {

/// Columns left..right-1 of rows top..bottom-1; empty where right <= left or bottom <= top.
struct PixelBox {
  int left = 0, top = 0, right = 0, bottom = 0;
  int width() const { return right - left; }
  int height() const { return bottom - top; }
  bool empty() const { return right <= left || bottom <= top; }
  friend bool operator==(const PixelBox&, const PixelBox&) = default;
};

/// The smallest box that holds both.
inline PixelBox united(const PixelBox& a, const PixelBox& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

/// What lies in a picture of that size; of nothing {0, 0, 0, 0}.
inline PixelBox within(const PixelBox& box, int width, int height) {
  const PixelBox cut{std::max(box.left, 0), std::max(box.top, 0), std::min(box.right, width),
                     std::min(box.bottom, height)};
  return cut.empty() ? PixelBox{} : cut;
}

}  // namespace uada

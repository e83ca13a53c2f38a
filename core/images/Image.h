#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace uada {

/// In pixels.
struct ImageSize {
  int width = 0, height = 0;
  bool empty() const { return width <= 0 || height <= 0; }
  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

/// Borrowed pixels: 8-bit RGB, rows top to bottom, no padding: [height, width, 3]. The owner outlives the
/// view.
struct ImageView {
  const std::uint8_t* rgb = nullptr;
  int width = 0;
  int height = 0;
  std::size_t bytes() const { return std::size_t{3} * width * height; }
  const std::uint8_t* row(int y) const { return rgb + std::size_t{3} * width * y; }
};

/// Borrowed pixels that may be written to; the same layout.
struct ImageSpan {
  std::uint8_t* rgb = nullptr;
  int width = 0;
  int height = 0;
  std::size_t bytes() const { return std::size_t{3} * width * height; }
  std::uint8_t* row(int y) const { return rgb + std::size_t{3} * width * y; }
  operator ImageView() const { return {rgb, width, height}; }
};

/// Owned pixels, 8-bit RGB, [height, width, 3].
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;

  Image() = default;
  Image(int w, int h) : width(w), height(h), rgb(std::size_t{3} * w * h) {}
  explicit Image(ImageView view)
      : width(view.width), height(view.height), rgb(view.rgb, view.rgb + view.bytes()) {}
  ImageView view() const { return {rgb.data(), width, height}; }
  ImageSpan span() { return {rgb.data(), width, height}; }
  bool empty() const { return rgb.empty(); }
  friend bool operator==(const Image&, const Image&) = default;
};

}  // namespace uada

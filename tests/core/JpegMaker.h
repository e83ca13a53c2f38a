#pragma once

// jpeglib.h needs what stands before it.
// clang-format off
#include <cstdio>
#include <jpeglib.h>
// clang-format on

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include "core/images/Image.h"

/// Packs pictures as JPEG, of every kind that cameras and programs make.
namespace jpegmaker {

struct Kind {
  int across = 2, down = 2;  ///< pixels that share a colour
  int colours = 3;           ///< 1: grey; 3; 4: inks
  bool isProgressive = false;
  int restartRows = 0;  ///< rows of units between restart marks; 0: none
  int quality = 90;
};

/// Smooth waves and noise: neither flat nor too hard to pack.
inline uada::Image scene(int width, int height, unsigned seed) {
  uada::Image image(width, height);
  std::mt19937 random(seed);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) {
        const int wave = (x * (c + 2) + y * (3 - c)) * 5 / 4 & 255;
        image.rgb[std::size_t(3) * (std::size_t(y) * width + x) + c] = static_cast<std::uint8_t>(
            (wave < 128 ? wave : 255 - wave) + static_cast<int>(random() % 60) + (x / 9 + y / 7) % 3 * 30);
      }
  return image;
}

inline std::vector<std::byte> packed(const uada::Image& image, const Kind& kind) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(image.width);
  info.image_height = static_cast<JDIMENSION>(image.height);
  info.input_components = kind.colours;
  info.in_color_space = kind.colours == 1 ? JCS_GRAYSCALE : kind.colours == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  if (kind.colours == 4) jpeg_set_colorspace(&info, JCS_YCCK);
  jpeg_set_quality(&info, kind.quality, TRUE);
  for (const int fine : {0, 3}) {  // light and black ink
    if (fine >= kind.colours || kind.colours == 1) continue;
    info.comp_info[fine].h_samp_factor = kind.across;
    info.comp_info[fine].v_samp_factor = kind.down;
  }
  info.restart_in_rows = kind.restartRows;
  if (kind.isProgressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  std::vector<std::uint8_t> row(std::size_t(kind.colours) * image.width);
  while (info.next_scanline < info.image_height) {
    const std::uint8_t* from = image.view().row(static_cast<int>(info.next_scanline));
    for (int x = 0; x < image.width; ++x)
      for (int c = 0; c < kind.colours; ++c)
        row[std::size_t(kind.colours) * x + c] =
            c < 3 ? from[3 * x + c] : static_cast<std::uint8_t>(200 + x % 56);
    JSAMPROW rows = row.data();
    jpeg_write_scanlines(&info, &rows, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const auto* begin = reinterpret_cast<const std::byte*>(bytes);
  std::vector<std::byte> result(begin, begin + size);
  std::free(bytes);
  return result;
}

}  // namespace jpegmaker

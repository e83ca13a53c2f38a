#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "core/images/JpegDecoder.h"

namespace uada {
namespace {

/// Finer colours of a pixel are mixed from those beside it, so as many columns more are made.
constexpr int kBeside = 4;

class TrustedJpeg : public jpeg::Decoder {
 public:
  TrustedJpeg(ByteSource& source, std::string_view what) : Decoder(source, what) {
    readHeader();
    progress_.progress_monitor = [](j_common_ptr info) {
      auto* reader = reinterpret_cast<j_decompress_ptr>(info);
      if (reader->input_scan_number <= kMaxScans) return;
      auto* refusals = static_cast<jpeg::Refusals*>(info->err);
      std::strcpy(refusals->message, "more than 32 scans");
      std::longjmp(refusals->back, 1);
    };
    info_.progress = &progress_;
  }

  void requireReadable(const ImageLimits& limits) const {
    refuseSize(info_.image_width, info_.image_height, what_, limits);
    if (info_.arith_code) refuseDamaged(what_, "JPEG", "is arithmetic-coded, which is not read");
    const int colours = info_.num_components;
    if (colours != 1 && colours != 3 && colours != 4)
      refuseDamaged(what_, "JPEG", fmt::format("has {} colours, 1, 3 or 4 expected", colours));
  }

  void unpack(ImageSpan picture, const PixelBox& part, std::vector<std::uint8_t>& inks) {
    if (hasInks()) inks.resize(std::max(inks.size(), 4 * std::size_t{info_.image_width}));
    begin();
    // All scans were read now, if there are several.
    const bool hasScans = jpeg_has_multiple_scans(&info_) != 0;
    if (hasScans) requireColours();
    const bool isWhole = hasScans || part == PixelBox{0, 0, picture.width, picture.height};
    // To leave out pixels of a picture that is kept as coefficients gains little.
    unpackRows(picture, isWhole ? PixelBox{0, 0, picture.width, picture.height} : part, inks.data());
    if (!isWhole) return;
    run([&] { jpeg_finish_decompress(&info_); });
    if (source_.ranOut) refuseDamaged(what_, "JPEG", "is cut short: it has no end mark");
  }

 private:
  /// Of a progressive JPEG: each goes over all pixels, and thousands fit in a small file.
  static constexpr int kMaxScans = 32;

  void begin() {
    run([&] {
      choosePixels();
      jpeg_start_decompress(&info_);
    });
  }
  void unpackRows(ImageSpan picture, const PixelBox& part, JSAMPLE* inks) {
    run([&] {
      auto left = static_cast<JDIMENSION>(std::max(0, part.left - kBeside));
      const auto right = static_cast<JDIMENSION>(std::min(picture.width, part.right + kBeside));
      JDIMENSION width = right - left;
      if (width < info_.output_width) jpeg_crop_scanline(&info_, &left, &width);
      if (part.top > 0) jpeg_skip_scanlines(&info_, static_cast<JDIMENSION>(part.top));
      while (info_.output_scanline < static_cast<JDIMENSION>(part.bottom))
        readRow(picture.row(static_cast<int>(info_.output_scanline)) + 3 * std::size_t{left}, inks);
    });
  }
  jpeg_progress_mgr progress_{};
};

}  // namespace

ImageView unpackTrustedJpeg(ByteSource& source, std::string_view what, DecodeScratch& scratch,
                            const PixelBox* part, const ImageLimits& limits) {
  TrustedJpeg jpeg(source, what);
  jpeg.requireReadable(limits);
  const ImageSpan picture = roomFor(jpeg.header(), scratch);
  jpeg.unpack(picture, partIn(picture, part, what), scratch.inks);
  return picture;
}

}  // namespace uada

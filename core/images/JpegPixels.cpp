#include <cstring>
#include <vector>

#include "core/images/JpegDecoder.h"

namespace uada {
namespace {

/// A block's bits, lowest first: which of its coefficients are not zero.
std::uint64_t maskOf(const JCOEF* block) {
  std::uint8_t nonZero[DCTSIZE2];
  for (int i = 0; i < DCTSIZE2; ++i) nonZero[i] = block[i] != 0;
  std::uint64_t mask = 0;
  for (int row = 0; row < DCTSIZE; ++row) {
    std::uint64_t eight;
    std::memcpy(&eight, nonZero + DCTSIZE * row, sizeof eight);
    mask |= eight * 0x0102040810204080U >> 56 << DCTSIZE * row;  // eight bytes of 0 or 1 become eight bits
  }
  return mask;
}

/// The same way back: ones and zeros.
void setFromMask(JCOEF* block, std::uint64_t mask) {
  for (int row = 0; row < DCTSIZE; ++row, block += DCTSIZE, mask >>= DCTSIZE)
    for (int i = 0; i < DCTSIZE; ++i) block[i] = (static_cast<JCOEF>(mask & 0xff) & 1 << i) != 0;
}

/// Stands in for the library's arrays of the colours' coefficients, 2 bytes each, while pixels are only
/// tested. Beside the blocks at hand, of which all arrays have the same, it keeps a bit of each coefficient,
/// whether it is zero: of what progressive scans have found before, the reading of the next depends on no
/// more. Scans with the first coefficient depend on nothing; the others are of a single colour.
class NonZeros {
 public:
  /// For the arrays that the library will ask for.
  static void use(jpeg_decompress_struct& info, NonZeros*& atHand) {
    atHand = nullptr;
    info.client_data = &atHand;
    info.mem->request_virt_barray = request;
    info.mem->access_virt_barray = access;
  }

 private:
  static jvirt_barray_ptr request(j_common_ptr info, int pool, boolean, JDIMENSION across, JDIMENSION down,
                                  JDIMENSION) {
    auto* self = static_cast<NonZeros*>(info->mem->alloc_small(info, pool, sizeof(NonZeros)));
    *self = {};
    self->across_ = across;
    NonZeros*& atHand = *static_cast<NonZeros**>(info->client_data);
    self->rows_ = atHand ? atHand->rows_ : info->mem->alloc_barray(info, pool, widest(info), MAX_SAMP_FACTOR);
    atHand = self;
    if (reinterpret_cast<j_decompress_ptr>(info)->progressive_mode) {
      const std::size_t size = sizeof(std::uint64_t) * across * down;
      self->masks_ = static_cast<std::uint64_t*>(info->mem->alloc_large(info, pool, size));
      std::memset(self->masks_, 0, size);
    }
    return reinterpret_cast<jvirt_barray_ptr>(self);
  }
  static JBLOCKARRAY access(j_common_ptr info, jvirt_barray_ptr array, JDIMENSION first, JDIMENSION count,
                            boolean) {
    auto* self = reinterpret_cast<NonZeros*>(array);
    const auto* scan = reinterpret_cast<j_decompress_ptr>(info);
    NonZeros*& atHand = *static_cast<NonZeros**>(info->client_data);
    atHand->keep();
    atHand->kept_ = 0;
    atHand = self;
    self->first_ = first;
    // A scan with the first coefficient has no other, and does not look at what is there.
    self->kept_ = self->masks_ && scan->Ss > 0 ? count : 0;
    self->each([&](JCOEF* block, std::uint64_t mask) { setFromMask(block, scan->Ah > 0 ? mask : 0); });
    return self->rows_;
  }
  /// Blocks in the widest array: each is as wide as its colour in whole units of sampling.
  static JDIMENSION widest(j_common_ptr info) {
    const auto* picture = reinterpret_cast<j_decompress_ptr>(info);
    return picture->image_width / DCTSIZE + 1 + MAX_SAMP_FACTOR;
  }
  void keep() {
    each([](const JCOEF* block, std::uint64_t& mask) { mask |= maskOf(block); });
  }
  template <class Action>
  void each(Action action) {
    for (JDIMENSION row = 0; row < kept_; ++row)
      for (JDIMENSION x = 0; x < across_; ++x)
        action(rows_[row][x], masks_[std::size_t{first_ + row} * across_ + x]);
  }

  JDIMENSION across_, first_, kept_;  // blocks in a row; the rows of blocks at hand that are to be kept
  JBLOCKARRAY rows_;
  std::uint64_t* masks_;  // [down, across]; null if not progressive
};

/// Tests or unpacks a JPEG whose header was checked before.
class CheckedJpeg : public jpeg::Decoder {
 public:
  CheckedJpeg(ByteSource& source, const ImageHeader& checked, std::string_view what) : Decoder(source, what) {
    readHeader();
    if (header().width != checked.width || header().height != checked.height)
      refuseDamaged(what, "JPEG", "is damaged: it has two headers");
  }
  /// Unpacks all scans to coefficients that are not kept.
  void test() {
    run([&] {
      NonZeros::use(info_, atHand_);
      info_.buffered_image = TRUE;
      choosePixels();
      jpeg_start_decompress(&info_);
      while (jpeg_consume_input(&info_) != JPEG_REACHED_EOI) continue;
    });
    requireColours();
  }
  void unpack(ImageSpan pixels) {
    std::vector<JSAMPLE> inks(hasInks() ? 4 * std::size_t{info_.image_width} : 0);
    run([&] {
      choosePixels();
      jpeg_start_decompress(&info_);
      while (info_.output_scanline < info_.output_height)
        readRow(pixels.row(static_cast<int>(info_.output_scanline)), inks.data());
      jpeg_finish_decompress(&info_);
    });
  }

 private:
  NonZeros* atHand_ = nullptr;
};

}  // namespace

void testJpeg(ByteSource& source, const ImageHeader& header, std::string_view what) {
  CheckedJpeg(source, header, what).test();
}

Image unpackJpeg(ByteSource& source, const ImageHeader& header, std::string_view what) {
  CheckedJpeg jpeg(source, header, what);
  Image image(header.width, header.height);
  jpeg.unpack(image.span());
  return image;
}

}  // namespace uada

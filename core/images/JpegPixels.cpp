#include <fmt/core.h>
#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>
#include <cstdio>  // jpeglib.h needs it
#include <cstring>
#include <vector>

#include "core/images/Codecs.h"

namespace uada {
namespace {

/// Whether pixels are lost or made up where the library only warns.
bool losesPixels(const jpeg_decompress_struct& info) {
  const jpeg_error_mgr& warning = *info.err;
  switch (warning.msg_code) {
    case JWRN_JFIF_MAJOR:       // of a mark that says nothing about pixels
    case JWRN_ADOBE_XFORM:      // an unknown kind of colours: taken as the usual one, as everywhere
    case JWRN_NOT_SEQUENTIAL:   // coefficients that the scan of a baseline JPEG names: it has all of them
    case JWRN_EXTRANEOUS_DATA:  // bytes that no segment and no pixel needs
      return false;
    case JWRN_BOGUS_PROGRESSION:  // a coefficient's bits are missing; or the blocks' means come later
      return info.Ss == 0 || warning.msg_parm.i[1] != 0;
    default: return true;
  }
}

/// The library's answers to what is wrong: it leaves the call, also where it would only warn and give grey
/// areas for missing data.
struct Refusals : jpeg_error_mgr {
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX] = {};

  Refusals() {
    jpeg_std_error(this);
    error_exit = leave;
    emit_message = [](j_common_ptr info, int level) {
      // Below 0 are warnings; the others are traces.
      if (level < 0 && losesPixels(*reinterpret_cast<j_decompress_ptr>(info))) leave(info);
    };
    output_message = [](j_common_ptr) {};
  }
  [[noreturn]] static void leave(j_common_ptr info) {
    auto* self = static_cast<Refusals*>(info->err);
    self->format_message(info, self->message);
    std::longjmp(self->back, 1);
  }
};

/// Gives the library the bytes of a ByteSource.
struct SourceBytes : jpeg_source_mgr {
  ByteSource& source;
  std::uint64_t at = 0;

  explicit SourceBytes(ByteSource& from) : jpeg_source_mgr{}, source(from) {
    init_source = term_source = [](j_decompress_ptr) {};
    resync_to_restart = jpeg_resync_to_restart;
    fill_input_buffer = [](j_decompress_ptr info) { return static_cast<SourceBytes*>(info->src)->fill(); };
    skip_input_data = [](j_decompress_ptr info, long count) {
      static_cast<SourceBytes*>(info->src)->skip(count);
    };
  }
  boolean fill() {
    static constexpr JOCTET kEndMark[] = {0xff, JPEG_EOI};
    const std::span<const std::byte> piece = source.from(at);
    const bool over = piece.empty();  // another end mark: what is missing then shows as damage
    next_input_byte = over ? kEndMark : reinterpret_cast<const JOCTET*>(piece.data());
    bytes_in_buffer = over ? sizeof kEndMark : piece.size();
    at += piece.size();
    return TRUE;
  }
  void skip(long count) {
    if (count <= 0) return;
    const auto left = static_cast<std::size_t>(count);
    if (left <= bytes_in_buffer) {
      next_input_byte += left;
      bytes_in_buffer -= left;
    } else {
      at += left - bytes_in_buffer;
      bytes_in_buffer = 0;
    }
  }
};

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

/// Four inks become three colours as in Pillow. They are stored as Adobe's programs do, 255 where there is
/// no ink, whatever the file says.
void mixInks(const JSAMPLE* inks, std::uint8_t* rgb, int width) {
  for (int x = 0; x < width; ++x, inks += 4)
    for (int colour = 0; colour < 3; ++colour)
      *rgb++ = static_cast<std::uint8_t>((inks[colour] * inks[3] + 127) / 255);
}

/// A JPEG in the library's hands.
class Decoder {
 public:
  Decoder(ByteSource& source, std::string_view what) : source_(source), what_(what) {
    info_.err = &refusals_;
    run([&] { jpeg_create_decompress(&info_); });
    info_.src = &source_;
  }
  ~Decoder() { jpeg_destroy_decompress(&info_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void readHeader(const ImageHeader& header) {
    run([&] { jpeg_read_header(&info_, TRUE); });
    if (info_.image_width != JDIMENSION(header.width) || info_.image_height != JDIMENSION(header.height))
      refuseDamaged(what_, "JPEG", "is damaged: it has two headers");
  }
  /// Unpacks all scans to coefficients that are not kept.
  void test() {
    run([&] {
      NonZeros::use(info_, atHand_);
      info_.buffered_image = TRUE;
      info_.out_color_space = hasInks() ? JCS_CMYK : JCS_RGB;
      jpeg_start_decompress(&info_);
      while (jpeg_consume_input(&info_) != JPEG_REACHED_EOI) continue;
    });
    for (int i = 0; i < info_.num_components; ++i)
      if (!info_.comp_info[i].quant_table || (info_.progressive_mode && info_.coef_bits[i][0] < 0))
        refuseDamaged(what_, "JPEG", fmt::format("is damaged: no scan has its colour {}", i + 1));
  }
  void unpack(ImageSpan pixels) {
    std::vector<JSAMPLE> inks(hasInks() ? 4 * std::size_t{info_.image_width} : 0);
    run([&] {
      info_.out_color_space = hasInks() ? JCS_CMYK : JCS_RGB;
      info_.dct_method = JDCT_ISLOW;  // the slow transform equals Pillow's
      jpeg_start_decompress(&info_);
      while (info_.output_scanline < info_.output_height) {
        std::uint8_t* rgb = pixels.row(static_cast<int>(info_.output_scanline));
        JSAMPROW row = hasInks() ? inks.data() : rgb;
        jpeg_read_scanlines(&info_, &row, 1);
        if (hasInks()) mixInks(inks.data(), rgb, pixels.width);
      }
      jpeg_finish_decompress(&info_);
    });
  }

 private:
  bool hasInks() const { return info_.num_components == 4; }
  /// The calls must hold nothing that has a destructor: the library may leave them.
  template <class Calls>
  void run(Calls calls) {
    if (setjmp(refusals_.back) == 0) return calls();
    refuseDamaged(what_, "JPEG", fmt::format("is damaged or of a rare kind ({})", refusals_.message));
  }
  jpeg_decompress_struct info_{};
  Refusals refusals_;
  SourceBytes source_;
  NonZeros* atHand_ = nullptr;
  std::string_view what_;
};

}  // namespace

void testJpeg(ByteSource& source, const ImageHeader& header, std::string_view what) {
  Decoder decoder(source, what);
  decoder.readHeader(header);
  decoder.test();
}

Image unpackJpeg(ByteSource& source, const ImageHeader& header, std::string_view what) {
  Decoder decoder(source, what);
  decoder.readHeader(header);
  Image image(header.width, header.height);
  decoder.unpack(image.span());
  return image;
}

}  // namespace uada

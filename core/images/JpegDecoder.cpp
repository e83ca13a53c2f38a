#include "core/images/JpegDecoder.h"

#include <fmt/core.h>

namespace uada::jpeg {
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

/// Four inks become three colours as in Pillow. They are stored as Adobe's programs do, 255 where there is
/// no ink, whatever the file says.
void mixInks(const JSAMPLE* inks, std::uint8_t* rgb, JDIMENSION width) {
  for (JDIMENSION x = 0; x < width; ++x, inks += 4)
    for (int colour = 0; colour < 3; ++colour)
      *rgb++ = static_cast<std::uint8_t>((inks[colour] * inks[3] + 127) / 255);
}

}  // namespace

Refusals::Refusals() {
  jpeg_std_error(this);
  error_exit = leave;
  emit_message = [](j_common_ptr info, int level) {
    // Below 0 are warnings; the others are traces.
    if (level < 0 && losesPixels(*reinterpret_cast<j_decompress_ptr>(info))) leave(info);
  };
  output_message = [](j_common_ptr) {};
}

void Refusals::leave(j_common_ptr info) {
  auto* self = static_cast<Refusals*>(info->err);
  self->format_message(info, self->message);
  std::longjmp(self->back, 1);
}

SourceBytes::SourceBytes(ByteSource& from) : jpeg_source_mgr{}, source(from) {
  init_source = term_source = [](j_decompress_ptr) {};
  resync_to_restart = jpeg_resync_to_restart;
  fill_input_buffer = [](j_decompress_ptr info) { return static_cast<SourceBytes*>(info->src)->fill(); };
  skip_input_data = [](j_decompress_ptr info, long count) {
    static_cast<SourceBytes*>(info->src)->skip(count);
  };
}

boolean SourceBytes::fill() {
  static constexpr JOCTET kEndMark[] = {0xff, JPEG_EOI};
  const std::span<const std::byte> piece = source.from(at);
  ranOut = piece.empty();  // another end mark: what is missing then shows as damage
  next_input_byte = ranOut ? kEndMark : reinterpret_cast<const JOCTET*>(piece.data());
  bytes_in_buffer = ranOut ? sizeof kEndMark : piece.size();
  at += piece.size();
  return TRUE;
}

void SourceBytes::skip(long count) {
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

Decoder::Decoder(ByteSource& source, std::string_view what) : source_(source), what_(what) {
  info_.err = &refusals_;
  run([&] { jpeg_create_decompress(&info_); });
  info_.src = &source_;
}

void Decoder::readHeader() {
  run([&] { jpeg_read_header(&info_, TRUE); });
}

void Decoder::choosePixels() {
  info_.out_color_space = hasInks() ? JCS_CMYK : JCS_RGB;
  info_.dct_method = JDCT_ISLOW;  // the slow transform equals Pillow's
}

void Decoder::readRow(std::uint8_t* rgb, JSAMPLE* inks) {
  JSAMPROW row = hasInks() ? inks : rgb;
  jpeg_read_scanlines(&info_, &row, 1);
  if (hasInks()) mixInks(inks, rgb, info_.output_width);
}

void Decoder::requireColours() const {
  for (int i = 0; i < info_.num_components; ++i)
    if (!info_.comp_info[i].quant_table || (info_.progressive_mode && info_.coef_bits[i][0] < 0))
      refuseDamaged(what_, "JPEG", fmt::format("is damaged: no scan has its colour {}", i + 1));
}

void Decoder::refuseLibrarys() const {
  refuseDamaged(what_, "JPEG", fmt::format("is damaged or of a rare kind ({})", refusals_.message));
}

}  // namespace uada::jpeg

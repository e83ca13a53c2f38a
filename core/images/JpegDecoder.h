#pragma once

// jpeglib.h needs what stands before it.
// clang-format off
#include <cstdio>
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

#include <csetjmp>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/images/Codecs.h"

namespace uada::jpeg {

/// The library's answers to what is wrong: it leaves the call, also where it would only warn and give grey
/// areas for missing data.
struct Refusals : jpeg_error_mgr {
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX] = {};

  Refusals();
  [[noreturn]] static void leave(j_common_ptr info);
};

/// Gives the library the bytes of a ByteSource.
struct SourceBytes : jpeg_source_mgr {
  ByteSource& source;
  std::uint64_t at = 0;
  bool ranOut = false;  ///< more was asked for than there is

  explicit SourceBytes(ByteSource& from);
  boolean fill();
  void skip(long count);
};

/// A JPEG in the library's hands. Throws Error naming `what` for whatever is damaged.
class Decoder {
 public:
  Decoder(ByteSource& source, std::string_view what);
  ~Decoder() { jpeg_destroy_decompress(&info_); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  void readHeader();
  ImageHeader header() const {
    return {static_cast<int>(info_.image_width), static_cast<int>(info_.image_height)};
  }

 protected:
  /// Four inks, CMYK or YCCK.
  bool hasInks() const { return info_.num_components == 4; }
  /// Sets what pixels are made: those that Pillow makes.
  void choosePixels();
  /// Reads the next row.
  /// inks  room for 4 bytes a pixel, where there are inks
  void readRow(std::uint8_t* rgb, JSAMPLE* inks);
  /// Throws if a colour came in no scan. To be asked once all scans were read.
  void requireColours() const;
  /// The calls must hold nothing that has a destructor: the library may leave them.
  template <class Calls>
  void run(Calls calls) {
    if (setjmp(refusals_.back) == 0) return calls();
    refuseLibrarys();
  }
  [[noreturn]] void refuseLibrarys() const;

  jpeg_decompress_struct info_{};
  Refusals refusals_;
  SourceBytes source_;
  std::string_view what_;
};

}  // namespace uada::jpeg

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/Files.h"
#include "core/base/Sha256.h"
#include "core/data/Md5.h"

struct z_stream_s;

namespace uada {

/// What is computed over the unpacked bytes of a file while it is read.
struct ContentHash {
  Sha256& sha256;  ///< of the file, or of several that are read in turn
  Md5 md5;         ///< of the file alone
};

/// Reads a regular file from front to back, unpacking it if it is gzip-packed, and hashes what it gives.
/// Does not throw for what is wrong with the file: the first problem stays, and later reads give nothing.
class UnpackingReader {
 public:
  /// most  bytes, unpacked: a file that is larger is a problem, and nothing is read of it
  /// hash  takes every byte given; null: nothing is hashed; outlives the reader
  UnpackingReader(const std::filesystem::path& path, std::uintmax_t most, ContentHash* hash);

  /// Bytes on the disk.
  std::uintmax_t fileBytes() const { return fileBytes_; }
  bool isPacked() const { return stream_ != nullptr; }
  /// Fills `to`; fewer bytes are returned only at the end or with a problem. Of a packed file the end is
  /// seen, and what follows it, by a read that wants more than is left.
  std::size_t read(std::span<std::uint8_t> to);
  /// The length modulo 2^32 that the end of a packed file states (RFC 1952): that of what is in it, if it is
  /// of one piece and nothing follows it.
  std::optional<std::uint32_t> statedLength();
  /// "'/x/y.gz': cannot be unpacked: ...", or empty.
  const std::string& problem() const { return problem_; }

 private:
  struct Close {
    void operator()(z_stream_s* stream) const;
  };
  void open(const std::filesystem::path& path, std::uintmax_t most);
  std::size_t copy(std::span<std::uint8_t> to);
  std::size_t unpack(std::span<std::uint8_t> to);
  void endMember();
  void failAtEnd(std::string_view text);
  void fail(std::string_view text);
  std::string name_;
  ContentHash* hash_;
  std::optional<ByteSource> source_;
  std::unique_ptr<z_stream_s, Close> stream_;
  std::uintmax_t fileBytes_ = 0, position_ = 0;
  bool ended_ = false;  ///< of a packed file: all its members were unpacked
  std::string problem_;
};

/// What is in a file, without keeping it.
struct Measured {
  std::uintmax_t bytes = 0;  ///< unpacked; beyond `most` one more than that, and no further
  std::string problem;
};
Measured measure(const std::filesystem::path& path, std::uintmax_t most, ContentHash* hash = nullptr);

}  // namespace uada

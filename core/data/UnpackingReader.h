#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/base/Sha256.h"
#include "core/data/Md5.h"

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
  /// hash  takes every byte given; outlives the reader
  UnpackingReader(const std::filesystem::path& path, ContentHash& hash);

  /// Bytes on the disk.
  std::uintmax_t fileBytes() const { return fileBytes_; }
  /// The most bytes that can come out of it, so that a claim can be refused before memory is asked for.
  std::uintmax_t mostBytes() const;
  bool isPacked() const { return packed_; }
  /// Fills `to`; fewer bytes are returned only at the end or with a problem.
  std::size_t read(std::span<std::uint8_t> to);
  /// Once everything was read: a problem if the packed file goes on behind its end, which zlib passes over.
  void requireEnd();
  /// "'/x/y.gz': cannot be unpacked: ...", or empty.
  const std::string& problem() const { return problem_; }

 private:
  struct Close {
    void operator()(void* file) const;
  };
  void open(const std::filesystem::path& path);
  std::uintmax_t bytesAfterEnd() const;
  void fail(std::string_view text);
  std::string name_;
  ContentHash& hash_;
  std::unique_ptr<void, Close> file_;
  std::uintmax_t fileBytes_ = 0, readBytes_ = 0;
  bool packed_ = false;
  std::string problem_;
};

}  // namespace uada

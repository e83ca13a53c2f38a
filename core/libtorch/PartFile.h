#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>

#include "core/base/Sha256.h"

namespace uada {

/// A file that grows at its end and may be there in part: what was written stays when it is closed. The
/// folders above it are made. Not for several processes at once.
/// Throws Error (NoSpace where the disk is full) naming the file and the system's reason.
class PartFile {
 public:
  explicit PartFile(const std::filesystem::path& path);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  std::uint64_t size() const { return size_; }
  void append(std::span<const std::byte> bytes);
  void clear();
  /// Of all that is there.
  /// goesOn  asked for every piece with the bytes done so far; false: it stops, and there is none
  std::optional<Sha256> hash(const std::function<bool(std::uint64_t done)>& goesOn) const;

 private:
  [[noreturn]] void fail(const char* doing, int code) const;

  const std::filesystem::path path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace uada

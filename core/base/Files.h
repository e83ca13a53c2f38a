#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/Error.h"

namespace uada {

/// A file could not be written because the disk, a quota or the limit on the size of files leaves no room:
/// the same may succeed later.
class NoSpace : public Error {
 public:
  using Error::Error;
};

/// The system calls that a save makes, so that a test can make any one of them fail. Each returns what the
/// call of that name returns, with errno set on failure.
class FileCalls {
 public:
  virtual ~FileCalls() = default;
  virtual int open(const char* path, int flags, unsigned mode);
  virtual ssize_t write(int fd, const void* data, std::size_t size);
  virtual int fsync(int fd);
  virtual int close(int fd);
  virtual int rename(const char* from, const char* to);
  /// rename() that fails with EEXIST where it would replace a file.
  virtual int renameToNew(const char* from, const char* to);
  virtual int unlink(const char* path);
};
FileCalls& systemFileCalls();

/// A file that appears whole or not at all: written to a temporary name in the same folder, synced, renamed
/// over the old one, folder synced. Every step is checked (QSaveFile does not check all). Destroyed before
/// commit() it leaves the old file and no temporary one.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path, FileCalls& calls = systemFileCalls());
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  /// Throws Error (NoSpace) naming the file and the system's reason; the old file is then still in place.
  void commit();
  /// As commit(), but replaces nothing.
  /// returns  false: there is a file of the name, perhaps made this moment by another process; it is kept
  bool commitNew();

 private:
  void finishWriting();
  void syncFolder();
  [[noreturn]] void fail(std::string_view doing, int code);
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  FileCalls& calls_;
  int fd_ = -1;
  bool committed_ = false;
};

void writeFileAtomically(const std::filesystem::path& path, std::string_view text,
                         FileCalls& calls = systemFileCalls());
/// Of several that make the same file at once, one gets true, and the file is its.
/// returns  false: there was a file of the name, which is kept
bool writeNewFileAtomically(const std::filesystem::path& path, std::string_view text,
                            FileCalls& calls = systemFileCalls());

/// Removes what AtomicFiles of processes that were killed left in a folder: temporary files that are not of
/// another process that lives.
void removeLeftovers(const std::filesystem::path& folder);

/// Throws Error naming the file if it cannot be read, is not a regular file or holds more than maxBytes.
std::string readTextFile(const std::filesystem::path& path, std::size_t maxBytes);
std::vector<std::byte> readBinaryFile(const std::filesystem::path& path, std::size_t maxBytes);
/// The first `bytes` of a file, or all of a shorter one. Throws as above.
std::vector<std::byte> readFileStart(const std::filesystem::path& path, std::size_t bytes);

/// Bytes that are looked at piece by piece: all of those in memory, of a file one window at a time.
class ByteSource {
 public:
  static constexpr std::size_t kWindow = 1 << 17;  ///< bytes

  explicit ByteSource(std::span<const std::byte> memory);  ///< which outlives this
  explicit ByteSource(const std::filesystem::path& file);  ///< throws like readFileStart()
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  std::uint64_t size() const { return size_; }
  /// The bytes from `at` on that are at hand: at least `least` (up to kWindow) unless the end, or a place
  /// that cannot be read, comes before. Valid until the next call.
  std::span<const std::byte> from(std::uint64_t at, std::size_t least = 1);

 private:
  int fd_ = -1;
  std::uint64_t size_ = 0, begin_ = 0;  ///< begin_: where the piece at hand lies
  std::vector<std::byte> window_;       ///< empty: all are in memory
  std::span<const std::byte> piece_;
};

/// SHA-256 of bytes as 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);
std::string sha256(std::string_view text);

}  // namespace uada

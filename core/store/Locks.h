#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace uada::store {

/// A lock on a file that ends with the process, whatever ends it. Works between any two holders on one host,
/// also within one process. The file itself stays.
class FileLock {
 public:
  FileLock() = default;
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), file_(std::move(other.file_)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(file_, other.file_);
    return *this;
  }
  ~FileLock();

  /// Makes the file if need be. Check held(): another may have it. Throws Error if the file cannot be made.
  static FileLock tryLock(const std::filesystem::path& file);
  /// Whether anyone holds it now. Only asks: never in the way of tryLock().
  static bool isHeld(const std::filesystem::path& file);
  bool held() const { return fd_ >= 0; }
  /// Makes text the file's whole content: who holds it, for people. Throws Error naming it.
  void write(const std::string& text);

 private:
  int fd_ = -1;
  std::filesystem::path file_;
};

/// Who works on an attempt.
struct Owner {
  std::string host;
  std::int64_t pid = 0;
  std::int64_t processStart = 0;  ///< clock ticks since boot
};
std::string hostName();
/// 0 if there is no such process.
std::int64_t processStart(std::int64_t pid);
/// lockFile  in the run's folder, held while an attempt is live; where there is none the process is looked
/// for
bool isAlive(const Owner& owner, const std::filesystem::path& lockFile);

/// "NFS" for the f_type of statfs(2) of a network file system, "" for a local one. A FUSE file system is told
/// by its name in /proc/self/mountinfo: "fuse.sshfs".
std::string networkFileSystem(std::uint64_t type, const std::string& mountType);
/// The same for the file system that holds an existing folder.
std::string networkFileSystemOf(const std::filesystem::path& folder);

}  // namespace uada::store

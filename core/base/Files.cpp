#include "core/base/Files.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

namespace uada {

int FileCalls::open(const char* path, int flags, unsigned mode) { return ::open(path, flags, mode); }
ssize_t FileCalls::write(int fd, const void* data, std::size_t size) { return ::write(fd, data, size); }
int FileCalls::fsync(int fd) { return ::fsync(fd); }
int FileCalls::close(int fd) { return ::close(fd); }
int FileCalls::rename(const char* from, const char* to) { return ::rename(from, to); }
int FileCalls::renameToNew(const char* from, const char* to) {
  if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return -1;
  if (::link(from, to) != 0) return -1;  // NFS, for one, has no such renaming, but links
  ::unlink(from);
  return 0;
}
int FileCalls::unlink(const char* path) { return ::unlink(path); }

FileCalls& systemFileCalls() {
  static FileCalls calls;
  return calls;
}

namespace {

constexpr std::string_view kTemporary = ".part";

std::filesystem::path temporaryName(const std::filesystem::path& path) {
  static std::atomic<unsigned> count{0};
  auto name = path;
  name += fmt::format(".{}-{}{}", ::getpid(), count++, kTemporary);
  return name;
}

/// The process that temporaryName() put into a name; 0: none did.
pid_t ownerOf(std::string_view name) {
  if (!name.ends_with(kTemporary)) return 0;
  name.remove_suffix(kTemporary.size());
  const auto point = name.rfind('.');
  if (point == name.npos) return 0;
  name.remove_prefix(point + 1);
  pid_t owner = 0;
  unsigned count = 0;
  const char* const end = name.data() + name.size();
  const auto first = std::from_chars(name.data(), end, owner);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return 0;
  const auto second = std::from_chars(first.ptr + 1, end, count);
  return second.ec == std::errc() && second.ptr == end ? owner : 0;
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path, FileCalls& calls)
    : path_(std::filesystem::absolute(path)), temporary_(temporaryName(path_)), calls_(calls) {
  fd_ = calls_.open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd_ < 0) fail("create", errno);
}

AtomicFile::~AtomicFile() {
  if (fd_ >= 0) calls_.close(fd_);
  // The path is unlinked directly: a fault injected into cleaning up would only hide the first one.
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(std::string_view doing, int code) {
  const std::string what = fmt::format("cannot {} '{}': {}", doing, path_.string(), std::strerror(code));
  if (code == ENOSPC || code == EDQUOT) throw NoSpace(what + "; free some space and try again");
  if (code == EFBIG) throw NoSpace(what + "; raise the limit on the size of files ('ulimit -f')");
  throw Error(what);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t n = calls_.write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) fail("write", n < 0 ? errno : ENOSPC);
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
}

void AtomicFile::write(std::string_view text) { write(std::as_bytes(std::span(text.data(), text.size()))); }

void AtomicFile::finishWriting() {
  if (calls_.fsync(fd_) != 0) fail("sync", errno);
  const int closed = calls_.close(fd_);
  fd_ = -1;
  if (closed != 0) fail("close", errno);
}

void AtomicFile::syncFolder() {
  const int folder = calls_.open(path_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (folder < 0) fail("open the folder of", errno);
  const int synced = calls_.fsync(folder);
  const int code = errno;
  calls_.close(folder);
  // Some file systems cannot sync a folder and say so; the data itself is synced.
  if (synced != 0 && code != EINVAL && code != ENOTSUP) fail("sync the folder of", code);
}

void AtomicFile::commit() {
  finishWriting();
  if (calls_.rename(temporary_.c_str(), path_.c_str()) != 0) fail("replace", errno);
  committed_ = true;
  syncFolder();
}

bool AtomicFile::commitNew() {
  finishWriting();
  if (calls_.renameToNew(temporary_.c_str(), path_.c_str()) != 0) {
    if (errno == EEXIST) return false;
    fail("create", errno);
  }
  temporary_ = path_;  // it replaced nothing: if it may not last, it is taken away again
  syncFolder();
  committed_ = true;
  return true;
}

void writeFileAtomically(const std::filesystem::path& path, std::string_view text, FileCalls& calls) {
  AtomicFile file(path, calls);
  file.write(text);
  file.commit();
}

bool writeNewFileAtomically(const std::filesystem::path& path, std::string_view text, FileCalls& calls) {
  AtomicFile file(path, calls);
  file.write(text);
  return file.commitNew();
}

void removeLeftovers(const std::filesystem::path& folder) {
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(folder, code)) {
    const pid_t owner = ownerOf(entry.path().filename().string());
    // The number of a process that was killed may be this one's: numbers are used again.
    if (owner <= 0 || (owner != ::getpid() && (::kill(owner, 0) == 0 || errno == EPERM))) continue;
    std::filesystem::remove(entry.path(), code);
  }
}

namespace {

using OpenFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// A regular file opened for reading, and its size as the system states it.
OpenFile openRegular(const std::filesystem::path& path, std::uintmax_t& size) {
  // Without O_NONBLOCK the opening of a named pipe waits for someone who writes to it.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  OpenFile file(fd < 0 ? nullptr : ::fdopen(fd, "rb"), std::fclose);
  struct stat status{};
  if (!file || ::fstat(fd, &status) != 0)
    throw Error(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
  if (S_ISDIR(status.st_mode))
    throw Error(fmt::format("cannot read '{}': it is a folder; name a file", path.string()));
  if (!S_ISREG(status.st_mode))
    throw Error(fmt::format("cannot read '{}': it is not a regular file; copy it into one", path.string()));
  size = static_cast<std::uintmax_t>(status.st_size);
  return file;
}

[[noreturn]] void refuseUnreadable(const std::filesystem::path& path) {
  throw Error(fmt::format("cannot read '{}': {}", path.string(), std::strerror(errno)));
}

template <class Container>
Container readWhole(const std::filesystem::path& path, std::size_t maxBytes) {
  std::uintmax_t size = 0;
  const OpenFile file = openRegular(path, size);
  const auto refuse = [&] {
    throw Error(fmt::format("cannot read '{}': it holds more than {} bytes", path.string(), maxBytes));
  };
  if (size > maxBytes) refuse();
  Container content;
  content.reserve(size);
  char buffer[1 << 16];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, file.get())) {
    if (content.size() + n > maxBytes) refuse();  // it grew, or the system gives its files no size
    const auto old = content.size();
    content.resize(old + n);
    std::memcpy(content.data() + old, buffer, n);
  }
  if (std::ferror(file.get())) refuseUnreadable(path);
  return content;
}

}  // namespace

std::string readTextFile(const std::filesystem::path& path, std::size_t maxBytes) {
  return readWhole<std::string>(path, maxBytes);
}

std::vector<std::byte> readBinaryFile(const std::filesystem::path& path, std::size_t maxBytes) {
  return readWhole<std::vector<std::byte>>(path, maxBytes);
}

std::vector<std::byte> readFileStart(const std::filesystem::path& path, std::size_t bytes) {
  std::uintmax_t size = 0;
  const OpenFile file = openRegular(path, size);
  std::vector<std::byte> start(bytes);
  start.resize(std::fread(start.data(), 1, bytes, file.get()));
  if (std::ferror(file.get())) refuseUnreadable(path);
  return start;
}

ByteSource::ByteSource(std::span<const std::byte> memory) : size_(memory.size()), piece_(memory) {}

ByteSource::ByteSource(const std::filesystem::path& file) {
  const OpenFile opened = openRegular(file, size_);
  fd_ = ::fcntl(::fileno(opened.get()), F_DUPFD_CLOEXEC, 0);
  if (fd_ < 0) refuseUnreadable(file);
  window_.resize(kWindow);
}

ByteSource::~ByteSource() {
  if (fd_ >= 0) ::close(fd_);
}

std::span<const std::byte> ByteSource::from(std::uint64_t at, std::size_t least) {
  const std::uint64_t end = begin_ + piece_.size();
  if (fd_ < 0 || (begin_ <= at && at + least <= end))
    return piece_.subspan(static_cast<std::size_t>(std::min<std::uint64_t>(at, end) - begin_));
  std::size_t filled = 0;
  while (filled < window_.size()) {
    const ssize_t n =
        ::pread(fd_, window_.data() + filled, window_.size() - filled, static_cast<off_t>(at + filled));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    filled += static_cast<std::size_t>(n);
  }
  begin_ = at;
  piece_ = std::span(window_).first(filled);
  return piece_;
}

}  // namespace uada

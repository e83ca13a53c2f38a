#include "core/libtorch/PartFile.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Files.h"

namespace uada {

PartFile::PartFile(const std::filesystem::path& path) : path_(path) {
  constexpr unsigned kMode = 0644;
  std::error_code problem;
  std::filesystem::create_directories(path.parent_path(), problem);
  if (problem) fail("make the folder of", problem.value());
  fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
  if (fd_ < 0) fail("write", errno);
  struct stat state{};
  if (::fstat(fd_, &state) == 0) size_ = static_cast<std::uint64_t>(state.st_size);
}

PartFile::~PartFile() {
  if (fd_ >= 0) ::close(fd_);
}

void PartFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", errno);
    size_ += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void PartFile::clear() {
  if (::ftruncate(fd_, 0) != 0) fail("write", errno);
  size_ = 0;
}

std::optional<Sha256> PartFile::hash(const std::function<bool(std::uint64_t)>& goesOn) const {
  constexpr std::size_t kPiece = 1 << 20;  // bytes
  Sha256 hash;
  std::vector<std::byte> piece(kPiece);
  for (std::uint64_t at = 0; at < size_;) {
    const ssize_t got = ::pread(fd_, piece.data(), piece.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail("read", got < 0 ? errno : EIO);
    hash.update(std::span<const std::byte>(piece).first(static_cast<std::size_t>(got)));
    at += static_cast<std::uint64_t>(got);
    if (!goesOn(at)) return std::nullopt;
  }
  return hash;
}

void PartFile::fail(const char* doing, int code) const {
  const std::string text = fmt::format("cannot {} '{}': {}", doing, path_.string(), std::strerror(code));
  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    throw NoSpace(text + "; make room, and give the same command again: it goes on from here");
  throw Error(text);
}

}  // namespace uada

#include "core/store/Locks.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/base/Error.h"

namespace uada::store {

namespace {

struct flock wholeFile(short type) {
  struct flock range{};
  range.l_type = type;
  range.l_whence = SEEK_SET;
  return range;
}

}  // namespace

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

FileLock FileLock::tryLock(const std::filesystem::path& file) {
  FileLock lock;
  lock.file_ = file;
  lock.fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
  if (lock.fd_ < 0) throw Error(fmt::format("cannot write '{}': {}", file.string(), std::strerror(errno)));
  struct stat status{};
  if (::fstat(lock.fd_, &status) != 0 || !S_ISREG(status.st_mode))
    throw Error(fmt::format("cannot lock '{}': it is not a regular file; move it away", file.string()));
  // Locks of the open file, not of the process: closing another descriptor of the same file does not drop
  // them.
  auto range = wholeFile(F_WRLCK);
  if (::fcntl(lock.fd_, F_OFD_SETLK, &range) == 0) return lock;
  if (errno != EAGAIN && errno != EACCES)
    throw Error(fmt::format("cannot lock '{}': {}", file.string(), std::strerror(errno)));
  return {};
}

bool FileLock::isHeld(const std::filesystem::path& file) {
  FileLock probe;
  probe.fd_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (probe.fd_ < 0) return false;
  auto range = wholeFile(F_WRLCK);
  return ::fcntl(probe.fd_, F_OFD_GETLK, &range) == 0 && range.l_type != F_UNLCK;
}

void FileLock::write(const std::string& text) {
  const auto size = static_cast<ssize_t>(text.size());
  errno = ENOSPC;  // of a write that is cut short
  if (::ftruncate(fd_, 0) == 0 && ::pwrite(fd_, text.data(), text.size(), 0) == size) return;
  const bool isFull = errno == ENOSPC || errno == EDQUOT;
  throw Error(fmt::format("cannot write '{}': {}{}", file_.string(), std::strerror(errno),
                          isFull ? "; free some space and try again" : ""));
}

std::string hostName() {
  char name[HOST_NAME_MAX + 1] = "";
  ::gethostname(name, sizeof name - 1);
  return name;
}

std::int64_t processStart(std::int64_t pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string text(std::istreambuf_iterator<char>(file), {});
  const auto name = text.rfind(')');  // the name may hold blanks and brackets; field 3 follows it
  if (name == text.npos) return 0;
  std::istringstream fields(text.substr(name + 1));
  std::string field;
  for (int number = 3; number <= 22 && fields >> field; ++number)
    if (number == 3 && (field == "Z" || field == "X")) return 0;
  return std::atoll(field.c_str());
}

bool isAlive(const Owner& owner, const std::filesystem::path& lockFile) {
  std::error_code ignored;
  if (std::filesystem::exists(lockFile, ignored)) return FileLock::isHeld(lockFile);
  return owner.processStart != 0 && owner.host == hostName() && processStart(owner.pid) == owner.processStart;
}

std::string networkFileSystem(std::uint64_t type, const std::string& mountType) {
  switch (type) {
    case 0x6969: return "NFS";
    case 0x517B: return "SMB";
    case 0xFF534D42: return "CIFS";
    case 0xFE534D42: return "SMB2";
    case 0x0BD00BD0: return "Lustre";
    case 0x00C36400: return "Ceph";
    case 0x47504653: return "GPFS";
    case 0x5346414F: return "AFS";
    case 0x73757245: return "Coda";
    case 0x7461636F: return "OCFS2";
    case 0x19830326: return "BeeGFS";
    case 0xAAD7AAEA: return "PanFS";
    case 0x01161970: return "GFS2";
    default: break;
  }
  for (const char* fuse :
       {"sshfs", "glusterfs", "s3fs", "gcsfuse", "rclone", "davfs", "curlftpfs", "smbnetfs", "ceph"})
    if (mountType.starts_with("fuse.") && mountType.find(fuse) != mountType.npos) return mountType.substr(5);
  return "";
}

std::string networkFileSystemOf(const std::filesystem::path& folder) {
  struct statfs system{};
  struct stat status{};
  if (::statfs(folder.c_str(), &system) != 0 || ::stat(folder.c_str(), &status) != 0) return "";
  const auto device = fmt::format(" {}:{} ", major(status.st_dev), minor(status.st_dev));
  std::ifstream mounts("/proc/self/mountinfo");
  std::string mountType;
  for (std::string line; std::getline(mounts, line);) {
    const auto type = line.find(" - ");
    if (line.find(device) == line.npos || type == line.npos) continue;
    mountType = line.substr(type + 3, line.find(' ', type + 3) - type - 3);
  }
  return networkFileSystem(static_cast<std::uint32_t>(system.f_type), mountType);
}

}  // namespace uada::store

#include "core/libtorch/Workshop.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/base/Error.h"

namespace uada {
namespace fs = std::filesystem;
namespace {

/// returns  the descriptor that holds the lock until it is closed
int lockFile(const fs::path& file, const fs::path& home) {
  constexpr unsigned kMode = 0644;
  const int lock = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
  if (lock < 0) throw Error(fmt::format("cannot write '{}': {}", file.string(), std::strerror(errno)));
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  const int problem = errno;
  if (problem == ENOLCK || problem == EOPNOTSUPP) return lock;  // a disk without locks
  ::close(lock);
  if (problem == EWOULDBLOCK)
    throw Error(fmt::format("another process fetches LibTorch into '{}' already; wait until it is done",
                            home.string()));
  throw Error(fmt::format("cannot lock '{}': {}", file.string(), std::strerror(problem)));
}

void makeFolder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem)
    throw Error(fmt::format("cannot make the folder '{}': {}", folder.string(), problem.message()));
}

[[noreturn]] void failToPlace(const fs::path& home, int problem) {
  throw Error(fmt::format("cannot put LibTorch into '{}': {}", home.string(), std::strerror(problem)));
}

/// All of it is on the disk before its name is.
void syncDisk(const fs::path& folder, const fs::path& home) {
  const int root = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const int problem = root < 0 || ::syncfs(root) != 0 ? errno : 0;
  if (root >= 0) ::close(root);
  if (problem != 0) failToPlace(home, problem);
}

}  // namespace

Workshop::Workshop(fs::path home) : home_(std::move(home)), folder_(home_.string() + ".fetch") {
  makeFolder(folder_);
  lock_ = lockFile(home_.string() + ".lock", home_);
}

Workshop::~Workshop() { ::close(lock_); }

fs::path Workshop::wheel(const LibTorchPin& pin) const {
  return folder_ / fmt::format("{}-{}.whl", pin.name, pin.version);
}

void Workshop::clearTree() const { fs::remove_all(tree()); }

void Workshop::putInPlace() const {
  syncDisk(tree(), home_);
  const unsigned flags = fs::exists(home_) ? RENAME_EXCHANGE : 0;
  if (::renameat2(AT_FDCWD, tree().c_str(), AT_FDCWD, home_.c_str(), flags) != 0) {
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) failToPlace(home_, errno);
    replaceInSteps(tree(), home_, folder_ / "old");
  }
  fs::remove_all(folder_);
}

void replaceInSteps(const fs::path& folder, const fs::path& place, const fs::path& aside) {
  fs::remove_all(aside);
  if (::rename(place.c_str(), aside.c_str()) != 0 && errno != ENOENT) failToPlace(place, errno);
  if (::rename(folder.c_str(), place.c_str()) != 0) {
    const int problem = errno;
    ::rename(aside.c_str(), place.c_str());  // the old one is better than none
    failToPlace(place, problem);
  }
  fs::remove_all(aside);
}

}  // namespace uada

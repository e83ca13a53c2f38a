// Ends the program that loads this (LD_PRELOAD) by SIGKILL, at call number UADA_TEST_KILL_AT of those that
// write a file of weights: opened to be made, written, synced, closed, renamed. Of a write half comes on the
// disk first.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int kMost = 4096;
std::atomic<bool> watched[kMost];
std::atomic<int> calls = 0;

bool isDue() {
  const char* at = std::getenv("UADA_TEST_KILL_AT");
  return at && ++calls == std::atoi(at);
}
void die() {
  ::kill(::getpid(), SIGKILL);
  while (true) ::pause();
}
bool isWeights(const char* path) { return std::strstr(path, ".safetensors") != nullptr; }
bool isWatched(int fd) { return fd >= 0 && fd < kMost && watched[fd]; }

template <class F>
F* original(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

int opened(const char* name, const char* path, int flags, unsigned mode) {
  const bool isMade = (flags & O_CREAT) && isWeights(path);
  if (isMade && isDue()) die();
  const int fd = original<int(const char*, int, ...)>(name)(path, flags, mode);
  if (fd >= 0 && fd < kMost) watched[fd] = isMade;
  return fd;
}

unsigned modeOf(int flags, va_list rest) { return (flags & O_CREAT) ? va_arg(rest, unsigned) : 0; }

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = modeOf(flags, rest);
  va_end(rest);
  return opened("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const unsigned mode = modeOf(flags, rest);
  va_end(rest);
  return opened("open64", path, flags, mode);
}

ssize_t write(int fd, const void* data, std::size_t size) {
  const auto next = original<ssize_t(int, const void*, std::size_t)>("write");
  if (!isWatched(fd) || !isDue()) return next(fd, data, size);
  next(fd, data, size / 2);
  die();
  return -1;
}

int fsync(int fd) {
  if (isWatched(fd) && isDue()) die();
  return original<int(int)>("fsync")(fd);
}

int close(int fd) {
  if (isWatched(fd)) {
    if (isDue()) die();
    watched[fd] = false;
  }
  return original<int(int)>("close")(fd);
}

int rename(const char* from, const char* to) {
  if (isWeights(to) && isDue()) die();
  return original<int(const char*, const char*)>("rename")(from, to);
}

}  // extern "C"

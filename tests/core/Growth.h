#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "core/base/Error.h"

namespace uada::test {

/// What the program may take for a refusal beyond what it takes to start, about 12 MB, of 50 MB in all.
constexpr long kMostGrowth = 38'000;  // kilobytes
/// What a first error and the like take.
constexpr long kLittle = 8'000;  // kilobytes

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsWatched = true;
#elif defined(__has_feature)
constexpr bool kIsWatched = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kIsWatched = false;
#endif

/// Kilobytes that a child process which does this has at its peak more than one that does nothing; -1: it
/// failed. Under a sanitizer, whose own memory would count, 0 with a line that says so.
template <class Action>
long growthOf(const Action& action) {
  long peak[2];
  for (const bool acts : {false, true}) {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        if (acts) action();
      } catch (const Error&) {
        ::_exit(0);
      }
      ::_exit(0);
    }
    int status = 0;
    rusage usage{};
    if (::wait4(child, &status, 0, &usage) != child || !WIFEXITED(status)) return -1;
    peak[acts] = usage.ru_maxrss;
  }
  if (kIsWatched) std::puts("growth: not judged under a sanitizer");
  return kIsWatched ? 0 : peak[1] - peak[0];
}

}  // namespace uada::test

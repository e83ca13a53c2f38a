#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/Error.h"

namespace uada::test {

/// What the program may take for a refusal beyond what it takes to start, about 12 MB, of 50 MB in all.
constexpr long kMostGrowth = 38'000;  // kilobytes
/// What a first error and the like take.
constexpr long kLittle = 8'000;  // kilobytes

/// Kilobytes that a child process which does this has at its peak more than one that does nothing; -1: it
/// failed.
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
  return peak[1] - peak[0];
}

}  // namespace uada::test

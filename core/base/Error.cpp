#include "core/base/Error.h"

#include <fmt/core.h>

#include <new>

#include "core/base/Printable.h"

namespace uada {
namespace {

constexpr std::size_t kMost = 2000;  // bytes

/// What the standard library says of too large a size names neither the thing nor the remedy.
bool isOutOfMemory(const std::exception& problem) {
  return dynamic_cast<const std::bad_alloc*>(&problem) || dynamic_cast<const std::length_error*>(&problem);
}

}  // namespace

Error::Error(std::string_view message) : std::runtime_error(oneLine(message, kMost)) {}

std::string problemText(const std::exception& problem, std::string_view doing) {
  if (dynamic_cast<const Error*>(&problem)) return problem.what();
  if (isOutOfMemory(problem))
    return oneLine(fmt::format("not enough memory for {}; free some, or ask for less",
                               doing.empty() ? "what was asked for" : doing),
                   kMost);
  const std::string_view what = problem.what();
  const std::string line = oneLine(what.substr(0, what.find('\n')), kMost);
  return doing.empty() ? line : oneLine(fmt::format("cannot finish {}: {}", doing, line), kMost);
}

}  // namespace uada

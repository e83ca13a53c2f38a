#include "core/engine/train/StepFault.h"

#include <c10/util/Exception.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <limits>
#include <new>
#include <set>

#include "core/base/Text.h"

namespace uada {
namespace {

constexpr std::size_t kListed = 3;

/// What stands between two texts; "" where they are not there.
std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const auto found = text.find(before);
  if (found == text.npos) return {};
  text.remove_prefix(found + before.size());
  return text.substr(0, text.find(after));
}

/// Bytes that this process may still take; none: not known.
std::optional<double> freeMemory() {
  double least = std::numeric_limits<double>::infinity();
  std::ifstream info("/proc/meminfo");
  for (std::string line; std::getline(info, line);) {
    double kilobytes = 0;
    if (std::sscanf(line.c_str(), "MemAvailable: %lf", &kilobytes) == 1) least = 1024 * kilobytes;
  }
  rlimit limit{};
  double pages = 0;
  std::ifstream used("/proc/self/statm");
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && used >> pages) {
    const double taken = pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
    least = std::min(least, std::max(0.0, static_cast<double>(limit.rlim_cur) - taken));
  }
  if (least == std::numeric_limits<double>::infinity()) return {};
  return least;
}

/// asked  "": not known
std::string shortageText(const std::string& asked) {
  const std::optional<double> free = freeMemory();
  const std::string wanted =
      asked.empty() ? "how much was asked for is not known" : asked + " were asked for";
  return free ? fmt::format("{}, {} are free", wanted, bytesText(*free)) : wanted;
}

/// Of the allocator of the machine's memory: "... DefaultCPUAllocator: can't allocate memory: you tried to
/// allocate 4096 bytes. Error code 12 ...".
std::string shortageOfMachine(std::string_view what) {
  const std::string_view digits = between(what, "tried to allocate ", " bytes");
  std::uint64_t bytes = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), bytes);
  return shortageText(bytes > 0 ? bytesText(static_cast<double>(bytes)) : "");
}

/// Of that of a GPU: "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB
/// of which 1.20 GiB is free. ...".
std::string shortageOfGpu(std::string_view what) {
  const std::string_view asked = between(what, "Tried to allocate ", ". ");
  const std::string_view free = between(what, " of which ", " is free");
  if (asked.empty() || free.empty()) return fmt::format("{}", what.substr(0, what.find('\n')));
  return fmt::format("{} were asked for, {} are free on the GPU", asked, free);
}

}  // namespace

std::string unsoundText(std::span<const UnsoundRow> rows) {
  if (rows.empty()) return "";
  std::set<std::uint32_t> samples;
  std::vector<std::string> listed;
  for (const UnsoundRow& row : rows) {
    samples.insert(row.sample);
    if (listed.size() < kListed)
      listed.push_back(fmt::format("sample {} under {} ({})", row.sample, planText(row.plan), row.loss));
  }
  if (rows.size() > kListed) listed.push_back(fmt::format("and {} more images", rows.size() - kListed));
  return fmt::format(" for {}: {}",
                     samples.size() == 1 ? "a sample" : fmt::format("{} samples", samples.size()),
                     joined(listed, ", "));
}

std::optional<std::string> memoryShortage(const std::exception& problem) {
  if (dynamic_cast<const std::bad_alloc*>(&problem)) return shortageText("");
  if (dynamic_cast<const uada::Error*>(&problem)) return {};
  const auto* error = dynamic_cast<const c10::Error*>(&problem);
  const std::string what =
      error ? error->what_without_backtrace() : problem.what();  // a script's may be another
  if (what.find("DefaultCPUAllocator") != what.npos) return shortageOfMachine(what);
  const bool isOfGpu = dynamic_cast<const c10::OutOfMemoryError*>(&problem) ||
                       what.find("out of memory") != what.npos ||
                       what.find("CUBLAS_STATUS_ALLOC_FAILED") != what.npos;
  if (isOfGpu) return shortageOfGpu(what);
  return {};
}

}  // namespace uada

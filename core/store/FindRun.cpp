#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/store/Project.h"

namespace uada {

namespace {

constexpr std::size_t kShortestKey = 4;
constexpr std::size_t kShown = 5;
constexpr std::size_t kLongestName = 300;  // bytes; what is longer is near to none

std::string listed(const std::vector<RunSummary>& runs) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < std::min(runs.size(), kShown); ++i)
    lines.push_back(fmt::format("{} ({}, {})", runs[i].key, runs[i].title, stateName(runs[i].state)));
  return joined(lines, ", ");
}

template <class Wanted>
std::vector<RunSummary> those(const std::vector<RunSummary>& runs, Wanted wanted) {
  std::vector<RunSummary> found;
  std::ranges::copy_if(runs, std::back_inserter(found), wanted);
  return found;
}

std::vector<RunSummary> nearest(std::vector<RunSummary> runs, std::string_view name) {
  std::ranges::sort(runs, {}, [&](const RunSummary& run) {
    return std::min(editDistance(name, run.title), editDistance(name, run.key));
  });
  return runs;
}

}  // namespace

RunSummary ProjectReader::findRun(std::string_view name) const {
  const auto all = runs();
  if (all.empty())
    throw UsageError(
        fmt::format("there is no run '{}': '{}' holds none yet", quotable(name), file().string()));
  for (const RunSummary& run : all)
    if (run.key == name) return run;
  std::int64_t id = 0;
  const auto end = name.data() + name.size();
  if (std::from_chars(name.data(), end, id).ptr == end)
    for (const RunSummary& run : all)
      if (run.id == id) return run;
  auto found = those(
      all, [&](const RunSummary& run) { return name.size() >= kShortestKey && run.key.starts_with(name); });
  if (found.empty()) found = those(all, [&](const RunSummary& run) { return run.title == name; });
  if (found.size() == 1) return found[0];
  if (!found.empty())
    throw UsageError(
        fmt::format("'{}' means {} runs: {}; give the key", quotable(name), found.size(), listed(found)));
  throw UsageError(fmt::format("there is no run '{}' in '{}'; near ones: {}", quotable(name), file().string(),
                               listed(nearest(all, name.substr(0, kLongestName)))));
}

}  // namespace uada

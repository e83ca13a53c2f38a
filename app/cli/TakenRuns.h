#pragma once

#include <cstdint>
#include <string>

#include "app/cli/Console.h"
#include "core/store/Merge.h"

namespace uada::cli {

/// What was taken over into a project, for `merge` and `import`.
struct TakenCount {
  std::int64_t added = 0, continued = 0, known = 0, leftOut = 0;

  /// Counts a run; one that is left out is told at once.
  /// from  the project or folder, for messages
  void count(const TakenRun& run, const std::string& from, const Console& console);
  TakenCount& operator+=(const TakenCount& other);
  /// "3 added, 1 continued, 8 as they were"
  std::string text() const;
  Json::Object json() const;
};

}  // namespace uada::cli

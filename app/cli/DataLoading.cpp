#include "app/cli/DataLoading.h"

#include <fmt/core.h>

#include <chrono>

#include "core/base/Text.h"

namespace uada::cli {

Loading loadingOf(const Console& console) {
  static constexpr std::chrono::seconds kPause{3};
  Loading loading;
  loading.note = [&console](const std::string& text) { console.note(text); };
  loading.progress = [&console, last = std::chrono::steady_clock::now(), said = false](
                         std::size_t done, std::size_t all) mutable {
    const auto now = std::chrono::steady_clock::now();
    const bool isEnd = said && done == all;  // what was begun is said to its end
    if (now - last < kPause && !isEnd) return true;
    last = now;
    said = !isEnd;
    console.note(fmt::format("looking at image files for the first time: {} of {}",
                             groupedText(static_cast<long long>(done)),
                             groupedText(static_cast<long long>(all))));
    return true;
  };
  return loading;
}

}  // namespace uada::cli

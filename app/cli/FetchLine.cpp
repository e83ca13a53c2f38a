#include "app/cli/FetchLine.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "core/base/Text.h"

namespace uada::cli {

std::string fetchText(const FetchProgress& progress) {
  const auto done = static_cast<double>(progress.done), total = static_cast<double>(progress.total);
  std::string text = fmt::format("{}  {}", progress.what, bytesText(done));
  if (total > 0) text += fmt::format(" of {}, {:.0f} %", bytesText(total), 100 * done / total);
  return text;
}

FetchLine::FetchLine(bool quiet) : quiet_(quiet), terminal_(::isatty(STDERR_FILENO) != 0) {}

void FetchLine::show(const FetchProgress& progress) {
  constexpr auto kRedraw = std::chrono::milliseconds(200), kLine = std::chrono::milliseconds(10'000);
  const auto now = std::chrono::steady_clock::now();
  const bool isNew = progress.what != what_;
  if (quiet_ || (!isNew && now - shown_ < (terminal_ ? kRedraw : kLine))) return;
  const std::string text = fetchText(progress);
  std::fprintf(stderr, terminal_ ? "\r%s\033[K" : "%s\n", text.c_str());
  std::fflush(stderr);
  drawn_ = terminal_;
  what_ = progress.what;
  shown_ = now;
}

void FetchLine::clear() {
  if (drawn_) std::fprintf(stderr, "\r\033[K");
  drawn_ = false;
}

}  // namespace uada::cli

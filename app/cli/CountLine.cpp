#include "app/cli/CountLine.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "core/base/Text.h"

namespace uada::cli {

CountLine::CountLine(const Console& console, std::string what)
    : console_(console),
      what_(std::move(what)),
      isTerminal_(::isatty(STDERR_FILENO) != 0),
      shown_(Clock::now()) {}

CountLine::~CountLine() { clear(); }

void CountLine::show(std::size_t done, std::size_t all) {
  static constexpr std::chrono::milliseconds kRedraw{100};
  static constexpr std::chrono::seconds kLine{10};
  const auto now = Clock::now();
  if (all == 0) return;
  if (!began_) began_ = now;
  if (done == shownDone_) return;
  if (now - shown_ < (isTerminal_ ? Clock::duration(kRedraw) : kLine)) return;
  const auto number = [](std::size_t n) { return groupedText(static_cast<long long>(n)); };
  std::string text = fmt::format("{} of {} {}", number(done), number(all), what_);
  const double seconds = std::chrono::duration<double>(now - *began_).count();
  if (done > 0 && done < all)
    text += fmt::format(", {} left",
                        durationText(seconds * static_cast<double>(all - done) / static_cast<double>(done)));
  if (isTerminal_) {
    std::fprintf(stderr, "\r%s\033[K", text.c_str());
    std::fflush(stderr);
    isDrawn_ = true;
  } else {
    console_.note(text);
  }
  shownDone_ = done;
  shown_ = now;
}

void CountLine::clear() {
  if (isDrawn_) std::fprintf(stderr, "\r\033[K");
  isDrawn_ = false;
}

}  // namespace uada::cli

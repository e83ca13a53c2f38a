#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "app/cli/Console.h"

namespace uada::cli {

/// How many of several things are done, on standard error: on a terminal a line that is redrawn, else one
/// every ten seconds. Used on the main thread.
class CountLine {
 public:
  /// what  "test images predicted"
  CountLine(const Console& console, std::string what);
  ~CountLine();
  CountLine(const CountLine&) = delete;
  CountLine& operator=(const CountLine&) = delete;

  /// Call now and then. all: 0: not known yet
  void show(std::size_t done, std::size_t all);
  /// Takes the line away, so that another one can be written.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  const Console& console_;
  const std::string what_;
  const bool isTerminal_;
  bool isDrawn_ = false;
  std::size_t shownDone_ = 0;
  std::optional<Clock::time_point> began_;  ///< none: it is not known yet how many there are
  Clock::time_point shown_;
};

}  // namespace uada::cli

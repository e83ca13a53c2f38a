#pragma once

#include <chrono>
#include <string>

#include "core/libtorch/Fetch.h"

namespace uada::cli {

/// How far a fetch is, on standard error: one line that is redrawn on a terminal, else one every ten seconds.
class FetchLine {
 public:
  explicit FetchLine(bool quiet);
  ~FetchLine() { clear(); }
  void show(const FetchProgress& progress);
  /// Takes the line away that is drawn.
  void clear();

 private:
  const bool quiet_, terminal_;
  bool drawn_ = false;
  std::string what_;  ///< that was shown last
  std::chrono::steady_clock::time_point shown_{};
};

/// "torch 2.11.0 (1 of 3)  120.0 MB of 530.4 MB, 22 %".
std::string fetchText(const FetchProgress& progress);

}  // namespace uada::cli

#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "core/base/Error.h"

namespace uada {

/// Loading::progress said stop.
class LoadingStopped : public Error {
 public:
  using Error::Error;
};

/// How a data set is opened. The functions are called on the thread that opens it.
struct Loading {
  /// Image files that are damaged: left out with a note that names and counts them; else opening fails.
  bool skipsDamaged = false;
  int threads = 0;  ///< for looking at image files; 0: all cores
  /// Told how many of the files that have to be looked at were.
  /// returns  false: stop. Null: goes on.
  std::function<bool(std::size_t done, std::size_t all)> progress = {};
  /// Takes what a user should know and is no error. Null: not said.
  std::function<void(const std::string& text)> note = {};
};

}  // namespace uada

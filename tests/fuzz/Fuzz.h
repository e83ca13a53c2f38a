#pragma once

#include <cstdlib>
#include <iostream>
#include <string_view>

#include "core/base/Error.h"

/// What the fuzz targets share. Each target is a function LLVMFuzzerTestOneInput, which libFuzzer calls with
/// inputs of its own making and replay.cpp with the files of corpus/.
namespace uada::fuzz {

constexpr std::size_t kMaxMessage = 1000;  // bytes

/// Ends the program where something that must hold does not; libFuzzer then keeps the input.
inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << '\n';
  std::abort();
}

/// Whether the action was refused: by an Error of one readable line. Any other exception ends the program.
template <class Action>
bool isRefused(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    const std::string_view message = error.what();
    require(!message.empty() && message.size() <= kMaxMessage, "a message has 1 to 1000 bytes");
    for (const char c : message)
      require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f, "a message is one line of text");
    return true;
  }
  return false;
}

}  // namespace uada::fuzz

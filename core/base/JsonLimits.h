#pragma once

#include <cstddef>

namespace uada {

/// The most that is read of JSON and of literals that become it, of one array or object and of one file: a
/// value takes more memory than its text.
constexpr std::size_t kMaxJsonItems = 10'000, kMaxJsonValues = 400'000;

}  // namespace uada

#pragma once

#include <cstdint>

namespace uada {

/// Where a forward's masks begin among all random numbers. Eight values take a Philox block, 16 bits each:
/// block b has the counter (b, stream, step, Purpose::dropout).
struct MaskKey {
  std::uint64_t seed = 0;
  std::uint32_t step = 0, stream = 0;
};
constexpr std::int64_t kValuesOfBlock = 8;

/// Rows of numbers, as in NormRows.h.
namespace rows {

/// A value whose bits are below is multiplied by 0, any other by the factor.
struct Dropping {
  std::uint32_t below = 0;  ///< at most 65536
  float factor = 1;
};

/// x, out  [count], may be the same
/// block   of the first value
template <class T>
void drop(const T* x, T* out, std::int64_t count, std::uint32_t block, const MaskKey& key,
          const Dropping& how);

}  // namespace rows
}  // namespace uada

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace uada {

/// The order in which an epoch visits the samples: a Fisher-Yates shuffle of 0..count-1 that depends on seed
/// and epoch alone.
std::vector<std::uint32_t> shuffledOrder(std::size_t count, std::uint64_t seed, int epoch);

/// How an epoch's order is cut into batches. The last, smaller batch is kept (the authors drop none); a last
/// batch of one sample, which has no batch statistics worth the name, joins the one before.
struct Batches {
  std::size_t count = 0, size = 1;
  std::int64_t steps() const;
  std::size_t begin(std::int64_t step) const { return static_cast<std::size_t>(step) * size; }
  std::size_t end(std::int64_t step) const { return step + 1 == steps() ? count : begin(step + 1); }
};

}  // namespace uada

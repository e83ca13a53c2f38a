#include "core/engine/Shuffle.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/base/Philox.h"

namespace uada {

std::vector<std::uint32_t> shuffledOrder(std::size_t count, std::uint64_t seed, int epoch) {
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  Random random(seed, static_cast<std::uint32_t>(epoch), 0, Purpose::shuffle);
  for (std::size_t left = count; left > 1; --left) {
    const std::uint32_t pick = random.below(static_cast<std::uint32_t>(left));
    std::swap(order[left - 1], order[pick]);
  }
  return order;
}

std::int64_t Batches::steps() const {
  const std::size_t whole = count / size, rest = count % size;
  return static_cast<std::int64_t>(std::max<std::size_t>(1, whole + (rest > 1 ? 1 : 0)));
}

}  // namespace uada

#include "core/engine/models/Dropout.h"

#include <cmath>

#include "core/base/Philox.h"

namespace uada {
namespace {

constexpr std::int64_t kPerBlock = 8;
constexpr double kRange = 65536;

std::int64_t blocksOf(std::int64_t perRow) { return (perRow + kPerBlock - 1) / kPerBlock; }

at::Tensor keptOnCpu(std::int64_t rows, std::int64_t perRow, std::uint32_t dropped, const MaskKey& key) {
  const std::int64_t blocks = blocksOf(perRow);
  const at::Tensor kept = at::empty({rows, blocks * kPerBlock}, at::kBool);
  auto* value = kept.mutable_data_ptr<bool>();
  const std::array<std::uint32_t, 2> words{static_cast<std::uint32_t>(key.seed),
                                           static_cast<std::uint32_t>(key.seed >> 32)};
  for (std::int64_t block = 0; block < rows * blocks; ++block) {
    const auto drawn = philox({static_cast<std::uint32_t>(block), key.stream, key.step,
                               static_cast<std::uint32_t>(Purpose::dropout)},
                              words);
    for (const std::uint32_t word : drawn) {
      *value++ = (word & 0xFFFF) >= dropped;
      *value++ = (word >> 16) >= dropped;
    }
  }
  return kept.slice(1, 0, perRow);
}

}  // namespace

at::Tensor keptValuesByTensors(std::int64_t rows, std::int64_t perRow, std::uint32_t dropped,
                               const MaskKey& key, at::Device device) {
  // Words of 32 bits in integers of 64: a product wraps to the same low 64 bits as an unsigned one.
  constexpr std::int64_t kLow = 0xFFFFFFFF;
  const std::int64_t blocks = blocksOf(perRow);
  const auto integers = at::TensorOptions(at::kLong).device(device);
  const auto filled = [&](std::uint32_t value) {
    return at::full({1}, static_cast<std::int64_t>(value), integers);
  };
  std::array<at::Tensor, 4> c{at::arange(rows * blocks, integers), filled(key.stream), filled(key.step),
                              filled(static_cast<std::uint32_t>(Purpose::dropout))};
  std::int64_t low = static_cast<std::uint32_t>(key.seed), high = static_cast<std::uint32_t>(key.seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const at::Tensor a = c[0] * std::int64_t{0xD2511F53}, b = c[2] * std::int64_t{0xCD9E8D57};
    const auto mixed = [&](const at::Tensor& product, const at::Tensor& other, std::int64_t word) {
      return (product.bitwise_right_shift(32)).bitwise_and_(kLow).bitwise_xor(other).bitwise_xor_(word);
    };
    c = {mixed(b, c[1], low), b.bitwise_and(kLow), mixed(a, c[3], high), a.bitwise_and(kLow)};
    low = (low + 0x9E3779B9) & kLow;
    high = (high + 0xBB67AE85) & kLow;
  }
  std::vector<at::Tensor> halves;
  for (const at::Tensor& word : c) {
    const at::Tensor all = word.expand({rows * blocks});
    halves.push_back(all.bitwise_and(0xFFFF).ge(static_cast<std::int64_t>(dropped)));
    halves.push_back(all.bitwise_right_shift(16).ge(static_cast<std::int64_t>(dropped)));
  }
  return at::stack(halves, 1).view({rows, blocks * kPerBlock}).slice(1, 0, perRow);
}

at::Tensor keptValues(std::int64_t rows, std::int64_t perRow, std::uint32_t dropped, const MaskKey& key,
                      at::Device device) {
  return device.is_cpu() ? keptOnCpu(rows, perRow, dropped, key)
                         : keptValuesByTensors(rows, perRow, dropped, key, device);
}

Dropout::Dropout(double rate) : dropped_(static_cast<std::uint32_t>(std::lround(rate * kRange))) {}

at::Tensor Dropout::forward(const at::Tensor& x) const {
  if (dropped_ == 0 || mode == NormMode::eval) return x;
  const std::int64_t rows = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
  const at::Tensor kept =
      ofRows(keptValues(placesFor(rows), channels * height * width, dropped_,
                        {noise.seed, static_cast<std::uint32_t>(noise.step), stream()}, x.device()));
  const at::Tensor mask =
      kept.view({rows, height, width, channels}).permute({0, 3, 1, 2});  // as x lies in memory
  return (x * mask).mul_(kRange / (kRange - dropped_));
}

}  // namespace uada

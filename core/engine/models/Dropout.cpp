#include "core/engine/models/Dropout.h"

#include <cmath>

#include "core/base/Philox.h"
#include "core/engine/models/EachThread.h"

namespace uada {
namespace {

constexpr double kRange = 65536;

std::int64_t blocksOf(std::int64_t perRow) { return (perRow + kValuesOfBlock - 1) / kValuesOfBlock; }

/// A forward's masks, which are drawn where they are applied.
struct Masks {
  MaskKey key;
  std::uint32_t dropped = 0;
  at::Tensor places;  ///< [rows], int64, on the CPU: whose masks the rows have; undefined: each its own
  float factor = 1;   ///< of what is kept
};

double factorOf(std::uint32_t dropped) { return kRange / (kRange - dropped); }

/// As LibTorch multiplies in place with a number: it is first rounded to the values' kind. The gradient's
/// factor is not.
float roundedFactor(std::uint32_t dropped, at::ScalarType kind) {
  const double factor = factorOf(dropped);
  return kind == at::kBFloat16 ? static_cast<float>(static_cast<at::BFloat16>(static_cast<float>(factor)))
                               : static_cast<float>(factor);
}

/// x  channels last in memory, as a row's values are counted
template <class T>
void putDropped(const at::Tensor& x, const at::Tensor& out, const Masks& masks) {
  const std::int64_t rows = x.size(0), perRow = x.numel() / rows;
  const at::Tensor places = masks.places.defined() ? masks.places.contiguous() : at::Tensor();
  const auto* place = places.defined() ? static_cast<const std::int64_t*>(places.const_data_ptr()) : nullptr;
  const auto* from = static_cast<const T*>(x.const_data_ptr());
  auto* to = static_cast<T*>(out.mutable_data_ptr());
  inParallel(rows, [&](std::int64_t row) {
    const std::int64_t block = (place ? place[row] : row) * blocksOf(perRow);
    rows::drop(from + row * perRow, to + row * perRow, perRow, static_cast<std::uint32_t>(block), masks.key,
               {masks.dropped, masks.factor});
  });
}

at::Tensor dropped(const at::Tensor& x, const Masks& masks) {
  const at::Tensor from = x.contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor out = at::empty(x.sizes(), x.options(), at::MemoryFormat::ChannelsLast);
  if (x.numel() == 0) return out;
  (x.scalar_type() == at::kFloat ? putDropped<float> : putDropped<std::uint16_t>)(from, out, masks);
  return out;
}

bool canDrop(const at::Tensor& x) {
  return x.device().is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

/// Draws the masks once more for the gradient instead of keeping them.
class Dropped : public torch::autograd::Function<Dropped> {
 public:
  static at::Tensor of(const at::Tensor& x, const Masks& masks) {
    return at::GradMode::is_enabled() ? apply(x, masks) : dropped(x, masks);
  }
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const Masks& masks) {
    context->saved_data["seed"] = static_cast<std::int64_t>(masks.key.seed);
    context->saved_data["step"] = std::int64_t{masks.key.step};
    context->saved_data["stream"] = std::int64_t{masks.key.stream};
    context->saved_data["dropped"] = std::int64_t{masks.dropped};
    if (masks.places.defined()) context->saved_data["places"] = masks.places;
    return dropped(x, masks);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& outer) {
    auto& saved = context->saved_data;
    const auto word = [&](const char* name) { return static_cast<std::uint32_t>(saved[name].toInt()); };
    Masks masks{{static_cast<std::uint64_t>(saved["seed"].toInt()), word("step"), word("stream")},
                word("dropped"),
                {},
                static_cast<float>(factorOf(word("dropped")))};
    if (const auto places = saved.find("places"); places != saved.end())
      masks.places = places->second.toTensor();
    return {of(outer[0], masks), at::Tensor()};
  }
};

}  // namespace

at::Tensor keptValues(std::int64_t rows, std::int64_t perRow, std::uint32_t dropped, const MaskKey& key,
                      at::Device device) {
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
  return at::stack(halves, 1).view({rows, blocks * kValuesOfBlock}).slice(1, 0, perRow);
}

Dropout::Dropout(double rate) : dropped_(static_cast<std::uint32_t>(std::lround(rate * kRange))) {}

at::Tensor Dropout::forward(const at::Tensor& x) const {
  if (dropped_ == 0 || mode == NormMode::eval) return x;
  const MaskKey key{noise.seed, static_cast<std::uint32_t>(noise.step), stream()};
  if (canDrop(x))
    return Dropped::of(x, {key, dropped_, noise.places, roundedFactor(dropped_, x.scalar_type())});
  const std::int64_t rows = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
  const at::Tensor kept =
      ofRows(keptValues(placesFor(rows), channels * height * width, dropped_, key, x.device()));
  const at::Tensor mask =
      kept.view({rows, height, width, channels}).permute({0, 3, 1, 2});  // as x lies in memory
  return (x * mask).mul_(factorOf(dropped_));
}

}  // namespace uada

#include "core/engine/methods/WarpNet.h"

#include <cmath>
#include <numbers>

#include "core/engine/models/Network.h"
#include "core/engine/models/Transfer.h"
#include "core/engine/optimisers/Adam.h"

namespace uada {

at::Tensor inverseOf(const at::Tensor& theta) {
  const auto entry = [&](int row, int col) { return theta.select(1, row).select(1, col); };  // [B]
  const at::Tensor a = entry(0, 0), b = entry(0, 1), c = entry(1, 0), d = entry(1, 1);
  const at::Tensor det = a * d - b * c;
  const at::Tensor ia = d / det, ib = -b / det, ic = -c / det, id = a / det;
  const at::Tensor x = -(ia * entry(0, 2) + ib * entry(1, 2)), y = -(ic * entry(0, 2) + id * entry(1, 2));
  return at::stack({ia, ib, x, ic, id, y}, 1).view({-1, 2, 3});
}

at::Tensor warped(const at::Tensor& x, const at::Tensor& theta) {
  constexpr int kBilinear = 0, kZeros = 0;
  const at::Tensor grid = at::affine_grid_generator(theta, x.sizes(), /*align_corners=*/false);
  return at::grid_sampler(x, grid, kBilinear, kZeros, /*align_corners=*/false);
}

at::Tensor cycleLoss(const at::Tensor& x, const at::Tensor& theta) {
  const at::Tensor inverse = inverseOf(theta);
  const at::Tensor there = warped(warped(x, theta), inverse), back = warped(warped(x, inverse), theta);
  return (x - there).square().mean() + (x - back).square().mean();
}

at::Tensor withGradientTimes(const at::Tensor& x, double factor) {
  const at::Tensor same = x * 1;
  same.register_hook([factor](const at::Tensor& gradient) { return gradient * factor; });
  return same;
}

WarpNet::WarpNet(int noise, int hidden, double rate, std::uint64_t seed, at::Device device)
    : noise_(noise), hidden_(hidden), rate_(rate), device_(device) {
  units_.push_back(unit("warp.0", noise, seed));
  for (int i = 1; i < kDropouts; ++i) units_.push_back(unit("warp." + std::to_string(i), hidden, seed));
  const auto options = at::TensorOptions(at::kFloat).device(device);
  lastWeight_ = at::zeros({6, hidden}, options).requires_grad_();
  lastBias_ = at::tensor({1.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.0F}).to(device).requires_grad_();
  parameters_.emplace_back("warp.last.weight", lastWeight_);
  parameters_.emplace_back("warp.last.bias", lastBias_);
  updater_ =
      makeUpdater({Adam::kName, Adam{.learningRate = rate, .beta1 = 0.5, .weightDecay = 1e-4}}, parameters_);
}

at::Tensor WarpNet::drawnWeights(const std::string& name, at::IntArrayRef shape, std::int64_t in,
                                 std::uint64_t seed) {
  const at::Tensor values = at::empty(shape, at::kFloat);
  drawUniform(values, name, 1 / std::sqrt(static_cast<double>(in)), seed);
  const at::Tensor placed = values.to(device_).requires_grad_();
  parameters_.emplace_back(name, placed);
  return placed;
}

WarpNet::Unit WarpNet::unit(const std::string& name, std::int64_t in, std::uint64_t seed) {
  Unit unit;
  unit.weight = drawnWeights(name + ".weight", {hidden_, in}, in, seed);
  unit.bias = drawnWeights(name + ".bias", {hidden_}, in, seed);
  const auto options = at::TensorOptions(at::kFloat).device(device_);
  unit.scale = at::ones({hidden_}, options).requires_grad_();
  unit.shift = at::zeros({hidden_}, options).requires_grad_();
  parameters_.emplace_back(name + ".norm.weight", unit.scale);
  parameters_.emplace_back(name + ".norm.bias", unit.shift);
  return unit;
}

/// The network is only ever used while it is trained: it has no running statistics.
at::Tensor WarpNet::Unit::operator()(const at::Tensor& x, const at::Tensor& mask) const {
  const at::Tensor h = at::linear(x, weight, bias);
  return at::batch_norm(h, scale, shift, {}, {}, /*training=*/true, 0.1, 1e-5, false).relu() * mask;
}

WarpNet::Drawn WarpNet::draw(std::vector<Random>& streams) const {
  const auto size = static_cast<std::int64_t>(streams.size());
  const at::Tensor noise = at::empty({size, noise_}), masks = at::empty({kDropouts, size, hidden_});
  auto* normal = noise.mutable_data_ptr<float>();
  auto* mask = masks.mutable_data_ptr<float>();
  for (std::int64_t b = 0; b < size; ++b) {
    Random& random = streams[static_cast<std::size_t>(b)];
    for (int i = 0; i < noise_; ++i) {
      const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
      *normal++ = static_cast<float>(radius * std::cos(2 * std::numbers::pi * random.uniform()));
    }
    for (std::int64_t d = 0; d < kDropouts; ++d)
      for (std::int64_t h = 0; h < hidden_; ++h) mask[(d * size + b) * hidden_ + h] = random.coin() ? 2 : 0;
  }
  return {sentTo(noise, device_), sentTo(masks, device_)};
}

at::Tensor WarpNet::maps(const Drawn& drawn) const {
  at::Tensor h = units_[0](drawn.noise, drawn.masks[0]);
  for (std::int64_t i = 1; i < kDropouts; i += 2) {
    const auto at = static_cast<std::size_t>(i);
    h = h + units_[at + 1](units_[at](h, drawn.masks[i]), drawn.masks[i + 1]);
  }
  return at::linear(h, lastWeight_, lastBias_).view({-1, 2, 3});
}

void WarpNet::visit(StateVisitor& visitor) {
  for (const Parameter& one : parameters_) visitor.tensor(one.name, one.tensor);
  updater_->visit(visitor);
}

}  // namespace uada

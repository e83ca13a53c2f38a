#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/Philox.h"
#include "core/engine/methods/Method.h"
#include "core/engine/models/Torch.h"
#include "core/engine/optimisers/Updater.h"

namespace uada {

/// The inverse of affine maps. theta: [B, 2, 3] -> [B, 2, 3]
at::Tensor inverseOf(const at::Tensor& theta);
/// Images read through affine maps from output to source coordinates, both -1 to 1 over the image: bilinear,
/// 0 outside, which is the mean colour. x [B, 3, H, W], theta [B, 2, 3] -> like x, contiguous
at::Tensor warped(const at::Tensor& x, const at::Tensor& theta);
/// What is lost of images under a map and then its inverse, and the other way round: the sum of the two mean
/// squares over pixels, channels and images; a scalar.
at::Tensor cycleLoss(const at::Tensor& x, const at::Tensor& theta);
/// x with the gradient that comes back through it times a factor.
at::Tensor withGradientTimes(const at::Tensor& x, double factor);

/// The network of OnlineAugment's A-STN that makes affine maps from noise: linear, batch normalisation, ReLU,
/// dropout; two residual blocks of that twice; linear, which begins with the identity for any noise.
class WarpNet {
 public:
  WarpNet(int noise, int hidden, double rate, std::uint64_t seed, at::Device device);

  /// Random numbers for one call of maps().
  struct Drawn {
    at::Tensor noise;  // [B, noise], normal
    at::Tensor masks;  // [dropouts, B, hidden]: 0 or 2
  };
  /// streams  of each sample, whose next numbers are taken
  Drawn draw(std::vector<Random>& streams) const;
  /// returns  [B, 2, 3]
  at::Tensor maps(const Drawn& drawn) const;

  at::Tensor gradientsAreFinite() const { return updater_->gradientNorm().isfinite(); }
  /// One step against the gradients.
  void step() { updater_->step(rate_); }
  void visit(StateVisitor& visitor);

 private:
  static constexpr int kBlocks = 2, kDropouts = 1 + 2 * kBlocks;
  struct Unit {
    at::Tensor weight, bias, scale, shift;  // linear, batch normalisation
    at::Tensor operator()(const at::Tensor& x, const at::Tensor& mask) const;
  };
  at::Tensor drawnWeights(const std::string& name, at::IntArrayRef shape, std::int64_t in,
                          std::uint64_t seed);
  Unit unit(const std::string& name, std::int64_t in, std::uint64_t seed);

  const int noise_, hidden_;
  const double rate_;
  const at::Device device_;
  Parameters parameters_;
  std::vector<Unit> units_;  // the first, then two of each block
  at::Tensor lastWeight_, lastBias_;
  std::unique_ptr<Updater> updater_;
};

}  // namespace uada

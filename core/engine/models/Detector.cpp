#include "core/engine/models/Detector.h"

#include <algorithm>
#include <cmath>

namespace uada {

static constexpr int kLeastUnpadded = 3;  // places on a side

std::array<int, DetectorShape::kMaps> mapSides(int inputSide) {
  std::array<int, DetectorShape::kMaps> sides{};
  sides[0] = (inputSide / 2 / 2 + 1) / 2;
  sides[1] = sides[0] / 2;
  sides[2] = (sides[1] + 1) / 2;
  sides[3] = (sides[2] + 1) / 2;
  for (const std::size_t map : {4U, 5U}) {
    const int before = sides[map - 1];
    sides[map] = before >= kLeastUnpadded ? before - 2 : (before + 1) / 2;
  }
  return sides;
}

ConvShape lastMapShape(int in, int out, int sideBefore) {
  if (sideBefore >= kLeastUnpadded) return {in, out, {3, 3}};
  return sameSize(in, out, {3, 3}, 2);
}

at::Tensor detectorPriors(const DetectorShape& shape, int inputSide) {
  constexpr double kScales[] = {30 / 300.0,  60 / 300.0,  111 / 300.0, 162 / 300.0,
                                213 / 300.0, 264 / 300.0, 315 / 300.0};
  constexpr double kSteps[] = {8, 16, 32, 64};  // pixels
  const std::array<int, DetectorShape::kMaps> sides = mapSides(inputSide);
  std::vector<float> priors;
  for (std::size_t map = 0; map < sides.size(); ++map) {
    const double step = map < 4 ? kSteps[map] / inputSide : 1.0 / sides[map];
    const double scale = kScales[map], between = std::sqrt(scale * kScales[map + 1]);
    std::vector<std::array<double, 2>> sizes{{scale, scale}, {between, between}};
    for (int aspect = 2; aspect < 2 + shape.aspects[map]; ++aspect) {
      const double root = std::sqrt(aspect);
      sizes.push_back({scale * root, scale / root});
      sizes.push_back({scale / root, scale * root});
    }
    for (int y = 0; y < sides[map]; ++y)
      for (int x = 0; x < sides[map]; ++x)
        for (const auto& [width, height] : sizes)
          for (const double value : {(x + 0.5) * step, (y + 0.5) * step, width, height})
            priors.push_back(static_cast<float>(std::clamp(value, 0.0, 1.0)));
  }
  return at::tensor(priors).view({-1, 4});
}

std::shared_ptr<Conv> ConvList::add(int place, const ConvShape& shape) {
  return register_module(std::to_string(place), std::make_shared<Conv>(shape));
}

static ConvShape withBias(ConvShape shape) {
  shape.hasBias = true;
  return shape;
}

Vgg::Vgg(int width) {
  int place = 0, in = 3;
  for (std::size_t stage = 0; stage < DetectorShape::kStages.size(); ++stage) {
    auto& convolutions = stages_.emplace_back();
    const int out = width * DetectorShape::kStages[stage];
    for (int i = 0; i < DetectorShape::kConvolutions[stage]; ++i, in = out, place += 2)
      convolutions.push_back(add(place, withBias(sameSize(in, out, {3, 3}))));
    ++place;  // of the pooling
  }
  sixth_ = add(place, withBias(sameSize(in, 16 * width, {3, 3}, 1, 6)));
  seventh_ = add(place + 2, withBias(sameSize(16 * width, 16 * width, {1, 1})));
}

at::Tensor Vgg::fourth(const at::Tensor& x) const {
  at::Tensor h = x;
  for (std::size_t stage = 0; stage < 4; ++stage) {
    if (stage > 0) h = at::max_pool2d(h, 2, 2, 0, 1, /*ceil_mode=*/stage == 3);
    for (const auto& conv : stages_[stage]) h = conv->forward(h).relu_();
  }
  return h;
}

at::Tensor Vgg::seventh(const at::Tensor& fourth) const {
  at::Tensor h = at::max_pool2d(fourth, 2, 2);
  for (const auto& conv : stages_[4]) h = conv->forward(h).relu_();
  h = at::max_pool2d(h, 3, 1, 1);
  return seventh_->forward(sixth_->forward(h).relu_()).relu_();
}

DetectorHeads::DetectorHeads(Network& network, const DetectorShape& shape, int width, int classes)
    : classes_(classes) {
  const auto offsets = network.register_module("loc", std::make_shared<ConvList>());
  const auto logits = network.register_module("conf", std::make_shared<ConvList>());
  for (std::size_t map = 0; map < DetectorShape::kMaps; ++map) {
    const int in = width * DetectorShape::kWidths[map], boxes = shape.boxes(map),
              place = static_cast<int>(map);
    offsets_.push_back(offsets->add(place, withBias(sameSize(in, 4 * boxes, {3, 3}))));
    logits_.push_back(logits->add(place, withBias(sameSize(in, (classes + 1) * boxes, {3, 3}))));
  }
}

Output DetectorHeads::forward(const std::vector<at::Tensor>& maps) const {
  std::vector<at::Tensor> offsets, logits;
  const auto perPrior = [](const at::Tensor& said, int numbers) {  // [B, boxes * numbers, side, side]
    return said.permute({0, 2, 3, 1}).reshape({said.size(0), -1, numbers});
  };
  for (std::size_t map = 0; map < maps.size(); ++map) {
    offsets.push_back(perPrior(offsets_[map]->forward(maps[map]), 4));
    logits.push_back(perPrior(logits_[map]->forward(maps[map]), classes_ + 1));
  }
  Output output{at::cat(logits, 1)};
  output.offsets = at::cat(offsets, 1);
  return output;
}

}  // namespace uada

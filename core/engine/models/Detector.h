#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/models/DetectorShape.h"
#include "core/engine/models/Layers.h"

namespace uada {

/// Sides of the six maps of a square input, whose side is at least DetectorShape::kLeastSide: 38, 19, 10, 5,
/// 3 and 1 of 300. The last two are those of 3x3 convolutions without padding; where the map before has fewer
/// than 3 places on a side, they halve it instead: 13, 6, 3, 2, 1 and 1 of 100.
std::array<int, DetectorShape::kMaps> mapSides(int inputSide);

/// The priors of all places of the six maps, rows from top to bottom: at each place a square of the map's
/// scale, one between it and the next scale, then each aspect lying and standing.
/// returns  [P, 4], float: middle x and y, width and height in shares of the input, cut to 0..1
/// source   Liu et al. 2016, 2.2, with the scales and steps of ssd.pytorch's settings for VOC. Scales are
///          shares of the input here: a tenth, then 0.2 to 1.05 in steps of 0.17. Places are 8, 16, 32 and
///          64 pixels apart, and of the last two maps as far as their number says
at::Tensor detectorPriors(const DetectorShape& shape, int inputSide);

/// Layers named "0", "1" ..., as in a list of PyTorch's.
class ConvList : public torch::nn::Module {
 public:
  /// Of the name `place`.
  std::shared_ptr<Conv> add(int place, const ConvShape& shape);
};

/// VGG16's convolutions, the first two linear layers as convolutions: a 3x3 dilated by 6 and a 1x1. The third
/// pooling rounds up, the fifth keeps the size. Names are places in the list that ssd.pytorch makes, in which
/// ReLU and poolings count, too.
class Vgg : public ConvList {
 public:
  explicit Vgg(int width);
  /// x [B, 3, S, S] -> the map of conv4_3, [B, 8 width, S / 8, S / 8]
  at::Tensor fourth(const at::Tensor& x) const;
  /// That map -> the one of conv7, [B, 16 width, S / 16, S / 16]
  at::Tensor seventh(const at::Tensor& fourth) const;

 private:
  std::vector<std::vector<std::shared_ptr<Conv>>> stages_;
  std::shared_ptr<Conv> sixth_, seventh_;
};

/// What each map says of its priors: 3x3 convolutions "loc.N" and "conf.N".
class DetectorHeads {
 public:
  /// Registers them in the network.
  DetectorHeads(Network& network, const DetectorShape& shape, int width, int classes);
  /// maps  six, [B, channels, side, side] each
  Output forward(const std::vector<at::Tensor>& maps) const;

 private:
  const int classes_;
  std::vector<std::shared_ptr<Conv>> offsets_, logits_;
};

/// The 3x3 convolution that makes the fifth or sixth map of the one before.
ConvShape lastMapShape(int in, int out, int sideBefore);

}  // namespace uada

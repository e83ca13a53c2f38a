#pragma once

#include <deque>

#include "core/engine/models/Network.h"
#include "core/engine/onnx/OnnxFile.h"

namespace uada {

/// A network as ONNX has it, with the numbers that its tensors point to.
struct TracedNetwork {
  OnnxNetwork onnx;
  std::deque<at::Tensor> numbers = {};
};

/// What a network computes while it is tested: one forward, recorded by LibTorch's tracer and turned into
/// ONNX's operations one by one. What only trains, such as a second classifier, is not part of it. Input
/// `image` [batch, 3, H, W], output `logits`; tensors have the names of the network's own.
/// throws  Error naming an operation that has no counterpart here
TracedNetwork traced(Network& network, const Input& input);

}  // namespace uada

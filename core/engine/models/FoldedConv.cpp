#include "core/engine/models/FoldedConv.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <optional>
#include <vector>

namespace uada {
namespace {

using Versions = std::array<std::uint32_t, 3>;

Versions versionsOf(const at::Tensor& weight, const at::Tensor& gamma, const at::Tensor& beta) {
  return {static_cast<std::uint32_t>(weight._version()), static_cast<std::uint32_t>(gamma._version()),
          static_cast<std::uint32_t>(beta._version())};
}

/// An operation that LibTorch has no function for. None: it was built without oneDNN.
using Operation = std::optional<c10::OperatorHandle>;

Operation operation(const char* name, const char* overload) {
  return c10::Dispatcher::singleton().findSchema({name, overload});
}
const Operation& plainConv() {
  static const Operation found = operation("mkldnn::_convolution_pointwise", "");
  return found;
}
const Operation& addingConv() {
  static const Operation found = operation("mkldnn::_convolution_pointwise_", "binary");
  return found;
}

const Operation& orderedWeight() {
  static const Operation found = operation("mkldnn::_reorder_convolution_weight", "");
  return found;
}

std::vector<std::int64_t> both(std::int64_t value) { return {value, value}; }
std::vector<std::int64_t> paddingOf(const ConvPlaces& places) {
  return {places.padding[0], places.padding[1]};
}

/// In the order that oneDNN's kernels read, which it would bring it to in every forward.
at::Tensor ordered(const at::Tensor& weight, const ConvPlaces& places, at::IntArrayRef input) {
  torch::jit::Stack stack;
  stack.emplace_back(weight.contiguous());
  stack.emplace_back(paddingOf(places));
  stack.emplace_back(both(places.stride));
  stack.emplace_back(both(places.dilation));
  stack.emplace_back(std::int64_t{1});  // groups
  stack.emplace_back(input.vec());
  orderedWeight()->callBoxed(stack);
  return stack.back().toTensor();
}

}  // namespace

bool canFoldNorm(const at::Tensor& x) {
  return !at::GradMode::is_enabled() && !torch::jit::tracer::isTracing() && plainConv() && addingConv() &&
         orderedWeight() && canFuseNorm(x);
}

FoldedConv foldedConv(const at::Tensor& weight, const at::Tensor& gamma, const at::Tensor& beta,
                      const NormMoments& moments, double epsilon, const FoldedFor& use) {
  const at::NoGradGuard noGrad;
  const at::Tensor scale = gamma * (moments.variance.to(at::kDouble) + epsilon).rsqrt().to(at::kFloat);
  const at::Tensor folded = weight * scale.view({-1, 1, 1, 1});
  return {ordered(folded.to(use.kind), use.places, use.input), (beta - moments.mean * scale).to(use.kind),
          versionsOf(weight, gamma, beta)};
}

bool isFoldedOf(const FoldedConv& conv, const at::Tensor& weight, const at::Tensor& gamma,
                const at::Tensor& beta, at::ScalarType kind) {
  return conv.weight.defined() && conv.weight.scalar_type() == kind &&
         conv.versions == versionsOf(weight, gamma, beta);
}

at::Tensor foldedForward(const FoldedConv& conv, const at::Tensor& x, const at::Tensor& other, bool hasRelu,
                         const ConvPlaces& places) {
  const c10::IValue unary = hasRelu ? c10::IValue("relu") : c10::IValue("none");
  const c10::List<std::optional<at::Scalar>> none;
  torch::jit::Stack stack;
  if (other.defined()) stack.emplace_back(other);
  stack.emplace_back(x);
  stack.emplace_back(conv.weight);
  stack.emplace_back(conv.bias);
  stack.emplace_back(paddingOf(places));
  stack.emplace_back(both(places.stride));
  stack.emplace_back(both(places.dilation));
  stack.emplace_back(std::int64_t{1});  // groups
  if (other.defined()) {
    stack.emplace_back("add");
    stack.emplace_back(1.0);
    stack.push_back(hasRelu ? unary : c10::IValue());
    stack.emplace_back(none);
    stack.emplace_back();  // of the ReLU: one of several ways to compute others
    addingConv()->callBoxed(stack);
  } else {
    stack.push_back(unary);
    stack.emplace_back(none);
    stack.emplace_back("");
    plainConv()->callBoxed(stack);
  }
  return stack.back().toTensor();
}

}  // namespace uada

#include "core/engine/train/OnnxTrace.h"

#include <fmt/core.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

#include "core/base/Error.h"

namespace uada {
namespace {

namespace jit = torch::jit;
using Ints = std::vector<std::int64_t>;
using Settings = std::vector<std::pair<std::string, OnnxValue>>;

constexpr const char *kInput = "image", *kOutput = "logits";
constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();

/// The network's parameters and buffers, by name.
std::vector<std::pair<std::string, at::Tensor>> tensorsOf(const Network& network) {
  std::vector<std::pair<std::string, at::Tensor>> all;
  for (const auto& entry : network.named_parameters()) all.emplace_back(entry.key(), entry.value());
  for (const auto& entry : network.named_buffers()) all.emplace_back(entry.key(), entry.value());
  return all;
}

/// The tensors go in beside the image, so that the graph names them instead of holding copies.
std::shared_ptr<jit::Graph> graphOf(Network& network, const Input& input) {
  const at::NoGradGuard noGrad;
  const at::Tensor x =
      at::zeros({1, 3, input.height, input.width}).contiguous(at::MemoryFormat::ChannelsLast);
  jit::Stack inputs{x};
  for (const auto& [name, tensor] : tensorsOf(network)) inputs.emplace_back(tensor);
  const auto run = [&](const jit::Stack& given) {
    const jit::tracer::NoWarn quiet;  // in-place operations are recorded as if they were not
    return jit::Stack{network.forward(given.front().toTensor()).main};
  };
  const auto unnamed = [](const at::Tensor&) { return std::string(); };
  return jit::tracer::trace(inputs, run, unnamed, /*strict=*/true, /*force_outplace=*/true).first->graph;
}

/// What an argument of an operation is, where the trace holds it.
at::IValue constant(const jit::Value* value) {
  if (const auto known = jit::toIValue(value)) return *known;
  throw Error(
      fmt::format("the network makes '{}' while it runs, where ONNX wants a constant", value->debugName()));
}
std::int64_t integer(const jit::Value* value) { return constant(value).toInt(); }
/// A number that may be left out.
std::int64_t integerOr(const jit::Value* value, std::int64_t usual) {
  const at::IValue known = constant(value);
  return known.isNone() ? usual : known.toInt();
}
Ints integers(const jit::Value* value) {
  if (value->node()->kind() != at::prim::ListConstruct) return constant(value).toIntVector();
  Ints all;
  for (const jit::Value* each : value->node()->inputs()) all.push_back(integer(each));
  return all;
}
/// Of rows and columns; one number stands for both.
Ints both(const jit::Value* value) {
  const Ints given = integers(value);
  return given.size() == 1 ? Ints{given[0], given[0]} : given;
}
/// Of a map: [B, C, H, W].
Ints sizesOf(const jit::Value* value) {
  return value->type()->expect<c10::TensorType>()->sizes().concrete_sizes().value();
}
/// Before and behind both axes.
Ints around(const Ints& padding) { return {padding[0], padding[1], padding[0], padding[1]}; }

void require(bool isSo, const char* what) {
  if (!isSo) throw Error(fmt::format("the network has {}, which is not written as ONNX", what));
}

/// The operations of a graph, one after the other.
class Conversion {
 public:
  explicit Conversion(TracedNetwork& to) : to_(to) {}

  void name(const jit::Value* value, std::string as) { names_[value] = std::move(as); }
  const std::string& nameOf(const jit::Value* value) const {
    const auto found = names_.find(value);
    if (found != names_.end()) return found->second;
    throw Error(fmt::format("the network takes '{}', which is not written as ONNX", value->debugName()));
  }
  /// returns  the output's name
  std::string add(const std::string& op, std::vector<std::string> inputs, Settings settings = {}) {
    to_.onnx.nodes.push_back({op, std::move(inputs), freshName(op), std::move(settings)});
    return to_.onnx.nodes.back().output;
  }
  /// The same, as the result of an operation of the graph.
  void become(const jit::Node& node, const std::string& op, std::vector<std::string> inputs,
              Settings settings = {}) {
    name(node.output(), add(op, std::move(inputs), std::move(settings)));
  }
  /// numbers  float32 or int64
  void tensor(const std::string& name, const at::Tensor& numbers) {
    const at::Tensor& kept = to_.numbers.emplace_back(numbers.detach().cpu().contiguous());
    const auto* bytes = static_cast<const std::byte*>(kept.const_data_ptr());
    to_.onnx.tensors.push_back({name,
                                kept.scalar_type() == at::kLong ? NumberType::i64 : NumberType::f32,
                                kept.sizes().vec(),
                                {bytes, kept.nbytes()}});
  }
  /// Numbers that the network does not hold.
  /// returns  their name
  std::string tensor(const at::Tensor& numbers) {
    const std::string name = freshName("constant");
    tensor(name, numbers);
    return name;
  }
  std::string tensor(const Ints& numbers) { return tensor(at::tensor(numbers, at::kLong)); }

 private:
  /// "conv_1".
  std::string freshName(std::string op) {
    for (char& c : op)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return fmt::format("{}_{}", op, ++counts_[op]);
  }

  TracedNetwork& to_;
  std::unordered_map<const jit::Value*, std::string> names_;
  std::unordered_map<std::string, int> counts_;
};

using Inputs = at::ArrayRef<const jit::Value*>;

/// Every stride-th pixel of a map, as Conv picks them before a strided 1x1 convolution.
struct Picked {
  const jit::Value* of;
  Ints strides{1, 1};
};
Picked picked(const jit::Value* value) {
  Picked found{value};
  for (;; found.of = found.of->node()->input(0)) {
    const jit::Node& node = *found.of->node();
    if (node.kind() == at::aten::contiguous) continue;
    if (node.kind() != at::aten::slice) return found;
    const std::int64_t axis = integer(node.input(1)), step = integer(node.input(4));
    if (axis < 2 || integerOr(node.input(2), 0) != 0 || integerOr(node.input(3), kEnd) != kEnd) return found;
    found.strides[static_cast<std::size_t>(axis) - 2] *= step;
  }
}

// aten::_convolution(x, weight, bias, stride, padding, dilation, transposed, output padding, groups, ...)
void convolution(Conversion& to, const jit::Node& node) {
  require(!constant(node.input(6)).toBool(), "a transposed convolution");
  const Ints sizes = sizesOf(node.input(1)), kernel{sizes[2], sizes[3]}, padding = both(node.input(4));
  Ints strides = both(node.input(3));
  const jit::Value* x = node.input(0);
  if (kernel == Ints{1, 1} && padding == Ints{0, 0} && strides == Ints{1, 1}) {
    const Picked from = picked(x);
    x = from.of;
    strides = from.strides;
  }
  std::vector<std::string> inputs{to.nameOf(x), to.nameOf(node.input(1))};
  if (node.input(2)->type()->kind() == c10::TypeKind::TensorType) inputs.push_back(to.nameOf(node.input(2)));
  to.become(node, "Conv", std::move(inputs),
            {{"kernel_shape", kernel},
             {"strides", strides},
             {"pads", around(padding)},
             {"dilations", both(node.input(5))},
             {"group", integer(node.input(8))}});
}

// aten::batch_norm(x, weight, bias, mean, variance, training, momentum, epsilon, cudnn)
void batchNorm(Conversion& to, const jit::Node& node) {
  require(!constant(node.input(5)).toBool(), "a batch normalisation that trains");
  std::vector<std::string> inputs;
  for (std::size_t i = 0; i < 5; ++i) inputs.push_back(to.nameOf(node.input(i)));
  to.become(node, "BatchNormalization", std::move(inputs), {{"epsilon", constant(node.input(7)).toDouble()}});
}

void relu(Conversion& to, const jit::Node& node) { to.become(node, "Relu", {to.nameOf(node.input(0))}); }

// aten::add(x, other, factor)
void add(Conversion& to, const jit::Node& node) {
  require(constant(node.input(2)).toScalar().toDouble() == 1, "a sum with a factor");
  to.become(node, "Add", {to.nameOf(node.input(0)), to.nameOf(node.input(1))});
}

// aten::sub(x, other, factor)
void subtract(Conversion& to, const jit::Node& node) {
  require(constant(node.input(2)).toScalar().toDouble() == 1, "a difference with a factor");
  to.become(node, "Sub", {to.nameOf(node.input(0)), to.nameOf(node.input(1))});
}

// aten::mul(x, number)
void multiply(Conversion& to, const jit::Node& node) {
  const at::IValue factor = constant(node.input(1));
  const double number = factor.isTensor() ? factor.toTensor().item<double>() : factor.toScalar().toDouble();
  to.become(node, "Mul", {to.nameOf(node.input(0)), to.tensor(at::full({1}, number, at::kFloat))});
}

// aten::mean(x, axes, keepdim, dtype)
void mean(Conversion& to, const jit::Node& node) {
  require(integers(node.input(1)) == Ints{2, 3} && !constant(node.input(2)).toBool(),
          "a mean that is not over rows and columns");
  to.become(node, "Flatten", {to.add("GlobalAveragePool", {to.nameOf(node.input(0))})},
            {{"axis", std::int64_t{1}}});
}

// aten::linear(x, weight, bias)
void linear(Conversion& to, const jit::Node& node) {
  to.become(node, "Gemm", {to.nameOf(node.input(0)), to.nameOf(node.input(1)), to.nameOf(node.input(2))},
            {{"transB", std::int64_t{1}}});
}

// aten::max_pool2d(x, kernel, stride, padding, dilation, ceil)
void maxPool(Conversion& to, const jit::Node& node) {
  require(both(node.input(4)) == Ints{1, 1} && !constant(node.input(5)).toBool(), "a dilated or ceiled pool");
  to.become(node, "MaxPool", {to.nameOf(node.input(0))},
            {{"kernel_shape", both(node.input(1))},
             {"strides", both(node.input(2))},
             {"pads", around(both(node.input(3)))}});
}

std::string sliced(Conversion& to, const std::string& x, const Ints& begins, const Ints& ends,
                   const Ints& axes) {
  return to.add("Slice", {x, to.tensor(begins), to.tensor(ends), to.tensor(axes)});
}

// aten::constant_pad_nd(x, [left, right, above, below], value); what is below 0 is cut off
void pad(Conversion& to, const jit::Node& node) {
  const Ints by = integers(node.input(1));
  require(by.size() == 4 && constant(node.input(2)).toScalar().toDouble() == 0,
          "a padding that is not zeros around a map");
  const Ints size = sizesOf(node.input(0));
  const auto cut = [](std::int64_t side) { return std::max<std::int64_t>(-side, 0); };
  const auto more = [](std::int64_t side) { return std::max<std::int64_t>(side, 0); };
  std::string x = to.nameOf(node.input(0));
  if (std::ranges::any_of(by, [](std::int64_t side) { return side < 0; }))
    x = sliced(to, x, {cut(by[2]), cut(by[0])}, {size[2] - cut(by[3]), size[3] - cut(by[1])}, {2, 3});
  to.become(node, "Pad",
            {x, to.tensor(Ints{0, 0, more(by[2]), more(by[0]), 0, 0, more(by[3]), more(by[1])})});
}

// aten::cat(maps, axis)
void concatenate(Conversion& to, const jit::Node& node) {
  std::vector<std::string> inputs;
  for (const jit::Value* each : node.input(0)->node()->inputs()) inputs.push_back(to.nameOf(each));
  to.become(node, "Concat", std::move(inputs), {{"axis", integer(node.input(1))}});
}

std::string averaged(Conversion& to, const std::string& x, const Ints& kernel) {
  return to.add("AveragePool", {x}, {{"kernel_shape", kernel}, {"strides", kernel}});
}

/// Means over `bins` pieces of an axis, which overlap where they do not divide it.
std::string averagedAlong(Conversion& to, const std::string& x, std::int64_t axis, std::int64_t size,
                          std::int64_t bins) {
  std::vector<std::string> pieces;
  for (std::int64_t i = 0; i < bins; ++i) {
    const std::int64_t begin = i * size / bins, end = ((i + 1) * size + bins - 1) / bins, side = end - begin;
    pieces.push_back(
        averaged(to, sliced(to, x, {begin}, {end}, {axis}), axis == 2 ? Ints{side, 1} : Ints{1, side}));
  }
  return to.add("Concat", std::move(pieces), {{"axis", axis}});
}

// aten::adaptive_avg_pool2d(x, [rows, columns])
void adaptivePool(Conversion& to, const jit::Node& node) {
  const Ints size = sizesOf(node.input(0)), bins = integers(node.input(1));
  const std::string& x = to.nameOf(node.input(0));
  if (size[2] % bins[0] == 0 && size[3] % bins[1] == 0)
    return to.name(node.output(), averaged(to, x, {size[2] / bins[0], size[3] / bins[1]}));
  to.name(node.output(), averagedAlong(to, averagedAlong(to, x, 2, size[2], bins[0]), 3, size[3], bins[1]));
}

/// A factor that makes `to` of `from`: those who read it take the whole part of the product.
float factorOf(std::int64_t from, std::int64_t to) {
  float factor = static_cast<float>(to) / static_cast<float>(from);
  while (static_cast<std::int64_t>(factor * static_cast<float>(from)) < to)
    factor = std::nextafter(factor, HUGE_VALF);
  return factor;
}

// aten::upsample_bilinear2d(x, size, align corners, ...)
void resize(Conversion& to, const jit::Node& node) {
  const Ints from = sizesOf(node.input(0)), size = integers(node.input(1));
  const at::Tensor factors = at::ones({4});
  for (int i = 0; i < 2; ++i)
    factors[i + 2] = factorOf(from[static_cast<std::size_t>(i) + 2], size[static_cast<std::size_t>(i)]);
  const char* places = constant(node.input(2)).toBool() ? "align_corners" : "half_pixel";
  to.become(node, "Resize", {to.nameOf(node.input(0)), "", to.tensor(factors)},
            {{"mode", "linear"}, {"coordinate_transformation_mode", places}});
}

/// Such as aten::contiguous: the same numbers.
void same(Conversion& to, const jit::Node& node) { to.name(node.output(), to.nameOf(node.input(0))); }

// aten::slice(x, axis, begin, end, step); where a strided convolution says the same, nothing takes it
void slice(Conversion& to, const jit::Node& node) {
  const auto one = [&](std::int64_t number) { return to.tensor(Ints{number}); };
  const std::string begin = one(integerOr(node.input(2), 0)), end = one(integerOr(node.input(3), kEnd)),
                    axis = one(integer(node.input(1))), step = one(integer(node.input(4)));
  to.become(node, "Slice", {to.nameOf(node.input(0)), begin, end, axis, step});
}

using Convert = void (*)(Conversion&, const jit::Node&);
const std::unordered_map<std::string, Convert>& conversions() {
  static const std::unordered_map<std::string, Convert> all{{"aten::_convolution", convolution},
                                                            {"aten::batch_norm", batchNorm},
                                                            {"aten::relu", relu},
                                                            {"aten::add", add},
                                                            {"aten::sub", subtract},
                                                            {"aten::mul", multiply},
                                                            {"aten::mean", mean},
                                                            {"aten::linear", linear},
                                                            {"aten::max_pool2d", maxPool},
                                                            {"aten::constant_pad_nd", pad},
                                                            {"aten::cat", concatenate},
                                                            {"aten::adaptive_avg_pool2d", adaptivePool},
                                                            {"aten::upsample_bilinear2d", resize},
                                                            {"aten::contiguous", same},
                                                            {"aten::detach", same},
                                                            {"aten::slice", slice}};
  return all;
}

void convert(Conversion& to, const jit::Node& node) {
  if (node.kind() == at::prim::Constant || node.kind() == at::prim::ListConstruct) return;
  const auto found = conversions().find(node.kind().toQualString());
  if (found == conversions().end())
    throw Error(fmt::format("the network uses {}, which is not written as ONNX", node.kind().toQualString()));
  found->second(to, node);
}

/// Leaves what leads to the output.
void prune(OnnxNetwork& network) {
  std::set<std::string> wanted{network.output.name};
  std::vector<OnnxNode> kept;
  for (auto node = network.nodes.rbegin(); node != network.nodes.rend(); ++node) {
    if (!wanted.contains(node->output)) continue;
    wanted.insert(node->inputs.begin(), node->inputs.end());
    kept.push_back(std::move(*node));
  }
  network.nodes.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
  std::erase_if(network.tensors, [&](const WrittenTensor& tensor) { return !wanted.contains(tensor.name); });
}

}  // namespace

TracedNetwork traced(Network& network, const Input& input) {
  network.setNormMode(NormMode::eval);
  const std::shared_ptr<jit::Graph> graph = graphOf(network, input);
  TracedNetwork made;
  Conversion to(made);
  to.name(graph->inputs()[0], kInput);
  std::size_t place = 1;
  for (const auto& [name, tensor] : tensorsOf(network)) {
    to.name(graph->inputs()[place++], name);
    if (tensor.is_floating_point()) to.tensor(name, tensor);
  }
  for (const jit::Node* node : graph->nodes()) convert(to, *node);
  const jit::Value* said = graph->outputs()[0];
  const Ints out = sizesOf(said);
  made.onnx.input = {kInput, {3, input.height, input.width}};
  made.onnx.output = {kOutput, Ints(out.begin() + 1, out.end())};
  for (OnnxNode& node : made.onnx.nodes)  // nothing takes the last one
    if (node.output == to.nameOf(said)) node.output = kOutput;
  prune(made.onnx);
  return made;
}

}  // namespace uada

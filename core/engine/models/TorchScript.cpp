#include "core/engine/models/TorchScript.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include <set>

#include "core/base/Error.h"
#include "core/base/Philox.h"
#include "core/engine/models/Network.h"

namespace uada {
namespace {

/// What LibTorch throws, as one line that names the file.
template <class Action>
auto inFile(const std::string& file, std::string_view what, const Action& action) {
  try {
    return action();
  } catch (const std::exception& error) {  // also c10::Error, which is one
    std::string_view reason = error.what();
    if (const auto end = reason.find('\n'); end != reason.npos) reason = reason.substr(0, end);
    throw Error(fmt::format("'{}' {}: {}", file, what, reason));
  }
}

class TorchScriptNetwork : public Network {
 public:
  TorchScriptNetwork(const TorchScript& settings, const ModelContext& context) : file_(settings.file) {
    requireHash(settings);
    module_ = inFile(file_, "is not read as TorchScript; write it with torch.jit.save()",
                     [&] { return torch::jit::load(file_, at::kCPU); });
    addTensors();
    checkOutput(context);
    module_.train();
  }

  Output forward(const at::Tensor& x) override {
    if (mode_ != NormMode::eval) seedGenerators();
    // As it stands, without what LibTorch makes of it once it has run a few times: a resumed run would
    // differ.
    const torch::jit::GraphOptimizerEnabledGuard plain(false);
    return {module_.forward({x}).toTensor()};
  }
  bool hasOwnWeights() const override { return true; }

  /// The module may have put other tensors in place of its buffers.
  void visit(StateVisitor& visitor) const override {
    for (const auto& entry : named_parameters()) visitor.tensor("model." + entry.key(), entry.value());
    std::set<const at::TensorImpl*> seen;
    for (const auto& entry : fixedTensors())
      if (seen.insert(entry.second.unsafeGetTensorImpl()).second)
        visitor.tensor("model." + entry.first, entry.second);
  }

 protected:
  void normModeChanged(NormMode mode) override {
    if (mode == NormMode::running && ownNorms().empty())
      throw Error(
          fmt::format("the network of '{}' has no module BatchNorm of PyTorch's, which could use its running "
                      "statistics while the rest of it trains: choose another batch normalisation of probes",
                      file_));
    if (mode != NormMode::train && mode != NormMode::running && mode != NormMode::eval)
      throw Error(
          fmt::format("the network of '{}' keeps its own batch normalisation, which can be told to train or "
                      "to use its running statistics, and nothing between: choose a method, or a setting of "
                      "it, whose passes are those of training",
                      file_));
    mode_ = mode;
    module_.train(mode != NormMode::eval);
    if (mode == NormMode::running)
      for (torch::jit::Module& norm : ownNorms()) norm.train(false);
  }
  void noiseChanged(const Noise& noise) override { noise_ = noise; }

 private:
  using Named = std::vector<std::pair<std::string, at::Tensor>>;

  static void requireHash(const TorchScript& settings) {
    if (settings.file.empty())
      throw Error("recipe.model.file: a file that torch.jit.save() wrote expected, none given");
    if (const std::string found = fileHash(settings.file);
        !settings.sha256.empty() && found != settings.sha256)
      throw Error(
          fmt::format("the network '{}' has changed: SHA-256 {} recorded, {} found; give the old file",
                      settings.file, settings.sha256, found));
  }

  /// The parts of it that are batch normalisations of PyTorch's.
  std::vector<torch::jit::Module> ownNorms() const {
    std::vector<torch::jit::Module> norms;
    for (const torch::jit::Module& part : module_.modules())
      if (part.type()->name() && part.type()->name()->name().starts_with("BatchNorm")) norms.push_back(part);
    return norms;
  }
  /// Buffers, and parameters that are not trained.
  Named fixedTensors() const {
    Named fixed;
    for (const auto& entry : module_.named_parameters())
      if (!entry.value.requires_grad()) fixed.emplace_back(entry.name, entry.value);
    for (const auto& entry : module_.named_buffers()) fixed.emplace_back(entry.name, entry.value);
    return fixed;
  }
  /// Makes the module's own tensors those of this network, so that they are trained, moved and stored.
  void addTensors() {
    std::set<const at::TensorImpl*> seen;  // one that has several names is trained once
    for (const auto& entry : module_.named_parameters()) {
      if (!entry.value.requires_grad() || !seen.insert(entry.value.unsafeGetTensorImpl()).second) continue;
      if (entry.value.scalar_type() != at::kFloat)
        refuseType("parameter", entry.name, entry.value, "float32");
      auto [owner, name] = ownerOf(entry.name);
      owner->register_parameter(name, entry.value);
    }
    if (seen.empty())
      throw Error(
          fmt::format("'{}' has no parameters that can be trained: save it before it is frozen", file_));
    for (const auto& [path, value] : fixedTensors()) {
      const auto type = value.scalar_type();
      if (type != at::kFloat && type != at::kDouble && type != at::kLong)
        refuseType("buffer", path, value, "float32, float64 or int64");
      auto [owner, name] = ownerOf(path);
      owner->register_buffer(name, value);
    }
  }
  [[noreturn]] void refuseType(const char* kind, const std::string& name, const at::Tensor& value,
                               const char* expected) const {
    throw Error(fmt::format("'{}': the {} {} is of type {}, {} expected; convert it before it is saved",
                            file_, kind, name, c10::toString(value.scalar_type()), expected));
  }
  /// The module that a tensor "layer1.conv.weight" belongs to, and its name there.
  std::pair<torch::nn::Module*, std::string> ownerOf(std::string path) {
    torch::nn::Module* owner = this;
    for (auto dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
      const std::string part = path.substr(0, dot);
      path.erase(0, dot + 1);
      std::shared_ptr<torch::nn::Module> child;
      for (const auto& entry : owner->named_children())
        if (entry.key() == part) child = entry.value();
      if (!child) child = owner->register_module(part, std::make_shared<torch::nn::Module>(part));
      owner = child.get();
    }
    return {owner, path};
  }

  void checkOutput(const ModelContext& context) {
    const at::NoGradGuard noGrad;
    module_.eval();
    const at::Tensor x = at::zeros({2, 3, context.input.height, context.input.width})
                             .contiguous(at::MemoryFormat::ChannelsLast);
    const torch::jit::GraphOptimizerEnabledGuard plain(false);
    const at::IValue said = inFile(
        file_,
        fmt::format("does not take an input of [2, 3, {}, {}]", context.input.height, context.input.width),
        [&] { return module_.forward({x}); });
    const std::string found = said.isTensor()
                                  ? fmt::format("{} of [{}]", c10::toString(said.toTensor().scalar_type()),
                                                fmt::join(said.toTensor().sizes(), ", "))
                                  : said.tagKind();
    if (said.isTensor() && said.toTensor().scalar_type() == at::kFloat &&
        said.toTensor().sizes() == at::IntArrayRef({2, context.classes}))
      return;
    throw Error(fmt::format(
        "'{}' makes {} of an input of [2, 3, {}, {}], Float of [2, {}] expected; export it "
        "with {} classes",
        file_, found, context.input.height, context.input.width, context.classes, context.classes));
  }

  /// Random layers of the module draw from LibTorch's generators: what they draw is to depend on the step
  /// alone.
  void seedGenerators() const {
    Random random(noise_.seed, static_cast<std::uint32_t>(noise_.step), noise_.pass, Purpose::dropout);
    const std::uint64_t high = random.next();
    at::manual_seed(high << 32 | random.next());
  }

  const std::string file_;
  torch::jit::Module module_;
  NormMode mode_ = NormMode::train;
  Noise noise_;
};

}  // namespace

std::shared_ptr<Network> make(const TorchScript& settings, const ModelContext& context) {
  return std::make_shared<TorchScriptNetwork>(settings, context);
}

}  // namespace uada

#include "core/engine/models/Network.h"

#include <cmath>
#include <numbers>
#include <string_view>

#include "core/base/Catalog.h"
#include "core/base/Philox.h"
#include "core/engine/models/Layers.h"
#include "models_headers.h"

namespace uada {

// Each model's source defines its own: makeNetwork() below is all that calls them.
#define MODEL(Settings) std::shared_ptr<Network> make(const Settings& settings, const ModelContext& context);
#include "core/engine/models/models.def"
#undef MODEL

namespace {

struct Maker {
  std::string_view name;
  std::shared_ptr<Network> (*make)(const Choice& model, const ModelContext& context);
};

template <class S>
Maker maker() {
  return {S::kName,
          [](const Choice& model, const ModelContext& context) { return make(model.as<S>(), context); }};
}

/// 64-bit FNV-1a, so that a parameter's numbers depend on its name and not on its place.
std::uint64_t nameHash(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace

static Random weightsOf(const std::string& name, std::uint64_t seed) {
  const std::uint64_t hash = nameHash(name);
  return {seed, static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(hash), Purpose::weights};
}

void drawUniform(at::Tensor values, const std::string& name, double bound, std::uint64_t seed) {
  Random random = weightsOf(name, seed);
  const at::Tensor drawn = at::empty(values.sizes());
  auto* numbers = drawn.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < drawn.numel(); ++i)
    numbers[i] = static_cast<float>(bound * (2 * random.uniform() - 1));
  values.copy_(drawn);
}

void drawNormal(at::Tensor values, const std::string& name, double deviation, std::uint64_t seed) {
  Random random = weightsOf(name, seed);
  const at::Tensor drawn = at::empty(values.sizes());
  auto* numbers = drawn.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < drawn.numel(); ++i) {
    const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
    numbers[i] = static_cast<float>(deviation * radius * std::cos(2 * std::numbers::pi * random.uniform()));
  }
  values.copy_(drawn);
}

std::shared_ptr<Network> makeNetwork(const Choice& model, const ModelContext& context, std::uint64_t seed) {
#define MODEL(Settings) maker<Settings>(),
  static const std::vector<Maker> all{
#include "core/engine/models/models.def"
  };
#undef MODEL
  const std::shared_ptr<Network> network = findEntry(all, model.name, "model").make(model, context);
  if (!network->hasOwnWeights()) drawWeights(*network, seed);
  return network;
}

void drawWeights(Network& network, std::uint64_t seed) {
  at::NoGradGuard noGrad;
  auto parameters = network.named_parameters();
  for (auto& entry : parameters) {
    const std::string prefix = entry.key().substr(0, entry.key().rfind('.') + 1);
    const at::Tensor& weight = parameters[prefix + "weight"];
    if (weight.dim() < 2) {  // of a normalisation
      entry.value().fill_(entry.key() == prefix + "weight" ? network.firstScaleOf(entry.key()) : 0);
      continue;
    }
    if (network.startsAtZero(entry.key())) {
      entry.value().zero_();
      continue;
    }
    if (const std::optional<double> deviation = network.deviationOf(entry.key(), weight);
        deviation && entry.value().dim() == 4) {
      drawNormal(entry.value(), entry.key(), *deviation, seed);
      continue;
    }
    const double fanIn = static_cast<double>(weight.numel() / weight.size(0));
    const double bound = network.boundOf(entry.key(), weight).value_or(1 / std::sqrt(fanIn));
    drawUniform(entry.value(), entry.key(), bound, seed);
  }
}

void Network::setNormMode(NormMode mode) {
  if (mode == mode_) return;
  normModeChanged(mode);
  mode_ = mode;
  for (const auto& module : modules()) {
    if (auto* norm = dynamic_cast<BatchNorm*>(module.get())) norm->mode = mode;
    if (auto* layer = dynamic_cast<RandomLayer*>(module.get())) layer->mode = mode;
  }
}

void Network::setNoise(const Noise& noise) {
  noiseChanged(noise);
  if (!randomLayers_) {
    randomLayers_.emplace();
    for (const auto& module : modules())
      if (auto* layer = dynamic_cast<RandomLayer*>(module.get())) {
        layer->number = static_cast<std::uint32_t>(randomLayers_->size());
        randomLayers_->push_back(layer);
      }
    TORCH_CHECK(randomLayers_->size() <= kMostRandomLayers,
                "more random layers than have numbers of their own");
  }
  for (RandomLayer* layer : *randomLayers_) layer->noise = noise;
}

void Network::takeNormsTogether(const SumOverRanks* sum) {
  for (const auto& module : modules())
    if (auto* norm = dynamic_cast<BatchNorm*>(module.get())) norm->takeTogether(sum);
}

void Network::addNorms() {
  for (const auto& module : modules())
    if (auto* norm = dynamic_cast<BatchNorm*>(module.get())) norm->addSecond();
}

void Network::useNorms(int set) {
  if (set == norms_) return;
  norms_ = set;
  for (const auto& module : modules())
    if (auto* norm = dynamic_cast<BatchNorm*>(module.get())) norm->useSecond(set == 1);
}

std::vector<at::Tensor> Network::baseStatistics() const {
  std::vector<at::Tensor> all;
  for (const auto& module : modules())
    if (const auto* norm = dynamic_cast<const BatchNorm*>(module.get()))
      for (const at::Tensor& one : norm->base()) all.push_back(one);
  return all;
}

void Network::setBaseStatistics(const std::vector<at::Tensor>& statistics) {
  auto next = statistics.begin();
  for (const auto& module : modules())
    if (auto* norm = dynamic_cast<BatchNorm*>(module.get())) {
      norm->setBase({next[0], next[1]});
      next += 2;
    }
}

bool Network::drawsNumbers() const {
  for (const auto& module : modules())
    if (dynamic_cast<const RandomLayer*>(module.get())) return true;
  return false;
}

Linear* Network::lastLinear() {
  if (!last_) {
    last_ = nullptr;
    for (const auto& module : modules())
      if (auto* linear = dynamic_cast<Linear*>(module.get())) last_ = linear;
  }
  return *last_;
}

at::Tensor Network::features() {
  const Linear* last = lastLinear();
  return last ? last->seen() : at::Tensor();
}

std::int64_t Network::featureCount() {
  const Linear* last = lastLinear();
  return last ? last->inputs() : 0;
}

void Network::visit(StateVisitor& visitor) const {
  for (const auto& entry : named_parameters()) visitor.tensor("model." + entry.key(), entry.value());
  for (const auto& entry : named_buffers()) visitor.tensor("model." + entry.key(), entry.value());
}

std::int64_t Network::parameterCount() const {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

}  // namespace uada

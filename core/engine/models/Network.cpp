#include "core/engine/models/Network.h"

#include <cmath>
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

void fillUniform(at::Tensor& parameter, const std::string& name, double bound, std::uint64_t seed) {
  const std::uint64_t hash = nameHash(name);
  Random random(seed, static_cast<std::uint32_t>(hash >> 32), static_cast<std::uint32_t>(hash),
                Purpose::weights);
  const at::Tensor drawn = at::empty(parameter.sizes());
  float* values = drawn.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < drawn.numel(); ++i)
    values[i] = static_cast<float>(bound * (2 * random.uniform() - 1));
  parameter.copy_(drawn);
}

}  // namespace

std::shared_ptr<Network> makeNetwork(const Choice& model, const ModelContext& context, std::uint64_t seed) {
#define MODEL(Settings) maker<Settings>(),
  static const std::vector<Maker> all{
#include "core/engine/models/models.def"
  };
#undef MODEL
  const std::shared_ptr<Network> network = findEntry(all, model.name, "model").make(model, context);
  drawWeights(*network, seed);
  return network;
}

void drawWeights(Network& network, std::uint64_t seed) {
  at::NoGradGuard noGrad;
  auto parameters = network.named_parameters();
  for (auto& entry : parameters) {
    const std::string prefix = entry.key().substr(0, entry.key().rfind('.') + 1);
    const at::Tensor& weight = parameters[prefix + "weight"];
    if (weight.dim() < 2) {  // batch normalisation
      entry.value().fill_(entry.key() == prefix + "weight" ? 1 : 0);
      continue;
    }
    const double fanIn = static_cast<double>(weight.numel() / weight.size(0));
    fillUniform(entry.value(), entry.key(), 1 / std::sqrt(fanIn), seed);
  }
}

void Network::setNormMode(NormMode mode) {
  for (const auto& module : modules()) {
    if (auto* norm = dynamic_cast<BatchNorm*>(module.get())) norm->mode = mode;
  }
}

std::int64_t Network::parameterCount() const {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

}  // namespace uada

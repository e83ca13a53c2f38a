#include "core/engine/optimisers/Optimiser.h"
#include "core/settings/CatalogChoice.h"
#include "optimisers_headers.h"

namespace uada {
namespace {

template <class S>
Optimiser entry() {
  return {S::kName,       S::kTitle,
          S::kSource,     fieldsOf<S>(),
          &readChoice<S>, [](const Choice& optimiser) { return optimiser.as<S>().learningRate; }};
}

}  // namespace

const std::vector<Optimiser>& optimisers() {
#define OPTIMISER(Settings) entry<Settings>(),
  static const std::vector<Optimiser> all{
#include "core/engine/optimisers/optimisers.def"
  };
#undef OPTIMISER
  return all;
}

const Optimiser& findOptimiser(std::string_view name) { return findEntry(optimisers(), name, "optimiser"); }

Choice usualOptimiser() {
  static const Choice usual(Sgd::kName, Sgd{});
  return usual;
}

Choice optimiserFromJson(const Json& json, const std::string& where) {
  return choiceFromJson(optimisers(), "optimiser", json, where, Sgd::kName);
}

}  // namespace uada

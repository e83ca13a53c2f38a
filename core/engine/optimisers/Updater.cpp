#include "core/engine/optimisers/Updater.h"

#include <string_view>

#include "core/base/Catalog.h"
#include "optimisers_headers.h"

namespace uada {

// Each optimiser's source defines its own: makeUpdater() below is all that calls them.
#define OPTIMISER(Settings) \
  std::unique_ptr<Updater> make(const Settings& settings, std::vector<at::Tensor> parameters);
#include "core/engine/optimisers/optimisers.def"
#undef OPTIMISER

namespace {

struct Maker {
  std::string_view name;
  std::unique_ptr<Updater> (*make)(const Choice& optimiser, std::vector<at::Tensor> parameters);
};

template <class S>
Maker maker() {
  return {S::kName, [](const Choice& optimiser, std::vector<at::Tensor> parameters) {
            return make(optimiser.as<S>(), std::move(parameters));
          }};
}

}  // namespace

std::unique_ptr<Updater> makeUpdater(const Choice& optimiser, std::vector<at::Tensor> parameters) {
#define OPTIMISER(Settings) maker<Settings>(),
  static const std::vector<Maker> all{
#include "core/engine/optimisers/optimisers.def"
  };
#undef OPTIMISER
  return findEntry(all, optimiser.name, "optimiser").make(optimiser, std::move(parameters));
}

void Updater::step(double rate) {
  at::NoGradGuard noGrad;
  move(parameters_, gradients(), rate);
  dropGradients();
}

void Updater::dropGradients() {
  for (at::Tensor& parameter : parameters_) parameter.mutable_grad() = at::Tensor();
}

bool Updater::gradientsAreFinite() const {
  at::NoGradGuard noGrad;
  return at::stack(at::_foreach_norm(gradients(), 2)).sum().isfinite().item<bool>();
}

std::vector<at::Tensor> Updater::gradients() const {
  std::vector<at::Tensor> all;
  for (const at::Tensor& parameter : parameters_) {
    TORCH_CHECK(parameter.grad().defined(), "a parameter has no gradient: backward() comes first");
    all.push_back(parameter.grad());
  }
  return all;
}

}  // namespace uada

#include "core/engine/optimisers/Updater.h"

#include <string_view>

#include "core/base/Catalog.h"
#include "optimisers_headers.h"

namespace uada {

// Each optimiser's source defines its own: makeUpdater() below is all that calls them.
#define OPTIMISER(Settings) \
  std::unique_ptr<Updater> make(const Settings& settings, const Parameters& parameters);
#include "core/engine/optimisers/optimisers.def"
#undef OPTIMISER

namespace {

struct Maker {
  std::string_view name;
  std::unique_ptr<Updater> (*make)(const Choice& optimiser, const Parameters& parameters);
};

template <class S>
Maker maker() {
  return {S::kName, [](const Choice& optimiser, const Parameters& parameters) {
            return make(optimiser.as<S>(), parameters);
          }};
}

}  // namespace

std::unique_ptr<Updater> makeUpdater(const Choice& optimiser, const Parameters& parameters) {
#define OPTIMISER(Settings) maker<Settings>(),
  static const std::vector<Maker> all{
#include "core/engine/optimisers/optimisers.def"
  };
#undef OPTIMISER
  return findEntry(all, optimiser.name, "optimiser").make(optimiser, parameters);
}

Updater::Updater(const Parameters& parameters) {
  for (const auto& [name, parameter] : parameters) {
    names_.push_back(name);
    parameters_.push_back(parameter);
  }
}

void Updater::visitEach(StateVisitor& visitor, const std::string& name,
                        const std::vector<at::Tensor>& values) const {
  for (std::size_t i = 0; i < values.size(); ++i) visitor.tensor(name + '.' + names_[i], values[i]);
}

std::vector<at::Tensor> Updater::zerosLikeParameters() const {
  std::vector<at::Tensor> zeros;
  for (const at::Tensor& parameter : parameters_) zeros.push_back(at::zeros_like(parameter));
  return zeros;
}

void Updater::step(double rate) {
  at::NoGradGuard noGrad;
  move(parameters_, gradients(), rate);
  dropGradients();
}

void Updater::dropGradients() {
  for (at::Tensor& parameter : parameters_) parameter.mutable_grad() = at::Tensor();
}

at::Tensor Updater::gradientsAreFinite() const {
  at::NoGradGuard noGrad;
  return at::stack(at::_foreach_norm(gradients(), 2)).sum().isfinite();
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

#include "core/engine/optimisers/Updater.h"

#include <algorithm>
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
  for (const Parameter& parameter : parameters) {
    if (!parameter.isDecayed) undecayed_.push_back(names_.size());
    names_.push_back(parameter.name);
    parameters_.push_back(parameter.tensor);
    rateFactors_.push_back(parameter.rateFactor);
  }
  if (std::ranges::all_of(rateFactors_, [](double factor) { return factor == 1; })) rateFactors_.clear();
}

void Updater::addDecay(const Tensors& parameters, const Tensors& gradients, double decay) const {
  if (decay == 0) return;
  if (undecayed_.empty()) return at::_foreach_add_(gradients, parameters, decay);
  Tensors some, theirs;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (std::ranges::binary_search(undecayed_, i)) continue;
    some.push_back(parameters[i]);
    theirs.push_back(gradients[i]);
  }
  if (!some.empty()) at::_foreach_add_(theirs, some, decay);
}

void Updater::addScaled(Tensors& parameters, const Tensors& moves, double scale) const {
  if (rateFactors_.empty()) return at::_foreach_add_(parameters, moves, scale);
  std::vector<at::Scalar> scales;
  for (const double factor : rateFactors_) scales.emplace_back(scale * factor);
  at::_foreach_add_(parameters, at::_foreach_mul(moves, scales));
}

void Updater::visitEach(StateVisitor& visitor, const std::string& name, const Tensors& values) const {
  for (std::size_t i = 0; i < values.size(); ++i) visitor.tensor(name + '.' + names_[i], values[i]);
}

Updater::Tensors Updater::zerosLikeParameters() const {
  Tensors zeros;
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

void Updater::clip(double most) {
  at::NoGradGuard noGrad;
  const Tensors all = gradients();
  const at::Tensor norm = at::stack(at::_foreach_norm(all, 2)).norm();
  at::_foreach_mul_(all, (most / (norm + 1e-6)).clamp_max(1));  // as torch.nn.utils.clip_grad_norm_
}

/// In double, where the squares of large norms are finite, too.
at::Tensor Updater::gradientNorm() const {
  at::NoGradGuard noGrad;
  return at::stack(at::_foreach_norm(gradients(), 2)).to(at::kDouble).norm();
}

std::vector<std::string> Updater::unsoundGradients() const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const at::Tensor& gradient = parameters_[i].grad();
    if (gradient.defined() && !gradient.isfinite().all().item<bool>()) names.push_back(names_[i]);
  }
  return names;
}

Updater::Tensors Updater::gradients() const {
  Tensors all;
  for (const at::Tensor& parameter : parameters_) {
    TORCH_CHECK(parameter.grad().defined(), "a parameter has no gradient: backward() comes first");
    all.push_back(parameter.grad());
  }
  return all;
}

}  // namespace uada

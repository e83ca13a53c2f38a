#include "core/engine/optimisers/Adam.h"

#include <cmath>

#include "core/engine/optimisers/Updater.h"

namespace uada {
namespace {

/// As torch.optim.Adam: g += weightDecay * p;  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
/// p -= rate * m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon), t the number of the step.
class AdamUpdater : public Updater {
 public:
  AdamUpdater(const Adam& settings, const Parameters& parameters)
      : Updater(parameters),
        settings_(settings),
        means_(zerosLikeParameters()),
        squares_(zerosLikeParameters()) {}
  void visit(StateVisitor& visitor) override {
    visitEach(visitor, "mean", means_);
    visitEach(visitor, "square", squares_);
    visitEach(visitor, "steps", {steps_});  // one number for all of them
  }
  void adopt(const Choice& optimiser) override { settings_ = optimiser.as<Adam>(); }

 private:
  void move(std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& gradients,
            double rate) override {
    addDecay(parameters, gradients, settings_.weightDecay);
    steps_ += 1;
    const double step = static_cast<double>(*static_cast<const std::int64_t*>(steps_.const_data_ptr()));
    const double bias1 = 1 - std::pow(settings_.beta1, step), bias2 = 1 - std::pow(settings_.beta2, step);
    at::_foreach_mul_(means_, settings_.beta1);
    at::_foreach_add_(means_, gradients, 1 - settings_.beta1);
    at::_foreach_mul_(squares_, settings_.beta2);
    at::_foreach_addcmul_(squares_, gradients, gradients, 1 - settings_.beta2);
    std::vector<at::Tensor> roots = at::_foreach_sqrt(squares_);
    at::_foreach_div_(roots, std::sqrt(bias2));
    at::_foreach_add_(roots, settings_.epsilon);
    if (rateFactors().empty()) return at::_foreach_addcdiv_(parameters, means_, roots, -rate / bias1);
    addScaled(parameters, at::_foreach_div(means_, roots), -rate / bias1);
  }

  Adam settings_;
  std::vector<at::Tensor> means_, squares_;  // like the parameters; zero at the start
  at::Tensor steps_ = at::zeros({}, at::kLong);
};

}  // namespace

std::unique_ptr<Updater> make(const Adam& settings, const Parameters& parameters) {
  return std::make_unique<AdamUpdater>(settings, parameters);
}

}  // namespace uada

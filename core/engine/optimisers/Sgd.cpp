#include "core/engine/optimisers/Sgd.h"

#include "core/engine/optimisers/Updater.h"

namespace uada {
namespace {

/// As torch.optim.SGD without dampening:
/// g += weightDecay * p;  v = momentum * v + g;  p -= rate * (nesterov ? g + momentum * v : v).
class SgdUpdater : public Updater {
 public:
  SgdUpdater(const Sgd& settings, const Parameters& parameters)
      : Updater(parameters), settings_(settings), velocities_(zerosLikeParameters()) {}
  void visit(StateVisitor& visitor) override { visitEach(visitor, "velocity", velocities_); }
  void adopt(const Choice& optimiser) override { settings_ = optimiser.as<Sgd>(); }

 private:
  void move(std::vector<at::Tensor>& parameters, const std::vector<at::Tensor>& gradients,
            double rate) override {
    addDecay(parameters, gradients, settings_.weightDecay);
    if (settings_.momentum == 0) return addScaled(parameters, gradients, -rate);
    at::_foreach_mul_(velocities_, settings_.momentum);
    at::_foreach_add_(velocities_, gradients, 1);
    if (settings_.nesterov) at::_foreach_add_(gradients, velocities_, settings_.momentum);
    addScaled(parameters, settings_.nesterov ? gradients : velocities_, -rate);
  }

  Sgd settings_;
  std::vector<at::Tensor> velocities_;  // like the parameters; zero at the start
};

}  // namespace

std::unique_ptr<Updater> make(const Sgd& settings, const Parameters& parameters) {
  return std::make_unique<SgdUpdater>(settings, parameters);
}

}  // namespace uada

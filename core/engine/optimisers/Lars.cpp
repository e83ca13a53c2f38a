#include "core/engine/optimisers/Lars.h"

#include "core/engine/optimisers/Updater.h"

namespace uada {
namespace {

/// Of each parameter with two dimensions or more: local = trust * |p| / (|g| + weightDecay * |p|), and 1
/// where one of the norms is 0; of biases and batch normalisation 1. v = momentum * v + rate * local * (g +
/// weightDecay * p);  p -= v.
class LarsUpdater : public Updater {
 public:
  LarsUpdater(const Lars& settings, const Parameters& parameters)
      : Updater(parameters), settings_(settings), moves_(zerosLikeParameters()) {}
  void visit(StateVisitor& visitor) override { visitEach(visitor, "velocity", moves_); }
  void adopt(const Choice& optimiser) override { settings_ = optimiser.as<Lars>(); }

 private:
  void move(Tensors& parameters, const Tensors& gradients, double rate) override {
    const Tensors weights = at::_foreach_norm(parameters, 2), slopes = at::_foreach_norm(gradients, 2);
    addDecay(parameters, gradients, settings_.weightDecay);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (parameters[i].dim() < 2) continue;
      const at::Tensor local =
          settings_.trust * weights[i] / (slopes[i] + settings_.weightDecay * weights[i]);
      gradients[i].mul_(at::where((weights[i] > 0) & (slopes[i] > 0), local, at::ones_like(local)));
    }
    at::_foreach_mul_(moves_, settings_.momentum);
    addScaled(moves_, gradients, rate);
    at::_foreach_sub_(parameters, moves_);
  }

  Lars settings_;
  Tensors moves_;  // like the parameters; zero at the start
};

}  // namespace

std::unique_ptr<Updater> make(const Lars& settings, const Parameters& parameters) {
  return std::make_unique<LarsUpdater>(settings, parameters);
}

}  // namespace uada

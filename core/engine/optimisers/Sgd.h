#pragma once

#include "core/engine/optimisers/Optimiser.h"

namespace uada {

/// Stochastic gradient descent with momentum. Its defaults are those of the UADA authors' code for CIFAR.
struct Sgd {
  static constexpr const char* kName = "sgd";
  static constexpr const char* kTitle = "SGD with momentum";
  static constexpr const char* kSource = "Sutskever et al. 2013, as torch.optim.SGD; UADA authors' code";

  double learningRate = 0.1;
  double momentum = 0.9;
  bool nesterov = false;
  double weightDecay = 5e-4;

  void visit(SettingsVisitor& v) {
    v.field({.name = "learning_rate",
             .title = "Learning rate",
             .help = "At the start",
             .min = 0,
             .max = 100,
             .live = true},
            learningRate);
    v.field({.name = "momentum",
             .title = "Momentum",
             .help = "Share of the last move that is kept",
             .min = 0,
             .max = 0.9999,
             .live = true,
             .unless = {{"learning_rate", 0.0}}},
            momentum);
    v.field({.name = "nesterov",
             .title = "Nesterov",
             .help = "Nesterov's form of momentum",
             .advanced = true,
             .unless = {{"momentum", 0.0}, {"learning_rate", 0.0}}},
            nesterov);
    v.field({.name = "weight_decay",
             .title = "Weight decay",
             .help = "L2 penalty, added to the gradient of the parameters that training.decayed names",
             .min = 0,
             .max = 1,
             .live = true,
             .unless = {{"learning_rate", 0.0}}},
            weightDecay);
  }
};

}  // namespace uada

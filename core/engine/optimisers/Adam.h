#pragma once

#include "core/engine/optimisers/Optimiser.h"

namespace uada {

/// Steps scaled by running means of each gradient and of its square.
struct Adam {
  static constexpr const char* kName = "adam";
  static constexpr const char* kTitle = "Adam";
  static constexpr const char* kSource = "Kingma & Ba, ICLR 2015, as torch.optim.Adam";

  double learningRate = 0.001;
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;
  double weightDecay = 0;

  void visit(SettingsVisitor& v) {
    v.field({.name = "learning_rate",
             .title = "Learning rate",
             .help = "At the start",
             .min = 0,
             .max = 100,
             .live = true},
            learningRate);
    v.field({.name = "beta1",
             .title = "Beta 1",
             .help = "Share of the running mean of the gradient that is kept at a step",
             .min = 0,
             .max = 0.999999,
             .advanced = true,
             .unless = {{"learning_rate", 0.0}}},
            beta1);
    v.field({.name = "beta2",
             .title = "Beta 2",
             .help = "Share of the running mean of its square that is kept at a step",
             .min = 0,
             .max = 0.999999,
             .advanced = true,
             .unless = {{"learning_rate", 0.0}}},
            beta2);
    v.field({.name = "adam_epsilon",
             .title = "Epsilon",
             .help = "Added to the root of the mean square",
             .min = 1e-16,
             .max = 1,
             .advanced = true,
             .unless = {{"learning_rate", 0.0}}},
            epsilon);
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

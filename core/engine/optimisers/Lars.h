#pragma once

#include "core/engine/optimisers/Optimiser.h"

namespace uada {

/// SGD with momentum whose step is as long, relative to its weights, in every layer: for large batches.
struct Lars {
  static constexpr const char* kName = "lars";
  static constexpr const char* kTitle = "LARS";
  static constexpr const char* kSource = "You, Gitman, Ginsburg 2017, arXiv 1708.03888, Algorithm 1";

  double learningRate = 0.1;
  double momentum = 0.9;
  double weightDecay = 5e-4;
  double trust = 0.001;

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
    v.field({.name = "weight_decay",
             .title = "Weight decay",
             .help = "L2 penalty, added to the gradient",
             .min = 0,
             .max = 1,
             .live = true,
             .unless = {{"learning_rate", 0.0}}},
            weightDecay);
    v.field({.name = "trust",
             .title = "Trust",
             .help = "Length of a layer's step relative to its weights, before the learning rate",
             .min = 1e-6,
             .max = 1,
             .advanced = true,
             .live = true,
             .unless = {{"learning_rate", 0.0}}},
            trust);
  }
};

}  // namespace uada

#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// OnlineAugment, variant A-STN (Tang et al., ECCV 2020): a small network makes affine maps from noise that
/// make the loss large but can be undone; the trained network sees their images through batch normalisations
/// of their own (docs/methods.md, "OnlineAugment").
struct OnlineAugment {
  static constexpr const char* kName = "online-augment";
  static constexpr const char* kTitle = "OnlineAugment (A-STN)";
  static constexpr const char* kSource = "Tang et al., ECCV 2020; authors' code";
  static constexpr const char* kPolicy = "cutout";
  static constexpr PolicySetting kPolicySetting = PolicySetting::other;
  static constexpr const char* kTask = "classification";
  static constexpr int kNorms = 2;

  int inner = 2;
  double adversarial = 0.1, cycle = 0.1, diversity = 0;
  int noise = 1, hidden = 8;
  double learningRate = 1e-3;

  void visit(SettingsVisitor& v) {
    v.field({.name = "inner_steps",
             .title = "Inner steps",
             .help = "Training steps on warped images before each one on the batch itself",
             .min = 1,
             .max = 16},
            inner);
    v.field({.name = "adversarial_weight",
             .title = "Adversarial",
             .help = "By how much the loss on the warped images counts for the maps, which make it large",
             .min = 0,
             .max = 1000},
            adversarial);
    v.field({.name = "cycle_weight",
             .title = "Cycle",
             .help = "By how much it counts that a map and its inverse, one after the other, lose the image",
             .min = 0,
             .max = 1000},
            cycle);
    v.field({.name = "diversity_weight",
             .title = "Diversity",
             .help = "By how much it counts that other noise gives other images",
             .min = 0,
             .max = 1000,
             .advanced = true},
            diversity);
    v.field({.name = "noise_size",
             .title = "Noise",
             .help = "Random numbers that a map is made from",
             .min = 1,
             .max = 1024,
             .advanced = true},
            noise);
    v.field({.name = "hidden_size",
             .title = "Hidden units",
             .help = "Of the network that makes the maps",
             .min = 1,
             .max = 1024,
             .advanced = true},
            hidden);
    v.field({.name = "warp_learning_rate",
             .title = "Rate of the maps",
             .help = "Learning rate of the network that makes the maps, with Adam",
             .min = 0,
             .max = 1,
             .advanced = true},
            learningRate);
  }
  /// Each inner step trains on the batch under the maps and under their inverses.
  static Passes passes(const OnlineAugment& settings, int, int) {
    const double steps = 2.0 * settings.inner + 1;
    return {0, steps, steps, 1};
  }
};

}  // namespace uada

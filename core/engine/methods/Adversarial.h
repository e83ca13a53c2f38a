#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// Adversarial AutoAugment (Zhang et al., ICLR 2020): a recurrent network draws several policies for each
/// epoch, every image is trained on under all of them, and what made the loss large becomes more likely
/// (docs/methods.md, "Adversarial AutoAugment").
struct Adversarial {
  static constexpr const char* kName = "adversarial";
  static constexpr const char* kTitle = "Adversarial AutoAugment";
  static constexpr const char* kSource = "Zhang et al., ICLR 2020";
  static constexpr const char* kPolicy = "adversarial-space";
  static constexpr PolicySetting kPolicySetting = PolicySetting::fixed;

  int policies = 8;
  double learningRate = 0.00035;
  double entropyWeight = 1e-5;

  void visit(SettingsVisitor& v) {
    v.field({.name = "policies",
             .title = "Policies",
             .help = "Drawn for each epoch; every image is trained on once under each",
             .min = 2,
             .max = 64},
            policies);
    v.field({.name = "controller_learning_rate",
             .title = "Controller's rate",
             .help = "Learning rate of the network that draws the policies, with Adam",
             .min = 0,
             .max = 1,
             .advanced = true},
            learningRate);
    v.field({.name = "entropy_weight",
             .title = "Entropy",
             .help = "Weight of the policies' entropy, which keeps them varied",
             .min = 0,
             .max = 1,
             .advanced = true},
            entropyWeight);
  }
  /// One training step on as many copies of the batch as there are policies.
  static Passes passes(const Adversarial& settings, int, int) {
    const double copies = settings.policies;
    return {0, copies, copies, copies};
  }
};

}  // namespace uada

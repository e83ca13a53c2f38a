#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// AdaAugment (Yang et al., 2024): an actor says how strongly each image is augmented, and learns from how
/// the losses without, with this, and with full augmentation differ (docs/methods.md, "AdaAugment").
struct AdaAugment {
  static constexpr const char* kName = "ada-augment";
  static constexpr const char* kTitle = "AdaAugment";
  static constexpr const char* kSource = "Yang et al. 2024; authors' code";
  static constexpr const char* kPolicy = "entaugment-space";
  static constexpr PolicySetting kPolicySetting = PolicySetting::fixed;
  static constexpr const char* kTask = "classification";

  double learningRate = 3e-4;
  bool normaliseReward = false;

  void visit(SettingsVisitor& v) {
    v.field({.name = "agent_learning_rate",
             .title = "Agent's rate",
             .help = "Learning rate of actor and critic at the start, with Adam; it falls to a hundredth",
             .min = 0,
             .max = 1,
             .advanced = true},
            learningRate);
    v.field({.name = "normalise_reward",
             .title = "Normalise rewards",
             .help = "Takes the mean over the batch from each reward, and divides by the deviation",
             .advanced = true},
            normaliseReward);
  }
  /// A forward of the images without and one with full augmentation; one training step on those between.
  static Passes passes(const AdaAugment&, int, int) { return {2, 1, 1, 3}; }
};

}  // namespace uada

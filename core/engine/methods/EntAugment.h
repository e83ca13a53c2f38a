#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// EntAugment and EntLoss (Yang et al., ECCV 2024): the easier the network found an image when it was last
/// trained on, the stronger it is augmented (docs/methods.md, "EntAugment and EntLoss").
struct EntAugment {
  static constexpr const char* kName = "ent-augment";
  static constexpr const char* kTitle = "EntAugment";
  static constexpr const char* kSource = "Yang et al., ECCV 2024; authors' code";
  static constexpr const char* kPolicy = "entaugment-space";
  static constexpr PolicySetting kPolicySetting = PolicySetting::fixed;
  static constexpr const char* kTask = "classification";

  int warmUp = 10;
  bool entLoss = false;

  void visit(SettingsVisitor& v) {
    v.field({.name = "warm_up",
             .title = "Warm-up",
             .help = "Epochs at the start that draw the level, as TrivialAugment does",
             .min = 0,
             .max = 100000},
            warmUp);
    v.field({.name = "ent_loss",
             .title = "EntLoss",
             .help = "Adds the entropy of what the network says, relative to that of chance, to each loss"},
            entLoss);
  }
  static Passes passes(const EntAugment&, int, int) { return {}; }
};

}  // namespace uada

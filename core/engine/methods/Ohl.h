#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// OHL-Auto-Aug (Lin et al., ICCV 2019): several copies of the network train side by side under ops from one
/// distribution, which moves toward what the better ones were shown (docs/methods.md, "OHL-Auto-Aug").
struct Ohl {
  static constexpr const char* kName = "ohl";
  static constexpr const char* kTitle = "OHL-Auto-Aug";
  static constexpr const char* kSource = "Lin et al., ICCV 2019";
  static constexpr const char* kPolicy = "ohl-space";
  static constexpr PolicySetting kPolicySetting = PolicySetting::fixed;
  static constexpr const char* kTask = "classification";

  int trajectories = 8;
  double heldOut = 0.1;
  double learningRate = 0.05;

  void visit(SettingsVisitor& v) {
    v.field({.name = "trajectories",
             .title = "Trajectories",
             .help = "Copies of the network, which are trained one after the other in each step",
             .min = 2,
             .max = 64},
            trajectories);
    v.field({.name = "held_out",
             .title = "Held out",
             .help = "Share of the training images of each class that rewards are taken on, and no step is",
             .min = 0.001,
             .max = 0.9},
            heldOut);
    v.field({.name = "policy_learning_rate",
             .title = "Policy's rate",
             .help = "Learning rate of the distribution over ops, with Adam",
             .min = 0,
             .max = 10,
             .advanced = true},
            learningRate);
  }
  /// One training step of each trajectory. The test on the held-out images that ends an epoch is not counted,
  /// as tests are not.
  static Passes passes(const Ohl& settings, int, int) {
    const double copies = settings.trajectories;
    return {0, copies, copies, copies};
  }
};

}  // namespace uada

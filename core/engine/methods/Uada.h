#pragma once

#include "core/engine/methods/Method.h"

namespace uada {

/// Universal Adaptive Data Augmentation (Xu & Zhao, IJCAI 2023, Algorithm 1) in the authors' released form
/// (methods.md 1.2): per sample, one group moved per candidate, the hardest is trained on.
struct Uada {
  static constexpr const char* kName = "uada";
  static constexpr const char* kTitle = "UADA";
  static constexpr const char* kSource = "Xu & Zhao, IJCAI 2023; authors' code";
  static constexpr const char* kPolicy = "uada-cifar";
  static constexpr PolicySetting kPolicySetting = PolicySetting::other;  // A19

  int epsilon = 1;
  bool includeUnperturbed = true;

  void visit(SettingsVisitor& v) {
    v.field({.name = "epsilon", .title = "Step", .help = "ε of equation (5): levels, or pixels for crop and cutout (1, 2 or 3 in Table 7)", .min = 0, .max = 9}, epsilon);
    v.field({.name = "include_unperturbed", .title = "Unperturbed is a candidate", .help = "As in the authors' code; off: Algorithm 1 to the letter (A2)", .advanced = true}, includeUnperturbed);
  }
  /// (1 + N) probe forwards, N candidate forwards, one training step; 2N + 1 chains (methods.md 1.4). Epsilon 0 is the plain
  /// policy (A23).
  static Passes passes(const Uada& settings, int groups) {
    if (settings.epsilon == 0) return {};
    return {2.0 * groups + 1, 1, 1, 2.0 * groups + 1};
  }
};

}  // namespace uada

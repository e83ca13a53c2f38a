#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// Any policy as its authors use it, without adaptation: what AutoAugment, RandAugment, TrivialAugment,
/// UniformAugment and found policies are compared by.
struct Plain {
  static constexpr const char* kName = "plain";
  static constexpr const char* kTitle = "Plain training";
  static constexpr const char* kSource = "any policy as its authors use it, without adaptation";
  static constexpr const char* kPolicy = "autoaugment";
  static constexpr PolicySetting kPolicySetting = PolicySetting::stated;

  void visit(SettingsVisitor&) {}
  static Passes passes(const Plain&, int, int) { return {}; }
};

}  // namespace uada

#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// Zero-padded random crop and horizontal flip, nothing else.
struct Baseline {
  static constexpr const char* kName = "baseline";
  static constexpr const char* kTitle = "Baseline";
  static constexpr const char* kSource = "crop and flip; Xu & Zhao 2023, Table 2";
  static constexpr const char* kPolicy = "crop-flip";
  static constexpr PolicySetting kPolicySetting = PolicySetting::fixed;

  void visit(SettingsVisitor&) {}
  static Passes passes(const Baseline&, int, int) { return {}; }
};

}  // namespace uada

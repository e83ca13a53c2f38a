#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// The plain use of UADA's own space: what UADA with epsilon 0 trains on.
struct RaUc {
  static constexpr const char* kName = "ra-uc";
  static constexpr const char* kTitle = "RandAugment (UADA's space)";
  static constexpr const char* kSource = "UADA authors' code: 2 of 14 ops, level uniform in 0..9, Cutout 16";
  static constexpr const char* kPolicy = "uada-cifar";
  static constexpr PolicySetting kPolicySetting = PolicySetting::fixed;
  static constexpr bool kReference = true;

  void visit(SettingsVisitor&) {}
  static Passes passes(const RaUc&, int, int) { return {}; }
};

}  // namespace uada

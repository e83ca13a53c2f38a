#pragma once

#include "core/engine/methods/Selecting.h"

namespace uada {

/// DivAug (Liu et al., ICCV 2021): of several augmented versions of an image those are trained on that the
/// network tells furthest apart (docs/methods.md, "DivAug").
struct DivAug : Selecting {
  static constexpr const char* kName = "divaug";
  static constexpr const char* kTitle = "DivAug";
  static constexpr const char* kSource = "Liu et al., ICCV 2021; authors' code";
  static constexpr const char* kPolicy = "divaug-space";
  static constexpr PolicySetting kPolicySetting = PolicySetting::other;
  static constexpr const char* kTask = "classification";

  DivAug() : Selecting{.candidates = 8, .copies = 4} {}
};

}  // namespace uada

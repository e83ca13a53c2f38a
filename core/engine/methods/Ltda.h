#pragma once

#include <string>

#include "core/engine/methods/Selecting.h"

namespace uada {

/// LTDA, uncertainty-based sampling (Wu et al., ICML 2020): of several augmented versions of an image those
/// are trained on that the network finds hard (docs/methods.md, "LTDA").
struct Ltda : Selecting {
  static constexpr const char* kName = "ltda";
  static constexpr const char* kTitle = "LTDA";
  static constexpr const char* kSource = "Wu et al., ICML 2020; authors' code";
  static constexpr const char* kPolicy = "ltda-space";
  static constexpr PolicySetting kPolicySetting = PolicySetting::other;
  static constexpr const char* kTask = "classification";

  std::string select = "proportional";

  Ltda() : Selecting{.candidates = 4, .copies = 1} {}

  void visit(SettingsVisitor& v) {
    Selecting::visit(v);
    v.field({.name = "select",
             .title = "Selection",
             .help = "Drawn in proportion to the loss, with replacement, as the authors' code; or those with "
                     "the largest loss, as their paper",
             .choices = {"proportional", "argmax"}},
            select);
  }
};

}  // namespace uada

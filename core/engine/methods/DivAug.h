#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// DivAug (Liu et al., ICCV 2021): of several augmented versions of an image those are trained on that the
/// network tells furthest apart (docs/methods.md, "DivAug").
struct DivAug {
  static constexpr const char* kName = "divaug";
  static constexpr const char* kTitle = "DivAug";
  static constexpr const char* kSource = "Liu et al., ICCV 2021; authors' code";
  static constexpr const char* kPolicy = "divaug-space";
  static constexpr PolicySetting kPolicySetting = PolicySetting::other;
  static constexpr const char* kTask = "classification";

  int candidates = 8, copies = 4;

  void visit(SettingsVisitor& v) {
    v.field({.name = "candidates",
             .title = "Candidates",
             .help = "C: augmented versions of each image that are compared, in evaluation mode",
             .min = 1,
             .max = 64},
            candidates);
    v.field({.name = "copies",
             .title = "Copies",
             .help = "S: how many of them are trained on, as one batch of S times the size",
             .min = 1,
             .max = 64},
            copies);
  }
  /// A forward of the batch under each candidate; one training step on all copies.
  static Passes passes(const DivAug& settings, int, int) {
    const double copies = settings.copies;
    return {static_cast<double>(settings.candidates), copies, copies,
            static_cast<double>(settings.candidates)};
  }
};

}  // namespace uada

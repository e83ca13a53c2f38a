#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// LTDA, uncertainty-based sampling (Wu et al., ICML 2020): of several augmented versions of an image those
/// are trained on that the network finds hard (docs/methods.md, "LTDA").
struct Ltda {
  static constexpr const char* kName = "ltda";
  static constexpr const char* kTitle = "LTDA";
  static constexpr const char* kSource = "Wu et al., ICML 2020; authors' code";
  static constexpr const char* kPolicy = "ltda-space";
  static constexpr PolicySetting kPolicySetting = PolicySetting::other;
  static constexpr const char* kTask = "classification";

  int candidates = 4, copies = 1;
  std::string select = "proportional";

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
    v.field({.name = "select",
             .title = "Selection",
             .help = "Drawn in proportion to the loss, with replacement, as the authors' code; or those with "
                     "the largest loss, as their paper",
             .choices = {"proportional", "argmax"}},
            select);
  }
  /// A forward of the batch under each candidate; one training step on all copies.
  static Passes passes(const Ltda& settings, int, int) {
    const double copies = settings.copies;
    return {static_cast<double>(settings.candidates), copies, copies,
            static_cast<double>(settings.candidates)};
  }
};

}  // namespace uada

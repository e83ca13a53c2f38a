#pragma once

#include "core/engine/methods/MethodEntry.h"

namespace uada {

/// Settings of methods that compare several augmented versions of each image, and train on some of them.
struct Selecting {
  int candidates, copies;

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
  static Passes passes(const Selecting& settings, int, int) {
    const double candidates = settings.candidates, copies = settings.copies;
    return {candidates, copies, copies, candidates};
  }
};

}  // namespace uada

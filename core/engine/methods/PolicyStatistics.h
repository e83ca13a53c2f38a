#pragma once

#include <span>
#include <vector>

#include "core/engine/methods/Chooser.h"

namespace uada {

/// One group's trial over a whole batch: every vector is [B].
struct GroupTrial {
  Group group = Group::flip;
  std::vector<Probe> probes;
  std::vector<float> probeLoss, dL;
  std::vector<Candidate> candidates;
  std::vector<float> loss, gain;  ///< of the candidate; minus the unperturbed loss
};

constexpr int kUnperturbed = -1;

/// Sums up one batch's decisions.
/// plans    [B], as drawn
/// trials   a group each, in candidate order; empty for a method without probes
/// winners  [B]: index into trials, or kUnperturbed; empty: all unperturbed
PolicyReport policyReport(const Batch& batch, std::span<const Plan> plans, const Space& space,
                          std::span<const GroupTrial> trials, std::span<const int> winners);

}  // namespace uada

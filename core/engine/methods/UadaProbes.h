#pragma once

#include <span>
#include <vector>

#include "core/augment/Space.h"
#include "core/engine/methods/Method.h"
#include "core/engine/methods/PolicyStatistics.h"
#include "core/engine/methods/Uada.h"

namespace uada {

/// How the groups of a space are probed: the draws, the rows that are shown of them, and what their losses
/// say.
struct UadaProbing {
  const Uada& settings;
  const Space& space;
};

/// The probes of every group, drawn from each sample's stream, group after group.
/// plans  [B], raw
std::vector<GroupTrial> drawTrials(UadaProbing probing, const Batch& batch, std::span<const Plan> plans);

/// The unperturbed plans, then the probes group by group, of a probe each way the opposite ones after them;
/// of a joint probe one variant for all groups.
std::vector<Shown> firstRows(UadaProbing probing, std::span<const Plan> plans,
                             std::span<const GroupTrial> trials);

/// What the losses of the first rows say of each trial: probeLoss, oppositeLoss and dL.
/// losses   [variants, B], as firstRows() shows them
/// returns  [B]: the unperturbed losses
std::vector<float> takeFirstLosses(UadaProbing probing, std::span<const Plan> plans,
                                   std::vector<GroupTrial>& trials, std::span<const float> losses);

/// The ways in which a group may move: along its probe, against it.
struct Moves {
  bool up = true, down = true;
};
/// Both candidates of every group, as there are before its probe's loss is known.
struct BothWays {
  std::vector<Shown> shown;  ///< those that are not the unperturbed image
  /// [2, N, B]: along the probe, then against it: a place in `shown`, or kUnperturbed
  std::vector<std::int64_t> places;
};
/// trials  each with one probe a sample (GroupTrial::perSample)
BothWays bothWays(UadaProbing probing, std::span<const Plan> plans, std::span<const GroupTrial> trials,
                  Moves moves);

}  // namespace uada

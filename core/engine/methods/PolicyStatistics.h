#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "core/engine/methods/Method.h"

namespace uada {

/// One group's trial over a whole batch of B samples with P probes each.
struct GroupTrial {
  Group group;
  std::size_t perSample = 1;          ///< P: 1, or one for each coordinate
  std::vector<Probe> probes;          ///< [B, P]
  std::vector<Plan> opposite;         ///< [B, P]: moved by -delta; empty: not asked for
  std::vector<float> probeLoss, dL;   ///< [B, P]; empty: the update was random
  std::vector<float> oppositeLoss;    ///< [B, P] likewise
  std::vector<Candidate> candidates;  ///< [B]
  std::vector<float> loss, gain;      ///< [B]: of the candidate; minus the unperturbed loss

  std::span<const Probe> probesOf(std::size_t sample) const {
    return std::span(probes).subspan(sample * perSample, perSample);
  }
  std::span<const float> dLOf(std::size_t sample) const { return partOf(dL, sample); }
  std::span<const float> probeLossOf(std::size_t sample) const { return partOf(probeLoss, sample); }
  std::span<const float> oppositeLossOf(std::size_t sample) const { return partOf(oppositeLoss, sample); }
  int position(std::size_t sample) const { return probesOf(sample).front().position; }
  bool inert(std::size_t sample) const { return probesOf(sample).front().inert; }
  /// Whether a coordinate was out of range, of a probe or of the candidate.
  bool clamped(std::size_t sample) const {
    return candidates[sample].clamped ||
           std::ranges::any_of(probesOf(sample), [](const Probe& probe) { return probe.clamped; });
  }

 private:
  std::span<const float> partOf(const std::vector<float>& values, std::size_t sample) const {
    if (values.empty()) return {};
    return std::span(values).subspan(sample * perSample, perSample);
  }
};

constexpr int kUnperturbed = -1;

/// Sums up one batch's decisions.
/// plans    [B], as drawn
/// trials   a group each, in candidate order; empty for a method without probes
/// winners  [B]: index into trials, or kUnperturbed; empty: all unperturbed
PolicyReport policyReport(const Batch& batch, std::span<const Plan> plans, const Space& space,
                          std::span<const GroupTrial> trials, std::span<const int> winners);

/// What was decided for one sample, without pictures.
/// b            its place in the batch
/// plan         as drawn
/// unperturbed  the loss of that
/// winner       index into trials, or kUnperturbed
Decision decisionOf(const Batch& batch, std::size_t b, const Plan& plan, float unperturbed,
                    std::span<const GroupTrial> trials, int winner);

}  // namespace uada

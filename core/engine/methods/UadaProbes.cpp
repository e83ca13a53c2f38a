#include "core/engine/methods/UadaProbes.h"

#include <utility>

namespace uada {
namespace {

/// The last sample is not probed: each of its probes is the plan itself.
void leaveLast(const Plan& plan, std::vector<GroupTrial>& trials) {
  for (GroupTrial& trial : trials) {
    for (Probe& probe : std::span(trial.probes).last(trial.perSample)) {
      probe.plan = plan;
      probe.delta = {};
      probe.position = -1;
      probe.unchanged = true;
      probe.clamped = false;
    }
  }
}

/// The plan with a probe's delta added or, with sign -1, taken away.
Plan movedBy(UadaProbing probing, const Plan& plan, const GroupTrial& trial, std::size_t at, int sign) {
  std::vector<float> dL(trial.perSample, 0.0F);
  dL[at % trial.perSample] = static_cast<float>(sign);
  return probing.space
      .update(plan, trial.probesOf(at / trial.perSample), trial.group, dL, probing.settings.delta)
      .plan;
}

/// Of a group that is switched there is no other way to move.
void addOpposites(UadaProbing probing, std::span<const Plan> plans, std::vector<GroupTrial>& trials) {
  for (GroupTrial& trial : trials) {
    if (toggles(trial.group)) continue;
    for (std::size_t at = 0; at < trial.probes.size(); ++at)
      trial.opposite.push_back(movedBy(probing, plans[at / trial.perSample], trial, at, -1));
  }
}

/// Every group moved by its probes at once.
std::vector<Plan> jointProbes(UadaProbing probing, std::span<const Plan> plans,
                              std::span<const GroupTrial> trials) {
  std::vector<Plan> moved(plans.begin(), plans.end());
  for (std::size_t b = 0; b < moved.size(); ++b)
    for (const GroupTrial& trial : trials)
      for (std::size_t p = 0; p < trial.perSample; ++p)
        if (!trial.probesOf(b)[p].unchanged)
          moved[b] = movedBy(probing, moved[b], trial, b * trial.perSample + p, 1);
  return moved;
}

/// dL = L(probe) - L(unperturbed): equation (2) times delta.
void takeProbeLosses(GroupTrial& trial, std::size_t p, std::span<const float> losses,
                     std::span<const float> unperturbed) {
  trial.probeLoss.resize(trial.probes.size());
  trial.dL.resize(trial.probes.size());
  for (std::size_t b = 0; b < losses.size(); ++b) {
    const std::size_t at = b * trial.perSample + p;
    trial.probeLoss[at] = trial.probes[at].unchanged ? unperturbed[b] : losses[b];
    trial.dL[at] = trial.probeLoss[at] - unperturbed[b];
  }
}

/// The central difference: dL = (L(plan + delta) - L(plan - delta)) / 2.
void takeOppositeLosses(const Space& space, GroupTrial& trial, std::size_t p, std::span<const float> losses,
                        std::span<const Plan> plans, std::span<const float> unperturbed) {
  trial.oppositeLoss.resize(trial.probes.size());
  for (std::size_t b = 0; b < losses.size(); ++b) {
    const std::size_t at = b * trial.perSample + p;
    const bool isUnchanged = space.clamped(trial.opposite[at]) == space.clamped(plans[b]);
    trial.oppositeLoss[at] = isUnchanged ? unperturbed[b] : losses[b];
    trial.dL[at] = (trial.probeLoss[at] - trial.oppositeLoss[at]) / 2;
  }
}

}  // namespace

std::vector<GroupTrial> drawTrials(UadaProbing probing, const Batch& batch, std::span<const Plan> plans) {
  const auto& [settings, space] = probing;
  const std::vector<Group> groups = space.groups();
  std::vector<GroupTrial> trials(groups.size());
  for (std::size_t b = 0; b < plans.size(); ++b) {
    Random random(batch.seed, static_cast<std::uint32_t>(batch.epoch), batch.indices[b], Purpose::probe);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      GroupTrial& trial = trials[g];
      trial.group = groups[g];
      trial.perSample = static_cast<std::size_t>(space.probes(groups[g]));
      for (std::size_t p = 0; p < trial.perSample; ++p)
        trial.probes.push_back(space.probe(plans[b], groups[g], random, static_cast<int>(p), settings.delta));
    }
    if (settings.probedShare < 1 && random.uniform() >= settings.probedShare) leaveLast(plans[b], trials);
  }
  if (settings.estimator == "central") addOpposites(probing, plans, trials);
  return trials;
}

std::vector<Shown> firstRows(UadaProbing probing, std::span<const Plan> plans,
                             std::span<const GroupTrial> trials) {
  const auto& [settings, space] = probing;
  std::vector<Shown> shown;
  addVariant(shown, plans, space);
  if (!settings.probes()) return shown;
  if (settings.estimator == "joint") {
    addVariant(shown, jointProbes(probing, plans, trials), space);
    return shown;
  }
  std::vector<Plan> moved(plans.size());
  for (const GroupTrial& trial : trials) {
    for (std::size_t p = 0; p < trial.perSample; ++p) {
      for (std::size_t b = 0; b < plans.size(); ++b) moved[b] = trial.probesOf(b)[p].plan;
      addVariant(shown, moved, space);
      if (trial.opposite.empty()) continue;
      for (std::size_t b = 0; b < plans.size(); ++b) moved[b] = trial.opposite[b * trial.perSample + p];
      addVariant(shown, moved, space);
    }
  }
  return shown;
}

std::vector<float> takeFirstLosses(UadaProbing probing, std::span<const Plan> plans,
                                   std::vector<GroupTrial>& trials, std::span<const float> losses) {
  const auto& [settings, space] = probing;
  const float* next = losses.data();
  const auto take = [&] { return std::span(std::exchange(next, next + plans.size()), plans.size()); };
  const std::span<const float> unperturbed = take();
  const bool isJoint = settings.estimator == "joint";
  const std::span<const float> joint = isJoint && settings.probes() ? take() : unperturbed;
  for (GroupTrial& trial : trials) {
    for (std::size_t p = 0; p < trial.perSample && settings.probes(); ++p) {
      takeProbeLosses(trial, p, isJoint ? joint : take(), unperturbed);
      if (!trial.opposite.empty()) takeOppositeLosses(space, trial, p, take(), plans, unperturbed);
    }
  }
  return {unperturbed.begin(), unperturbed.end()};
}

BothWays bothWays(UadaProbing probing, std::span<const Plan> plans, std::span<const GroupTrial> trials,
                  Moves moves) {
  const auto& [settings, space] = probing;
  BothWays both;
  for (const float sign : {1.0F, -1.0F}) {
    for (const GroupTrial& trial : trials) {
      for (std::size_t b = 0; b < plans.size(); ++b) {
        const Plan moved = space.clamped(
            space.update(plans[b], trial.probesOf(b), trial.group, {&sign, 1}, settings.epsilon).plan);
        const bool isMoved = (sign > 0 ? moves.up : moves.down) && moved != space.clamped(plans[b]);
        both.places.push_back(isMoved ? std::ssize(both.shown) : kUnperturbed);
        if (isMoved) both.shown.push_back({static_cast<int>(b), moved});
      }
    }
  }
  return both;
}

}  // namespace uada

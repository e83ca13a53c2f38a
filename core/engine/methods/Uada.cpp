#include "core/engine/methods/Uada.h"

#include "core/engine/methods/Chooser.h"
#include "core/engine/methods/PolicyStatistics.h"

namespace uada {
namespace {

/// Algorithm 1 in the authors' released form (methods.md 1.2): 1 + N probe forwards, N candidate forwards;
/// for each sample the candidate with the largest loss, the first of equals, in the order of the space's
/// groups and then the unperturbed plan. Where paper and code differ we follow the code (A2, A12, A15),
/// except that a probe whose clamped coordinates equal the plan's has dL = 0 instead of the noise of two
/// forwards of one image (A12).
class UadaChooser : public Chooser {
 public:
  UadaChooser(const Uada& settings, const Space& space)
      : settings_(settings), space_(space), groups_(space.groups()) {}
  int variants() const override { return 2 * static_cast<int>(groups_.size()) + 1; }

  Chosen choose(const Batch& batch, Oracle& oracle, int pictured) const override {
    const std::vector<Plan> plans = samplePlans(batch, space_);
    std::vector<GroupTrial> trials = probed(batch, plans);

    std::vector<Plan> shown;  // the unperturbed plans, then the probes group by group
    for (const Plan& plan : plans) shown.push_back(space_.clamped(plan));
    for (const GroupTrial& trial : trials) {
      for (const Probe& probe : trial.probes) shown.push_back(space_.clamped(probe.plan));
    }
    const int first = oracle.render(shown);
    Chosen chosen;
    chosen.unperturbed = oracle.losses(first, Phase::probe);
    for (std::size_t g = 0; g < trials.size(); ++g) {
      takeProbeLosses(trials[g], oracle.losses(first + 1 + static_cast<int>(g), Phase::probe),
                      chosen.unperturbed);
    }
    const int candidates = tryCandidates(plans, trials, chosen.unperturbed, oracle);

    const std::vector<int> winners = hardest(trials, chosen.unperturbed);
    for (std::size_t b = 0; b < plans.size(); ++b) {
      const int winner = winners[b];
      chosen.variants.push_back(winner == kUnperturbed ? first : candidates + winner);
      chosen.best.push_back(winner == kUnperturbed ? chosen.unperturbed[b] : trials[winner].loss[b]);
    }
    chosen.policy = policyReport(batch, plans, space_, trials, winners);
    for (std::size_t b = 0; b < plans.size() && static_cast<int>(b) < pictured; ++b) {
      chosen.decisions.push_back(recorded(batch, b, plans[b], chosen.unperturbed[b], trials, winners[b]));
      chosen.decided.push_back(winners[b] == kUnperturbed ? plans[b] : trials[winners[b]].candidates[b].plan);
    }
    return chosen;
  }

 private:
  /// The probes of every group, drawn from each sample's own stream, group after group.
  std::vector<GroupTrial> probed(const Batch& batch, std::span<const Plan> plans) const {
    std::vector<GroupTrial> trials(groups_.size());
    for (std::size_t b = 0; b < plans.size(); ++b) {
      Random random(batch.seed, static_cast<std::uint32_t>(batch.epoch), batch.indices[b], Purpose::probe);
      for (std::size_t g = 0; g < groups_.size(); ++g) {
        trials[g].group = groups_[g];
        trials[g].probes.push_back(space_.probe(plans[b], groups_[g], random));
      }
    }
    return trials;
  }

  /// dL = L(probe) - L(unperturbed): equation (2) times delta.
  static void takeProbeLosses(GroupTrial& trial, std::vector<float> losses,
                              std::span<const float> unperturbed) {
    trial.probeLoss = std::move(losses);
    for (std::size_t b = 0; b < unperturbed.size(); ++b) {
      if (trial.probes[b].unchanged) trial.probeLoss[b] = unperturbed[b];
      trial.dL.push_back(trial.probeLoss[b] - unperturbed[b]);
    }
  }

  /// Equation (5) and the losses of its results.
  /// returns  the variant of the first group's candidates
  int tryCandidates(std::span<const Plan> plans, std::vector<GroupTrial>& trials,
                    std::span<const float> unperturbed, Oracle& oracle) const {
    std::vector<Plan> shown;
    for (GroupTrial& trial : trials) {
      for (std::size_t b = 0; b < plans.size(); ++b) {
        trial.candidates.push_back(
            space_.update(plans[b], trial.probes[b], trial.group, trial.dL[b], settings_.epsilon));
        shown.push_back(space_.clamped(trial.candidates.back().plan));
      }
    }
    const int first = oracle.render(shown);
    for (std::size_t g = 0; g < trials.size(); ++g) {
      trials[g].loss = oracle.losses(first + static_cast<int>(g), Phase::candidate);
      for (std::size_t b = 0; b < plans.size(); ++b)
        trials[g].gain.push_back(trials[g].loss[b] - unperturbed[b]);
    }
    return first;
  }

  /// Step 8: the arg-max of each sample. A later candidate must be larger, not equal.
  std::vector<int> hardest(std::span<const GroupTrial> trials, std::span<const float> unperturbed) const {
    std::vector<int> winners(unperturbed.size(), 0);
    for (std::size_t b = 0; b < unperturbed.size(); ++b) {
      float best = trials[0].loss[b];
      for (std::size_t g = 1; g < trials.size(); ++g) {
        if (trials[g].loss[b] <= best) continue;
        best = trials[g].loss[b];
        winners[b] = static_cast<int>(g);
      }
      if (settings_.includeUnperturbed && unperturbed[b] > best) winners[b] = kUnperturbed;
    }
    return winners;
  }

  static Decision recorded(const Batch& batch, std::size_t b, const Plan& plan, float unperturbed,
                           std::span<const GroupTrial> trials, int winner) {
    Decision decision;
    decision.step = batch.step;
    decision.epoch = batch.epoch;
    decision.index = batch.indices[b];
    decision.plan = plan;
    decision.unperturbedLoss = unperturbed;
    decision.winner = winner;
    for (const GroupTrial& trial : trials) {
      const Probe& probe = trial.probes[b];
      const Candidate& candidate = trial.candidates[b];
      GroupDecision& part = decision.groups.emplace_back();
      part.group = groupName(trial.group);
      part.position = probe.position;
      part.before = Space::coordinates(plan, trial.group, probe.position);
      part.delta.assign(probe.delta.begin(), probe.delta.begin() + probe.coordinates);
      part.after = Space::coordinates(candidate.plan, trial.group, probe.position);
      part.probeLoss = trial.probeLoss[b];
      part.dL = trial.dL[b];
      part.candidateLoss = trial.loss[b];
      part.inert = probe.inert;
      part.clamped = probe.clamped || candidate.clamped;
      part.candidate = candidate.plan;
    }
    return decision;
  }

  const Uada settings_;
  const Space& space_;
  const std::vector<Group> groups_;
};

}  // namespace

std::unique_ptr<Chooser> make(const Uada& settings, const Space& space) {
  if (settings.epsilon == 0 || space.groups().empty()) return makePlainChooser(space);  // A23
  return std::make_unique<UadaChooser>(settings, space);
}

}  // namespace uada

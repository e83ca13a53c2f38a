#include "core/engine/methods/Uada.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "core/engine/methods/Method.h"
#include "core/engine/methods/PolicyStatistics.h"

namespace uada {
namespace {

/// Algorithm 1. O_i are the coordinates of group i, L is a sample's loss under a plan, delta a probe's move:
///   (2)  G_i = (L(O_i + delta) - L(O_i)) / delta     takeProbeLosses() gives dL, the numerator
///   (4)  O_i' = O_i + epsilon sign(dL / dO_i)        which would need the true derivative
///   (5)  O_i' = O_i + epsilon sign(G_i)              (2) in its place: tryCandidates(), Space::update()
/// An example with epsilon 1 and L = 1.00 (docs/methods.md, "A worked example"): the crop at (4, 7), probed
/// by (+1, -1), has L = 1.20, so it moves on that way, to (5, 6); the box (2, 20, 18, 32), probed by
/// (+1, -1, -1, +1), has L = 0.70, so it moves the other way, to (1, 21, 19, 31). If both candidates then
/// have L = 1.15, and nothing has more, the sample is trained on the crop's, the first of equals.
///
/// In the authors' released form: 1 + N probe forwards, N candidate forwards; for each sample the candidate
/// with the largest loss, the first of equals, in the order of the space's groups and then the unperturbed
/// plan. Where paper and code differ we follow the code, except that a probe whose clamped coordinates equal
/// the plan's has dL = 0 instead of the noise of two forwards of one image. The other readings are settings:
/// of the whole batch one decision, a random or a reversed move, the smallest loss; a probe for each
/// coordinate is the space's (docs/methods.md, "Choices").
class UadaMethod : public Method {
 public:
  UadaMethod(const Uada& settings, const MethodContext& context)
      : settings_(settings), space_(context.space), groups_(space_.groups()) {}

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const Batch drawn = drawnBy(batch);
    const std::vector<Plan> plans = samplePlans(drawn, space_);
    std::vector<GroupTrial> trials = probed(drawn, plans);
    StepOutcome outcome;
    const Rows unperturbed = tryProbes(plans, trials, outcome.unperturbed, context);
    const Rows candidates = tryCandidates(drawn, plans, trials, outcome.unperturbed, context);

    const std::vector<int> winners = this->winners(trials, outcome.unperturbed);
    std::vector<int> picked;
    for (int b = 0; b < unperturbed.count; ++b) {
      const int winner = winners[b];
      picked.push_back(
          b + (winner == kUnperturbed ? unperturbed : candidates.variant(winner, unperturbed.count)).first);
      outcome.best.push_back(winner == kUnperturbed ? outcome.unperturbed[b] : trials[winner].loss[b]);
    }
    outcome.policy = policyReport(batch, plans, space_, trials, winners);
    for (std::size_t b = 0; b < plans.size() && static_cast<int>(b) < context.pictured(); ++b) {
      outcome.decisions.push_back(recorded(batch, b, plans[b], outcome.unperturbed[b], trials, winners[b]));
      outcome.decided.push_back(winners[b] == kUnperturbed ? plans[b]
                                                           : trials[winners[b]].candidates[b].plan);
    }
    if (!std::ranges::all_of(outcome.unperturbed, [](float loss) { return std::isfinite(loss); }))
      context.refuse("the loss of an unperturbed image");
    outcome.trained = context.train(picked);
    return outcome;
  }

 private:
  /// The batch as its random choices are drawn: each sample from its own stream, or all from the first one's.
  Batch drawnBy(Batch batch) const {
    if (settings_.perBatch()) std::ranges::fill(batch.indices, batch.indices.front());
    return batch;
  }

  /// The probes of every group, drawn from each sample's stream, group after group.
  std::vector<GroupTrial> probed(const Batch& batch, std::span<const Plan> plans) const {
    std::vector<GroupTrial> trials(groups_.size());
    for (std::size_t b = 0; b < plans.size(); ++b) {
      Random random(batch.seed, static_cast<std::uint32_t>(batch.epoch), batch.indices[b], Purpose::probe);
      for (std::size_t g = 0; g < groups_.size(); ++g) {
        trials[g].group = groups_[g];
        trials[g].perSample = static_cast<std::size_t>(space_.probes(groups_[g]));
        for (std::size_t p = 0; p < trials[g].perSample; ++p)
          trials[g].probes.push_back(space_.probe(plans[b], groups_[g], random, static_cast<int>(p)));
      }
    }
    return trials;
  }

  /// Renders the unperturbed plans, then the probes group by group, and takes their losses.
  /// returns  the rows of the unperturbed plans
  Rows tryProbes(std::span<const Plan> plans, std::vector<GroupTrial>& trials,
                 std::vector<float>& unperturbed, StepContext& context) const {
    std::vector<Shown> shown;
    addVariant(shown, plans, space_);
    std::vector<Plan> moved(plans.size());
    for (const GroupTrial& trial : trials) {
      for (std::size_t p = 0; p < trial.perSample && settings_.probes(); ++p) {
        for (std::size_t b = 0; b < plans.size(); ++b) moved[b] = trial.probesOf(b)[p].plan;
        addVariant(shown, moved, space_);
      }
    }
    const Rows all = context.render(shown);
    const auto size = static_cast<int>(plans.size());
    unperturbed = losses(context, all.variant(0, size), Phase::probe);
    int variant = 0;
    for (GroupTrial& trial : trials) {
      for (std::size_t p = 0; p < trial.perSample && settings_.probes(); ++p)
        takeProbeLosses(trial, p, losses(context, all.variant(++variant, size), Phase::probe), unperturbed);
    }
    return all.variant(0, size);
  }

  /// The losses of a variant that decide: each sample's own, or for all of them the mean over the batch.
  std::vector<float> losses(StepContext& context, Rows variant, Phase phase) const {
    const at::Tensor values = context.losses(variant, {phase}).cpu();  // [B]
    // Not const_data_ptr<float>(): clang 19 mangles it unlike the compiler that LibTorch was built with.
    const auto* first = static_cast<const float*>(values.const_data_ptr());
    std::vector<float> losses(first, first + values.numel());
    if (settings_.perBatch()) {
      const double sum = std::accumulate(losses.begin(), losses.end(), 0.0);
      std::ranges::fill(losses, static_cast<float>(sum / static_cast<double>(losses.size())));
    }
    return losses;
  }

  /// dL = L(probe) - L(unperturbed): equation (2) times delta.
  static void takeProbeLosses(GroupTrial& trial, std::size_t p, std::span<const float> losses,
                              std::span<const float> unperturbed) {
    trial.probeLoss.resize(trial.probes.size());
    trial.dL.resize(trial.probes.size());
    for (std::size_t b = 0; b < losses.size(); ++b) {
      const std::size_t at = b * trial.perSample + p;
      trial.probeLoss[at] = trial.probes[at].unchanged ? unperturbed[b] : losses[b];
      trial.dL[at] = trial.probeLoss[at] - unperturbed[b];
    }
  }

  /// What equation (5) takes for dL: the estimate, its opposite, or a random sign. The
  /// coordinates' deltas are fair coins already, so only the flip needs one more.
  /// returns  [B, P]
  std::vector<float> directions(const Batch& drawn, const GroupTrial& trial) const {
    std::vector<float> directions = trial.dL;
    if (settings_.update == "against")
      std::ranges::transform(directions, directions.begin(), std::negate<>());
    if (settings_.probes()) return directions;
    directions.assign(trial.probes.size(), 1.0F);
    for (std::size_t b = 0; b < directions.size() && toggles(trial.group); ++b) {
      Random random(drawn.seed, static_cast<std::uint32_t>(drawn.epoch), drawn.indices[b], Purpose::update);
      directions[b] = static_cast<float>(random.sign());
    }
    return directions;
  }

  /// Equation (5) and the losses of its results.
  /// returns  the rows of the candidates, a variant for each group
  Rows tryCandidates(const Batch& drawn, std::span<const Plan> plans, std::vector<GroupTrial>& trials,
                     std::span<const float> unperturbed, StepContext& context) const {
    std::vector<Shown> shown;
    for (GroupTrial& trial : trials) {
      const std::vector<float> dL = directions(drawn, trial);
      for (std::size_t b = 0; b < plans.size(); ++b) {
        trial.candidates.push_back(space_.update(plans[b], trial.probesOf(b), trial.group,
                                                 std::span(dL).subspan(b * trial.perSample, trial.perSample),
                                                 settings_.epsilon));
        shown.push_back({static_cast<int>(b), space_.clamped(trial.candidates.back().plan)});
      }
    }
    const Rows all = context.render(shown);
    const auto size = static_cast<int>(plans.size());
    for (std::size_t g = 0; g < trials.size(); ++g) {
      trials[g].loss = losses(context, all.variant(static_cast<int>(g), size), Phase::candidate);
      for (std::size_t b = 0; b < plans.size(); ++b)
        trials[g].gain.push_back(trials[g].loss[b] - unperturbed[b]);
    }
    return all;
  }

  /// Step 8: the arg-max of each sample, or the arg-min. A later candidate must be harder (easier), not
  /// equal.
  std::vector<int> winners(std::span<const GroupTrial> trials, std::span<const float> unperturbed) const {
    const bool easiest = settings_.selection == "easiest";
    const auto beats = [easiest](float a, float b) { return easiest ? a < b : a > b; };
    std::vector<int> winners(unperturbed.size(), 0);
    for (std::size_t b = 0; b < unperturbed.size(); ++b) {
      float best = trials[0].loss[b];
      for (std::size_t g = 1; g < trials.size(); ++g) {
        if (!beats(trials[g].loss[b], best)) continue;
        best = trials[g].loss[b];
        winners[b] = static_cast<int>(g);
      }
      if (settings_.includeUnperturbed && beats(unperturbed[b], best)) winners[b] = kUnperturbed;
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
      const Plan& candidate = trial.candidates[b].plan;
      const std::span<const float> probeLoss = trial.probeLossOf(b), dL = trial.dLOf(b);
      GroupDecision& part = decision.groups.emplace_back();
      part.group = groupName(trial.group);
      part.position = trial.position(b);
      part.before = Space::coordinates(plan, trial.group, part.position);
      part.delta.assign(trial.probesOf(b).front().coordinates, 0);
      for (const Probe& probe : trial.probesOf(b)) {
        for (std::size_t k = 0; k < part.delta.size(); ++k) part.delta[k] += probe.delta[k];
      }
      part.after = Space::coordinates(candidate, trial.group, part.position);
      part.probeLoss.assign(probeLoss.begin(), probeLoss.end());
      part.dL.assign(dL.begin(), dL.end());
      part.candidateLoss = trial.loss[b];
      part.inert = trial.inert(b);
      part.clamped = trial.clamped(b);
      part.candidate = candidate;
    }
    return decision;
  }

  const Uada settings_;
  const Space& space_;
  const std::vector<Group> groups_;
};

}  // namespace

std::unique_ptr<Method> make(const Uada& settings, const MethodContext& context) {
  if (settings.epsilon == 0 || context.space.groups().empty()) return makePlainMethod(context);
  return std::make_unique<UadaMethod>(settings, context);
}

}  // namespace uada

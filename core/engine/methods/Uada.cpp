#include "core/engine/methods/Uada.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

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
    const Tried unperturbed = tryProbes(plans, trials, outcome.unperturbed, context);
    if (!std::ranges::all_of(outcome.unperturbed, [](float loss) { return std::isfinite(loss); }))
      context.refuse("the loss of an unperturbed image");
    moveGroups(drawn, plans, trials);
    const Tried candidates = tryCandidates(trials, context);
    const at::Tensor winners = this->winners(candidates.losses, unperturbed.losses);
    outcome.trained = context.train(
        {.rows = rowsOf(winners, unperturbed.rows, candidates.rows),
         .numbers = at::cat({candidates.losses, winners.to(at::kFloat).unsqueeze(0)})});  // [N + 1, B]
    report(batch, plans, trials, context.pictured(), outcome);
    return outcome;
  }

  std::vector<Shown> known(const Batch& batch) const override {
    const Batch drawn = drawnBy(batch);
    const std::vector<Plan> plans = samplePlans(drawn, space_);
    return firstRows(plans, probed(drawn, plans));
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

  /// Variants of the batch: rows of the step, and what decides between them.
  struct Tried {
    Rows rows;
    at::Tensor losses;  // [variants, B], float, on the device
  };

  /// The unperturbed plans, then the probes group by group.
  std::vector<Shown> firstRows(std::span<const Plan> plans, std::span<const GroupTrial> trials) const {
    std::vector<Shown> shown;
    addVariant(shown, plans, space_);
    std::vector<Plan> moved(plans.size());
    for (const GroupTrial& trial : trials) {
      for (std::size_t p = 0; p < trial.perSample && settings_.probes(); ++p) {
        for (std::size_t b = 0; b < plans.size(); ++b) moved[b] = trial.probesOf(b)[p].plan;
        addVariant(shown, moved, space_);
      }
    }
    return shown;
  }

  /// Takes the losses of the first rows, and reads them: the candidates follow from them.
  /// returns  the unperturbed plans; losses [B]
  Tried tryProbes(std::span<const Plan> plans, std::vector<GroupTrial>& trials,
                  std::vector<float>& unperturbed, StepContext& context) const {
    const Rows all = context.render(firstRows(plans, trials));
    const auto size = static_cast<int>(plans.size());
    const at::Tensor losses = this->losses(context, all, size, Phase::probe);
    const at::Tensor read = losses.cpu();
    const auto* next = static_cast<const float*>(read.const_data_ptr());
    const auto take = [&] { return std::span(std::exchange(next, next + size), plans.size()); };
    const std::span<const float> own = take();
    unperturbed.assign(own.begin(), own.end());
    for (GroupTrial& trial : trials) {
      for (std::size_t p = 0; p < trial.perSample && settings_.probes(); ++p)
        takeProbeLosses(trial, p, take(), unperturbed);
    }
    return {all.variant(0, size), losses[0]};
  }

  /// The losses that decide: each sample's own, or for all of a variant the mean over the batch.
  /// size     B, rows of a variant
  /// returns  [variants, B]
  at::Tensor losses(StepContext& context, Rows rows, int size, Phase phase) const {
    std::vector<at::Tensor> losses;
    for (int variant = 0; variant < rows.count / size; ++variant)
      losses.push_back(context.losses(rows.variant(variant, size), {phase}));
    const at::Tensor all = at::stack(losses);
    if (!settings_.perBatch()) return all;
    return all.to(at::kDouble).mean(1, true).to(at::kFloat).expand_as(all).contiguous();
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

  /// Equation (5): the candidates of every group.
  void moveGroups(const Batch& drawn, std::span<const Plan> plans, std::vector<GroupTrial>& trials) const {
    for (GroupTrial& trial : trials) {
      const std::vector<float> dL = directions(drawn, trial);
      for (std::size_t b = 0; b < plans.size(); ++b)
        trial.candidates.push_back(space_.update(plans[b], trial.probesOf(b), trial.group,
                                                 std::span(dL).subspan(b * trial.perSample, trial.perSample),
                                                 settings_.epsilon));
    }
  }

  /// A variant for each group.
  Tried tryCandidates(std::span<const GroupTrial> trials, StepContext& context) const {
    std::vector<Shown> shown;
    for (const GroupTrial& trial : trials)
      for (std::size_t b = 0; b < trial.candidates.size(); ++b)
        shown.push_back({static_cast<int>(b), space_.clamped(trial.candidates[b].plan)});
    const Rows rows = context.render(shown);
    const auto size = static_cast<int>(trials.front().candidates.size());
    return {rows, losses(context, rows, size, Phase::candidate)};
  }

  /// Step 8: the arg-max of each sample, or the arg-min. A later candidate must be harder (easier), not
  /// equal.
  /// losses       [N, B] of the candidates
  /// unperturbed  [B]
  /// returns      [B], int64: a group, or kUnperturbed
  at::Tensor winners(const at::Tensor& losses, const at::Tensor& unperturbed) const {
    const bool easiest = settings_.selection == "easiest";
    const auto beats = [easiest](const at::Tensor& a, const at::Tensor& b) {
      return easiest ? a.lt(b) : a.gt(b);
    };
    at::Tensor best = losses[0];
    at::Tensor winners = at::zeros_like(best, at::kLong);
    const auto take = [&](const at::Tensor& challenger, std::int64_t group) {
      const at::Tensor isBeaten = beats(challenger, best);
      best = at::where(isBeaten, challenger, best);
      winners.masked_fill_(isBeaten, group);
    };
    for (std::int64_t g = 1; g < losses.size(0); ++g) take(losses[g], g);
    if (settings_.includeUnperturbed) take(unperturbed, kUnperturbed);
    return winners;
  }

  /// Where the winners stand among the rows of the step.
  static at::Tensor rowsOf(const at::Tensor& winners, Rows unperturbed, Rows candidates) {
    const std::int64_t size = winners.numel();
    const at::Tensor places = at::arange(size, winners.options());
    return places + at::where(winners == kUnperturbed, at::full_like(winners, unperturbed.first),
                              candidates.first + winners * size);
  }

  /// Takes the numbers that came with the training, and reports all that was decided.
  void report(const Batch& batch, std::span<const Plan> plans, std::vector<GroupTrial>& trials, int pictured,
              StepOutcome& outcome) const {
    const auto* next = static_cast<const double*>(outcome.trained.numbers.const_data_ptr());
    for (GroupTrial& trial : trials) {
      for (std::size_t b = 0; b < plans.size(); ++b) {
        trial.loss.push_back(static_cast<float>(*next++));
        trial.gain.push_back(trial.loss[b] - outcome.unperturbed[b]);
      }
    }
    std::vector<int> winners(plans.size());
    for (std::size_t b = 0; b < plans.size(); ++b) {
      const int winner = winners[b] = static_cast<int>(*next++);
      outcome.best.push_back(winner == kUnperturbed ? outcome.unperturbed[b] : trials[winner].loss[b]);
    }
    outcome.policy = policyReport(batch, plans, space_, trials, winners);
    for (std::size_t b = 0; b < plans.size() && static_cast<int>(b) < pictured; ++b) {
      outcome.decisions.push_back(recorded(batch, b, plans[b], outcome.unperturbed[b], trials, winners[b]));
      outcome.decided.push_back(winners[b] == kUnperturbed ? plans[b]
                                                           : trials[winners[b]].candidates[b].plan);
    }
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

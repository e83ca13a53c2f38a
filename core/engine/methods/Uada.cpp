#include "core/engine/methods/Uada.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/engine/methods/Method.h"
#include "core/engine/methods/PolicyStatistics.h"
#include "core/engine/methods/StepLosses.h"

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
///
/// Fast mode decides by the same rule and computes no image of a sample twice: a candidate that is its probe
/// has the probe's loss (StepLosses; docs/methods.md, "Fast mode").
class UadaMethod : public Method {
 public:
  UadaMethod(const Uada& settings, const MethodContext& context)
      : settings_(settings),
        space_(context.space),
        groups_(space_.groups()),
        plain_(makePlainMethod(context)),
        precision_(at::full({}, kUntried, at::kLong)) {}

  StepOutcome step(const Batch& batch, StepContext& context) override {
    if (!isProbed(batch)) return plain_->step(batch, context);
    const Batch drawn = drawnBy(batch);
    const std::vector<Plan> plans = samplePlans(drawn, space_);
    std::vector<GroupTrial> trials = probed(drawn, plans);
    StepOutcome outcome;
    StepLosses losses(space_, rule(), static_cast<int>(plans.size()), context);
    const Tried unperturbed = tryProbes(plans, trials, outcome.unperturbed, losses);
    if (!std::ranges::all_of(outcome.unperturbed, [](float loss) { return std::isfinite(loss); }))
      context.refuse("the loss of an unperturbed image");
    moveGroups(drawn, plans, trials);
    const Tried candidates = tryCandidates(trials, losses);
    if (settings_.choosesPrecision() && precision_.item<std::int64_t>() == kUntried)
      choosePrecision({0, static_cast<int>(plans.size())}, context, outcome.notes);
    const at::Tensor winners = this->winners(candidates, unperturbed);
    outcome.trained = context.train(
        {.rows = rowsOf(winners, unperturbed, candidates),
         .numbers = at::cat({candidates.losses, winners.to(at::kFloat).unsqueeze(0)})});  // [N + 1, B]
    report(batch, plans, trials, context.pictured(), outcome);
    return outcome;
  }

  std::vector<Shown> known(const Batch& batch) const override {
    if (!isProbed(batch)) return plain_->known(batch);
    const Batch drawn = drawnBy(batch);
    const std::vector<Plan> plans = samplePlans(drawn, space_);
    std::vector<Shown> added;
    RowPlaces(space_, settings_.reuses()).place(firstRows(plans, probed(drawn, plans)), added);
    return added;
  }

  void adopt(const Choice& method) override { settings_ = method.as<MethodSettings<Uada>>().own; }

  void visit(StateVisitor& visitor) override {
    if (settings_.choosesPrecision()) visitor.tensor("method.precision", precision_);
  }

 private:
  static constexpr std::int64_t kUntried = -1, kFloat32 = 0, kBf16 = 1;  // of precision_

  /// Whether there is a choice in this step.
  bool isProbed(const Batch& batch) const { return (batch.step - 1) % settings_.probeEvery == 0; }

  LossRule rule() const {
    const bool isFast = settings_.isFast();
    const auto either = [isFast](const std::string& setting, const char* one) {
      return setting == "usual" ? isFast : setting == one;
    };
    LossRule rule;
    rule.reuses = settings_.reuses();
    rule.first.norm = rule.others.norm = NormMode::train;
    if (settings_.norm == "probe") rule.first.norm = rule.others.norm = NormMode::probe;
    if (settings_.norm == "eval") rule.first.norm = rule.others.norm = NormMode::running;
    if (either(settings_.norm, "base")) {
      rule.first.norm = NormMode::record;
      rule.others.norm = NormMode::base;
    }
    rule.first.precision = precision();
    rule.first.commonNoise = either(settings_.noise, "common");
    rule.others.precision = rule.first.precision;
    rule.others.commonNoise = rule.first.commonNoise;
    return rule;
  }

  Precision precision() const {
    if (settings_.choosesPrecision())
      return precision_.item<std::int64_t>() == kBf16 ? Precision::bf16 : Precision::float32;
    if (settings_.precision == "usual") return Precision::training;
    return settings_.precision == "bf16" ? Precision::bf16 : Precision::float32;
  }

  /// Times forwards of the unperturbed batch both ways: whether the processor gains by bfloat16 is its own
  /// matter. Done in the first step, for those after it; what was chosen is part of the run's state, since it
  /// changes bits.
  void choosePrecision(Rows rows, StepContext& context, std::vector<std::string>& notes) {
    constexpr int kTrials = 3;
    constexpr double kClearly = 0.9;  // of the time: what is about as fast is not worth other bits
    double least[2];
    for (const bool bf16 : {false, true}) {
      const Mode mode{.norm = NormMode::probe,
                      .precision = bf16 ? Precision::bf16 : Precision::float32,
                      .commonNoise = true};
      least[bf16] = std::numeric_limits<double>::infinity();
      for (int trial = 0; trial < kTrials; ++trial) {
        const auto begin = std::chrono::steady_clock::now();
        context.losses(rows, mode).cpu();
        const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
        least[bf16] = std::min(least[bf16], took.count());
      }
    }
    const bool isFaster = least[1] < kClearly * least[0];
    precision_.fill_(isFaster ? kBf16 : kFloat32);
    notes.push_back(
        fmt::format("probes in {}: a forward of the batch took {:.1f} ms in float32 and {:.1f} ms "
                    "in bfloat16",
                    isFaster ? "bfloat16" : "float32", least[0], least[1]));
  }

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
        GroupTrial& trial = trials[g];
        trial.group = groups_[g];
        trial.perSample = static_cast<std::size_t>(space_.probes(groups_[g]));
        for (std::size_t p = 0; p < trial.perSample; ++p)
          trial.probes.push_back(
              space_.probe(plans[b], groups_[g], random, static_cast<int>(p), settings_.delta));
      }
      if (settings_.probedShare < 1 && random.uniform() >= settings_.probedShare) leave(plans[b], trials);
    }
    if (settings_.estimator == "central") addOpposites(plans, trials);
    return trials;
  }

  /// The last sample is not probed: each of its probes is the plan itself.
  static void leave(const Plan& plan, std::vector<GroupTrial>& trials) {
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

  /// Of a group that is switched there is no other way to move.
  void addOpposites(std::span<const Plan> plans, std::vector<GroupTrial>& trials) const {
    for (GroupTrial& trial : trials) {
      if (toggles(trial.group)) continue;
      for (std::size_t at = 0; at < trial.probes.size(); ++at)
        trial.opposite.push_back(movedBy(plans[at / trial.perSample], trial, at, -1));
    }
  }

  /// The plan with a probe's delta added or, with sign -1, taken away.
  Plan movedBy(const Plan& plan, const GroupTrial& trial, std::size_t at, int sign) const {
    std::vector<float> dL(trial.perSample, 0.0F);
    dL[at % trial.perSample] = static_cast<float>(sign);
    return space_.update(plan, trial.probesOf(at / trial.perSample), trial.group, dL, settings_.delta).plan;
  }

  /// Every group moved by its probes at once.
  std::vector<Plan> jointProbes(std::span<const Plan> plans, std::span<const GroupTrial> trials) const {
    std::vector<Plan> moved(plans.begin(), plans.end());
    for (std::size_t b = 0; b < moved.size(); ++b)
      for (const GroupTrial& trial : trials)
        for (std::size_t p = 0; p < trial.perSample; ++p)
          if (!trial.probesOf(b)[p].unchanged)
            moved[b] = movedBy(moved[b], trial, b * trial.perSample + p, 1);
    return moved;
  }

  /// The unperturbed plans, then the probes group by group, of a probe each way the opposite ones after them.
  std::vector<Shown> firstRows(std::span<const Plan> plans, std::span<const GroupTrial> trials) const {
    std::vector<Shown> shown;
    addVariant(shown, plans, space_);
    if (!settings_.probes()) return shown;
    if (settings_.estimator == "joint") {
      addVariant(shown, jointProbes(plans, trials), space_);
      return shown;
    }
    std::vector<Plan> moved(plans.size());
    for (const GroupTrial& trial : trials) {
      for (std::size_t p = 0; p < trial.perSample; ++p) {
        for (std::size_t b = 0; b < plans.size(); ++b) moved[b] = trial.probesOf(b)[p].plan;
        addVariant(shown, moved, space_);
        if (trial.opposite.empty()) continue;
        for (std::size_t b = 0; b < plans.size(); ++b) moved[b] = trial.opposite[b * trial.perSample + p];
        addVariant(shown, moved, space_);
      }
    }
    return shown;
  }

  /// Takes the losses of the first rows, and reads them: the candidates follow from them.
  /// returns  the unperturbed plans
  Tried tryProbes(std::span<const Plan> plans, std::vector<GroupTrial>& trials,
                  std::vector<float>& unperturbed, StepLosses& losses) const {
    const Tried tried = decisive(losses.take(firstRows(plans, trials), Phase::probe));
    const at::Tensor read = tried.losses.cpu().contiguous();
    const auto* next = static_cast<const float*>(read.const_data_ptr());
    const auto take = [&] { return std::span(std::exchange(next, next + plans.size()), plans.size()); };
    const std::span<const float> own = take();
    unperturbed.assign(own.begin(), own.end());
    const bool isJoint = settings_.estimator == "joint";
    const std::span<const float> joint = isJoint && settings_.probes() ? take() : own;
    for (GroupTrial& trial : trials) {
      for (std::size_t p = 0; p < trial.perSample && settings_.probes(); ++p) {
        takeProbeLosses(trial, p, isJoint ? joint : take(), unperturbed);
        if (!trial.opposite.empty()) takeOppositeLosses(trial, p, take(), plans, unperturbed);
      }
    }
    return {tried.rows[0], tried.losses[0]};
  }

  /// The losses that decide: each sample's own, or for all of a variant the mean over the batch.
  Tried decisive(const Tried& tried) const {
    if (!settings_.perBatch()) return tried;
    const at::Tensor means = tried.losses.to(at::kDouble).mean(1, true).to(at::kFloat);
    return {tried.rows, means.expand_as(tried.losses).contiguous()};
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

  /// The central difference: dL = (L(plan + delta) - L(plan - delta)) / 2.
  void takeOppositeLosses(GroupTrial& trial, std::size_t p, std::span<const float> losses,
                          std::span<const Plan> plans, std::span<const float> unperturbed) const {
    trial.oppositeLoss.resize(trial.probes.size());
    for (std::size_t b = 0; b < losses.size(); ++b) {
      const std::size_t at = b * trial.perSample + p;
      const bool isUnchanged = space_.clamped(trial.opposite[at]) == space_.clamped(plans[b]);
      trial.oppositeLoss[at] = isUnchanged ? unperturbed[b] : losses[b];
      trial.dL[at] = (trial.probeLoss[at] - trial.oppositeLoss[at]) / 2;
    }
  }

  /// What equation (5) takes for dL: the estimate, its opposite, or a random sign. The
  /// coordinates' deltas are fair coins already, so only the flip needs one more.
  /// returns  [B, P]
  std::vector<float> directions(const Batch& drawn, const GroupTrial& trial) const {
    std::vector<float> directions = trial.dL;
    if (settings_.oneSided)
      for (float& dL : directions) dL = std::max(dL, 0.0F);
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
  Tried tryCandidates(std::span<const GroupTrial> trials, StepLosses& losses) const {
    std::vector<Shown> shown;
    for (const GroupTrial& trial : trials)
      for (std::size_t b = 0; b < trial.candidates.size(); ++b)
        shown.push_back({static_cast<int>(b), space_.clamped(trial.candidates[b].plan)});
    return decisive(losses.take(shown, Phase::candidate));
  }

  /// Step 8: the arg-max of each sample, or the arg-min. A later candidate must be harder (easier), not
  /// equal. One that is the unperturbed image has not won.
  /// candidates   N variants
  /// unperturbed  [B]
  /// returns      [B], int64: a group, or kUnperturbed
  at::Tensor winners(const Tried& candidates, const Tried& unperturbed) const {
    const at::Tensor& losses = candidates.losses;
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
    if (settings_.includeUnperturbed) take(unperturbed.losses, kUnperturbed);
    return winners.masked_fill_(rowsOf(winners, unperturbed, candidates) == unperturbed.rows, kUnperturbed);
  }

  /// [B]: where the winners stand among the rows of the step.
  static at::Tensor rowsOf(const at::Tensor& winners, const Tried& unperturbed, const Tried& candidates) {
    const at::Tensor moved = candidates.rows.gather(0, winners.clamp_min(0).unsqueeze(0)).squeeze(0);
    return at::where(winners == kUnperturbed, unperturbed.rows, moved);
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
      outcome.decisions.push_back(decisionOf(batch, b, plans[b], outcome.unperturbed[b], trials, winners[b]));
      outcome.decided.push_back(winners[b] == kUnperturbed ? plans[b]
                                                           : trials[winners[b]].candidates[b].plan);
    }
  }

  Uada settings_;
  const Space& space_;
  const std::vector<Group> groups_;
  const std::unique_ptr<Method> plain_;  ///< of steps without a choice
  at::Tensor precision_;                 ///< int64: what choosePrecision() found
};

}  // namespace

std::unique_ptr<Method> make(const Uada& settings, const MethodContext& context) {
  if (settings.epsilon == 0 || context.space.groups().empty()) return makePlainMethod(context);
  return std::make_unique<UadaMethod>(settings, context);
}

}  // namespace uada

#include "core/engine/methods/Uada.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>

#include "core/engine/methods/Method.h"
#include "core/engine/methods/PolicyStatistics.h"
#include "core/engine/methods/StepLosses.h"
#include "core/engine/methods/UadaProbes.h"
#include "core/engine/models/Transfer.h"

namespace uada {
namespace {

/// Algorithm 1. O_i are the coordinates of group i, L is a sample's loss under a plan, delta a probe's move:
///   (2)  G_i = (L(O_i + delta) - L(O_i)) / delta     takeFirstLosses() gives dL, the numerator
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
        isOnCpu_(context.device.is_cpu()),
        precision_(at::full({}, kUntried, at::kLong)) {}

  StepOutcome step(const Batch& batch, StepContext& context) override {
    if (!isProbed(batch)) return plain_->step(batch, context);
    const Batch drawn = drawnBy(batch);
    const std::vector<Plan> plans = samplePlans(drawn, space_);
    std::vector<GroupTrial> trials = drawTrials(probing(), drawn, plans);
    StepOutcome outcome;
    StepLosses losses(space_, rule(), static_cast<int>(plans.size()), context);
    const Compared compared = showsBothWays() ? compareBothWays(plans, trials, losses)
                                              : compareInTurn(drawn, plans, trials, losses, context, outcome);
    if (settings_.choosesPrecision() && tried() == kUntried)
      choosePrecision({0, static_cast<int>(plans.size())}, context, outcome.notes);
    const at::Tensor winners = this->winners(compared);
    outcome.trained = context.train({.rows = rowsOf(winners, compared),
                                     .numbers = at::cat({compared.unread, compared.candidates.losses,
                                                         winners.to(at::kFloat).unsqueeze(0)})});
    const auto* numbers = static_cast<const double*>(outcome.trained.numbers.const_data_ptr());
    if (const std::int64_t unread = compared.unread.numel(); unread > 0) {
      settle(drawn, plans, trials, std::vector<float>(numbers, numbers + unread), outcome);
      numbers += unread;
    }
    report(batch, plans, trials, numbers, context.pictured(), outcome);
    return outcome;
  }

  std::vector<Shown> known(const Batch& batch) const override {
    if (!isProbed(batch)) return plain_->known(batch);
    const Batch drawn = drawnBy(batch);
    const std::vector<Plan> plans = samplePlans(drawn, space_);
    std::vector<Shown> added;
    const std::vector<GroupTrial> trials = drawTrials(probing(), drawn, plans);
    RowPlaces places(space_, settings_.reuses());
    places.place(firstRows(probing(), plans, trials), added);
    if (showsBothWays()) places.place(bothWays(probing(), plans, trials, moves()).shown, added);
    return added;
  }

  bool decidesAlone() const override { return !settings_.perBatch(); }

  void adopt(const Choice& method) override { settings_ = method.as<MethodSettings<Uada>>().own; }

  void visit(StateVisitor& visitor) override {
    if (settings_.choosesPrecision()) visitor.tensor("method.precision", precision_);
  }

 private:
  static constexpr std::int64_t kUntried = -1, kFloat32 = 0, kBf16 = 1;  // of precision_

  /// What the winners are chosen from.
  struct Compared {
    Tried unperturbed;  ///< of one variant, [B]
    Tried candidates;   ///< [N, B]
    at::Tensor unread;  ///< [V, B], float: losses of the first rows, or V = 0: they are read
  };

  UadaProbing probing() const { return {settings_, space_}; }

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

  /// What choosePrecision() found.
  std::int64_t tried() const { return *static_cast<const std::int64_t*>(precision_.const_data_ptr()); }

  Precision precision() const {
    if (settings_.choosesPrecision()) return tried() == kBf16 ? Precision::bf16 : Precision::float32;
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

  /// Whether both candidates of a group are rendered before its probe's loss is known. Then a step waits for
  /// its device once, with all its numbers, and all its images are rendered ahead of it.
  bool showsBothWays() const {
    if (settings_.candidates == "asked" || (settings_.candidates == "usual" && isOnCpu_)) return false;
    const bool hasOneProbe =
        std::ranges::all_of(groups_, [&](Group group) { return space_.probes(group) == 1; });
    return settings_.takesBoth(hasOneProbe);
  }

  /// Which ways a group may move: one-sided, it moves only where its probe raises the loss.
  Moves moves() const {
    const bool isAgainst = settings_.update == "against";
    return {.up = !settings_.oneSided || !isAgainst, .down = !settings_.oneSided || isAgainst};
  }

  /// The probes, whose losses are read, then the candidates that follow from them.
  Compared compareInTurn(const Batch& drawn, std::span<const Plan> plans, std::vector<GroupTrial>& trials,
                         StepLosses& losses, StepContext& context, StepOutcome& outcome) const {
    const Tried first = decisive(losses.take(firstRows(probing(), plans, trials), Phase::probe));
    const at::Tensor read = readFrom(first.losses).contiguous();
    const auto* numbers = static_cast<const float*>(read.const_data_ptr());
    settle(drawn, plans, trials, {numbers, static_cast<std::size_t>(read.numel())}, outcome);
    if (!std::ranges::all_of(outcome.unperturbed, [](float loss) { return std::isfinite(loss); }))
      context.refuse("the loss of an unperturbed image");
    return {{first.rows[0], first.losses[0]}, tryCandidates(trials, losses), first.losses.narrow(0, 0, 0)};
  }

  /// Both candidates are there: the device takes the one that the sign of dL asks for.
  Compared compareBothWays(std::span<const Plan> plans, std::span<const GroupTrial> trials,
                           StepLosses& losses) const {
    const BothWays both = bothWays(probing(), plans, trials, moves());
    const Tried first = decisive(losses.take(firstRows(probing(), plans, trials), Phase::probe, both.shown));
    const Tried unperturbed{first.rows[0], first.losses[0]};
    const auto groups = static_cast<std::int64_t>(trials.size());
    at::Tensor dL = first.losses.narrow(0, 1, first.losses.size(0) - 1) - unperturbed.losses;
    dL = dL.expand({groups, -1});  // a joint probe is that of every group
    if (settings_.oneSided) dL = dL.clamp_min(0);
    if (settings_.update == "against") dL = -dL;
    const at::Tensor moved = losses.rowsOfLater(both.places, kUnperturbed).view({2, groups, -1});
    const at::Tensor rows = at::where(dL > 0, moved[0], at::where(dL < 0, moved[1], unperturbed.rows));
    return {unperturbed, decisive(losses.takeRows(rows, Phase::candidate)), first.losses};
  }

  /// What follows from the losses of the first rows: dL, and by equation (5) the candidates.
  void settle(const Batch& drawn, std::span<const Plan> plans, std::vector<GroupTrial>& trials,
              std::span<const float> losses, StepOutcome& outcome) const {
    outcome.unperturbed = takeFirstLosses(probing(), plans, trials, losses);
    moveGroups(drawn, plans, trials);
  }

  /// The losses that decide: each sample's own, or for all of a variant the mean over the batch.
  Tried decisive(const Tried& tried) const {
    if (!settings_.perBatch()) return tried;
    const at::Tensor means = tried.losses.to(at::kDouble).mean(1, true).to(at::kFloat);
    return {tried.rows, means.expand_as(tried.losses).contiguous()};
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
  /// returns  [B], int64: a group, or kUnperturbed
  at::Tensor winners(const Compared& compared) const {
    const at::Tensor& losses = compared.candidates.losses;
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
    if (settings_.includeUnperturbed) take(compared.unperturbed.losses, kUnperturbed);
    if (!settings_.reuses()) return winners;  // each had a forward of its own
    return winners.masked_fill_(rowsOf(winners, compared) == compared.unperturbed.rows, kUnperturbed);
  }

  /// [B]: where the winners stand among the rows of the step.
  static at::Tensor rowsOf(const at::Tensor& winners, const Compared& compared) {
    const at::Tensor moved = compared.candidates.rows.gather(0, winners.clamp_min(0).unsqueeze(0)).squeeze(0);
    return at::where(winners == kUnperturbed, compared.unperturbed.rows, moved);
  }

  /// Reports all that was decided.
  /// next  [N + 1, B]: the candidates' losses, then the winners
  void report(const Batch& batch, std::span<const Plan> plans, std::vector<GroupTrial>& trials,
              const double* next, int pictured, StepOutcome& outcome) const {
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
  const bool isOnCpu_;
  at::Tensor precision_;  ///< int64, on the CPU
};

}  // namespace

std::unique_ptr<Method> make(const Uada& settings, const MethodContext& context) {
  if (settings.epsilon == 0 || context.space.groups().empty()) return makePlainMethod(context);
  return std::make_unique<UadaMethod>(settings, context);
}

}  // namespace uada

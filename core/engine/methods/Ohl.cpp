#include "core/engine/methods/Ohl.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/augment/FramedSpace.h"
#include "core/engine/methods/Magnitudes.h"
#include "core/engine/methods/Method.h"
#include "core/engine/methods/PairPolicy.h"

namespace uada {
namespace {

/// N trajectories begin each epoch with the same network and optimiser:
///   each step   each trajectory trains once on the batch, under ordered pairs of ops of its own, drawn from
///               p; they take turns in the one network;
///   at the end  each one's accuracy on held-out images is its reward; p moves by REINFORCE; all go on from
///               the best trajectory, the first of equals.
class OhlMethod : public Method {
 public:
  OhlMethod(const Ohl& settings, const MethodContext& context)
      : settings_(settings),
        space_(context.space),
        keptBack_(asideOf(trainingSetOf(context), settings.heldOut, context.seed)),
        policy_(static_cast<int>(ohlElements().size() * ohlElements().size()), settings.learningRate),
        trajectories_(static_cast<std::size_t>(settings.trajectories)),
        counts_(at::zeros({settings.trajectories, policy_.probabilities().numel()}, at::kLong)),
        settled_(at::zeros({}, at::kLong)) {}

  void begin(StepContext& context) override {
    for (Snapshot& trajectory : trajectories_) trajectory = context.save();
  }

  void beginEpoch(int, StepContext&) override { policy_.refresh(); }

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const std::size_t size = batch.indices.size();
    const Drawn drawn = drawnPlans(batch);
    const Rows rows = context.render(shownVariants(drawn.plans, size, space_));
    StepOutcome outcome;
    reportDrawn(batch, drawn.plans, space_, context.pictured(), outcome);
    for (std::size_t n = 0; n < trajectories_.size(); ++n) {
      context.load(trajectories_[n]);
      const Rows own = rows.variant(static_cast<int>(n), static_cast<int>(size));
      add(outcome.trained, context.train({.rows = numbersOf(own)}));
      trajectories_[n] = context.save();
    }
    outcome.trained.loss /= settings_.trajectories;
    auto* counts = counts_.mutable_data_ptr<std::int64_t>();
    for (std::size_t at = 0; at < drawn.pairs.size(); ++at)
      ++counts[static_cast<std::int64_t>(at / size) * counts_.size(1) + drawn.pairs[at]];
    return outcome;
  }

  std::vector<Shown> known(const Batch& batch) const override {
    return shownVariants(drawnPlans(batch).plans, batch.indices.size(), space_);
  }

  void beforeTest(int epoch, StepContext& context) override {
    if (settled_.item<std::int64_t>() == epoch) return;
    std::vector<double> rewards;
    for (const Snapshot& trajectory : trajectories_) {
      context.load(trajectory);
      rewards.push_back(context.score(keptBack_));
    }
    policy_.learn(counts_, at::tensor(rewards, at::kDouble));
    const auto best = std::ranges::max_element(rewards) - rewards.begin();
    context.load(trajectories_[static_cast<std::size_t>(best)]);
    begin(context);
    counts_.zero_();
    settled_.fill_(epoch);
  }

  bool learnsWithinStep() const override { return true; }
  std::vector<std::uint32_t> keptBack() const override { return keptBack_; }

  void visit(StateVisitor& visitor) override {
    policy_.visit(visitor);
    visitor.tensor("method.counts", counts_);
    visitor.tensor("method.settled", settled_);
    for (std::size_t n = 0; n < trajectories_.size(); ++n)
      for (std::size_t i = 0; i < trajectories_[n].values.size(); ++i)
        visitor.tensor(fmt::format("trajectory.{}.{}", n, i), trajectories_[n].values[i]);
  }

 private:
  struct Drawn {
    std::vector<Plan> plans;  // [N, B]: the batch for the first trajectory, then for the second ...
    std::vector<int> pairs;   // [N, B]
  };

  /// A sample's plans come one after another from its own stream.
  Drawn drawnPlans(const Batch& batch) const {
    const std::vector<Element>& elements = ohlElements();
    const auto count = static_cast<int>(elements.size());
    const std::size_t size = batch.indices.size();
    Drawn drawn{std::vector<Plan>(size * trajectories_.size()),
                std::vector<int>(size * trajectories_.size())};
    for (std::size_t b = 0; b < size; ++b) {
      Random random = streamOf(batch, b, Purpose::plan);
      const ImageSize source = batch.sizes.empty() ? ImageSize{} : batch.sizes[b];
      for (std::size_t at = b; at < drawn.plans.size(); at += size) {
        Plan& plan = drawn.plans[at] = space_.sample(random, batch.epoch, source);
        const int pair = drawn.pairs[at] = policy_.draw(random);
        plan.remove("step");
        for (const int place : {pair / count, pair % count}) {
          const Element& element = elements[static_cast<std::size_t>(place)];
          plan.add(drawnStep(element.op, element.level, random));
        }
      }
    }
    return drawn;
  }

  /// Losses and metrics of all trajectories together.
  static void add(Trained& sum, Trained&& one) {
    sum.loss += one.loss;
    if (sum.metrics.empty())
      sum.metrics = std::move(one.metrics);
    else
      for (std::size_t i = 0; i < one.metrics.size(); ++i) {
        sum.metrics[i].sum += one.metrics[i].sum;
        sum.metrics[i].weight += one.metrics[i].weight;
      }
  }

  const Ohl settings_;
  const Space& space_;
  const std::vector<std::uint32_t> keptBack_;
  PairPolicy policy_;
  std::vector<Snapshot> trajectories_;  // [N]
  at::Tensor counts_;                   // [N, pairs], int64: how often each was shown in this epoch
  at::Tensor settled_;                  // int64: the last epoch whose end was taken care of
};

}  // namespace

std::unique_ptr<Method> make(const Ohl& settings, const MethodContext& context) {
  return std::make_unique<OhlMethod>(settings, context);
}

}  // namespace uada

#include "core/engine/methods/Selection.h"

#include "core/engine/models/Transfer.h"

namespace uada {

at::Tensor selectionNumbers(const Batch& batch, int count) {
  const auto size = static_cast<std::int64_t>(batch.indices.size());
  const at::Tensor numbers = at::empty({count, size}, at::kDouble);
  auto* values = numbers.mutable_data_ptr<double>();
  for (std::int64_t b = 0; b < size; ++b) {
    Random random = streamOf(batch, static_cast<std::size_t>(b), Purpose::selection);
    for (int i = 0; i < count; ++i) values[i * size + b] = random.uniform();
  }
  return numbers;
}

/// The first candidate where the running sum of the weights passes a number's share of the whole.
at::Tensor drawnInProportion(const at::Tensor& weights, const at::Tensor& numbers) {
  const at::Tensor given = weights.to(at::kDouble);
  const at::Tensor all = at::where(given.sum(0, true) > 0, given, at::ones_like(given));  // [C, B]
  const at::Tensor sums = all.cumsum(0);
  const at::Tensor at = sentTo(numbers, all.device()) * sums[-1];           // [chosen, B]
  const at::Tensor passed = (sums.unsqueeze(0) <= at.unsqueeze(1)).sum(1);  // [chosen, B]
  return passed.clamp_max(weights.size(0) - 1);
}

at::Tensor largest(const at::Tensor& values, int count) {
  return std::get<1>(values.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true)).narrow(0, 0, count);
}

at::Tensor spreadOut(const at::Tensor& points, const at::Tensor& numbers) {
  const at::Tensor all = points.to(at::kDouble);  // [C, B, n]
  const at::Tensor by = sentTo(numbers, all.device());
  const auto distancesTo = [&](const at::Tensor& chosen) {  // [1, B] -> [C, B], squared
    const at::Tensor index = chosen.unsqueeze(2).expand({1, all.size(1), all.size(2)});
    return (all - all.gather(0, index)).square().sum(2);
  };
  std::vector<at::Tensor> chosen{drawnInProportion(at::ones_like(all.select(2, 0)), by.narrow(0, 0, 1))};
  at::Tensor nearest = distancesTo(chosen.front());
  for (std::int64_t i = 1; i < by.size(0); ++i) {
    chosen.push_back(drawnInProportion(nearest, by.narrow(0, i, 1)));
    nearest = at::minimum(nearest, distancesTo(chosen.back()));
  }
  return at::cat(chosen);
}

at::Tensor rowsOf(const at::Tensor& chosen, Rows candidates) {
  const std::int64_t size = chosen.size(1);
  return (candidates.first + chosen * size + at::arange(size, chosen.options())).flatten();
}

std::vector<Plan> chosenPlans(std::span<const Plan> plans, const at::Tensor& chosen, std::size_t size) {
  const at::Tensor numbers = chosen.to(at::kLong).contiguous();
  const auto* values = static_cast<const std::int64_t*>(numbers.const_data_ptr());
  std::vector<Plan> picked;
  for (std::size_t at = 0; at < static_cast<std::size_t>(numbers.numel()); ++at)
    picked.push_back(plans[static_cast<std::size_t>(values[at]) * size + at % size]);
  return picked;
}

namespace {

class SelectingMethod : public Method {
 public:
  SelectingMethod(const Selecting& settings, const MethodContext& context, LookAtCandidate look,
                  ChooseCandidates choose)
      : candidates_(settings.candidates),
        space_(context.space),
        look_(std::move(look)),
        choose_(std::move(choose)) {}

  StepOutcome step(const Batch& batch, StepContext& context) override {
    const std::size_t size = batch.indices.size();
    const std::vector<Plan> plans = samplePlans(batch, space_, candidates_);
    const Rows rows = context.render(shownVariants(plans, size, space_));
    std::vector<at::Tensor> seen;
    for (int c = 0; c < candidates_; ++c)
      seen.push_back(look_(context, rows.variant(c, static_cast<int>(size)),
                           {.phase = Phase::candidate, .norm = NormMode::eval}));
    const at::Tensor chosen = choose_(at::stack(seen), batch);  // [S, B]
    StepOutcome outcome;
    outcome.trained = context.train({.rows = rowsOf(chosen, rows), .numbers = chosen});
    reportDrawn(batch, chosenPlans(plans, outcome.trained.numbers, size), space_, context.pictured(),
                outcome);
    return outcome;
  }

  std::vector<Shown> known(const Batch& batch) const override {
    return shownVariants(samplePlans(batch, space_, candidates_), batch.indices.size(), space_);
  }
  bool decidesAlone() const override { return true; }

 private:
  const int candidates_;
  const Space& space_;
  const LookAtCandidate look_;
  const ChooseCandidates choose_;
};

}  // namespace

std::unique_ptr<Method> makeSelecting(const Selecting& settings, const MethodContext& context,
                                      LookAtCandidate look, ChooseCandidates choose) {
  return std::make_unique<SelectingMethod>(settings, context, std::move(look), std::move(choose));
}

}  // namespace uada

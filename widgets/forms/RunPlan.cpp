#include "widgets/forms/RunPlan.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "core/base/Error.h"
#include "core/data/Dataset.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

constexpr std::size_t kMostSeeds = 1000;
constexpr std::int64_t kLastSeed = std::int64_t{1}
                                   << 53;  // JSON of other programs keeps no larger one exactly

std::int64_t seedNumber(std::string_view text) {
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0)
    throw UsageError(fmt::format("'{}' found, whole numbers from 0 such as 1, 2 or 1-5 expected", text));
  if (number > kLastSeed)
    throw UsageError(fmt::format("'{}' is too large for a seed; at most {} expected", text, kLastSeed));
  return number;
}

/// Bytes a run leaves on disk, about: two checkpoints (weights and momentum in 32 bits), a row a step, 18
/// policy rows a step, and per picture the original and 2N + 1 images as they are.
double bytesOnDisk(const RunConfig& config, const CostEstimate& cost) {
  const DatasetEntry& data = findDataset(config.recipe.dataset.name);
  const double checkpoints = 2.0 * 8.0 * static_cast<double>(cost.parameters);
  const bool decides = cost.relativeToRaUc > 1;
  const double perStep = 120.0 + (decides ? 18 * 80.0 : 0.0);
  const double pictures =
      config.runtime.pictured * (static_cast<double>(cost.steps) / std::max(1, config.runtime.pictureEvery));
  const double perPicture = (decides ? 6.0 : 2.0) * 3 * data.width * data.height + 600.0;
  return checkpoints + perStep * static_cast<double>(cost.steps) + pictures * perPicture;
}

/// The methods of the runs, each once, with names that differ.
/// relative  of each run, to ra-uc
std::vector<MethodCost> methodCosts(const std::vector<RunConfig>& runs, const std::vector<double>& relative) {
  std::vector<MethodCost> costs;
  std::vector<Choice> methods;
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const Choice& method = runs[run].method;
    std::size_t i = 0;
    while (i < methods.size() && !(methods[i] == method && costs[i].relativeToRaUc == relative[run])) ++i;
    if (i < methods.size()) continue;
    methods.push_back(method);
    costs.push_back({{}, relative[run]});
  }
  std::vector<std::string> labels;
  for (const Choice& method : methods) labels.push_back(method.name);
  labels = toldApart(std::move(labels), [&](std::size_t i) { return toldSettings(methods[i]); });
  for (std::size_t i = 0; i < costs.size(); ++i) costs[i].label = labels[i];
  return costs;
}

/// What the run is made of but its seed, flat enough to tell it from others in words.
Json toldConfig(const RunConfig& run) {
  Json told = recipeIdentity(run.recipe);
  const Json method = toldSettings(run.method);
  for (const auto& [key, value] : method.asObject()) told[key] = value;
  return told;
}

/// The runs of the first seed: one of each group.
std::vector<const RunConfig*> firstOfGroups(const std::vector<RunConfig>& runs) {
  std::vector<const RunConfig*> firsts;
  for (const RunConfig& run : runs)
    if (run.seed == runs.front().seed) firsts.push_back(&run);
  return firsts;
}

/// With the tests after each epoch: forwards of all test images.
double secondsTimed(const StepTime& time, const RunConfig& run, const CostEstimate& cost) {
  const DatasetEntry& data = findDataset(run.recipe.dataset.name);
  const int limit = run.recipe.dataset.as<DataSettings>().testLimit, batch = run.recipe.training.batch;
  const std::int64_t images = limit > 0 ? std::min<std::int64_t>(limit, data.testImages) : data.testImages;
  const double tests = static_cast<double>(run.recipe.training.epochs * ((images + batch - 1) / batch));
  const std::int64_t steps = time.plannedSteps > 0 ? time.plannedSteps : cost.steps;
  return time.seconds * (static_cast<double>(steps) + tests / (3 * cost.relativeToRaUc));
}

}  // namespace

std::vector<std::int64_t> seedsFromText(const std::string& text) {
  std::vector<std::int64_t> seeds;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" ,;", at)) != text.npos) {
    const std::size_t end = std::min(text.find_first_of(" ,;", at), text.size());
    const std::string part = text.substr(at, end - at);
    const std::size_t dash = part.find('-', 1);
    const std::int64_t first = seedNumber(part.substr(0, dash));
    const std::int64_t last = dash == part.npos ? first : seedNumber(part.substr(dash + 1));
    if (last < first) throw UsageError(fmt::format("'{}' runs backwards; {}-{} expected", part, last, first));
    if (static_cast<std::size_t>(last - first) >= kMostSeeds - seeds.size())
      throw UsageError(
          fmt::format("with '{}' there are too many seeds; at most {} expected", part, kMostSeeds));
    for (std::int64_t seed = first; seed <= last; ++seed) {
      if (std::ranges::find(seeds, seed) != seeds.end())
        throw UsageError(fmt::format("{} stands there twice", seed));
      seeds.push_back(seed);
    }
    at = end;
  }
  if (seeds.empty()) throw UsageError("at least one seed expected, such as 1 or 1-5");
  return seeds;
}

std::string seedsText(const std::vector<std::int64_t>& seeds) {
  std::string text;
  for (const std::int64_t seed : seeds) text += (text.empty() ? "" : ", ") + std::to_string(seed);
  return text;
}

static void tellGroups(PlanCost& plan, const std::vector<RunConfig>& runs, const StepTimes& times) {
  const std::vector<const RunConfig*> firsts = firstOfGroups(runs);
  std::vector<std::string> names;
  for (const RunConfig* run : firsts) names.push_back(run->method.name);
  plan.groups = toldApart(std::move(names), [&](std::size_t i) { return toldConfig(*firsts[i]); });
  for (std::size_t i = 0; i < firsts.size() && !times.empty(); ++i)
    if (const auto time = times.find(timingKey(*firsts[i])); time != times.end())
      plan.stepTimes.emplace_back(plan.groups[i], time->second.seconds);
}

PlanCost planCost(const std::vector<RunConfig>& runs, const std::vector<MeasuredRate>& rates,
                  const StepTimes& times) {
  PlanCost plan;
  plan.runs = runs.size();
  std::vector<double> relative;
  double seconds = 0;
  bool isTimeKnown = !runs.empty(), areStepsKnown = true;
  for (const RunConfig& run : runs) {
    const CostEstimate cost = estimateCost(run);
    relative.push_back(cost.relativeToRaUc);
    plan.steps += cost.steps;
    areStepsKnown = areStepsKnown && cost.steps > 0;
    plan.leastParameters =
        &run == &runs.front() ? cost.parameters : std::min(plan.leastParameters, cost.parameters);
    plan.mostParameters = std::max(plan.mostParameters, cost.parameters);
    plan.forwardEquivalents += cost.forwardEquivalents;
    plan.bytes += bytesOnDisk(run, cost);
    if (const auto time = times.empty() ? times.end() : times.find(timingKey(run)); time != times.end()) {
      seconds += secondsTimed(time->second, run, cost);
      isTimeKnown = isTimeKnown && (cost.steps > 0 || time->second.plannedSteps > 0);
      continue;
    }
    const MeasuredRate* rate = fittingRate(rates, run);
    isTimeKnown = isTimeKnown && rate && cost.steps > 0;
    if (!rate) continue;
    seconds += secondsAt(*rate, run, cost.forwardEquivalents);
    if (plan.measuredOn.empty()) plan.measuredOn = fmt::format("{} on {}", rate->title, rate->device);
  }
  if (!areStepsKnown) plan.steps = 0;
  if (isTimeKnown) plan.seconds = seconds;
  plan.methods = methodCosts(runs, relative);
  tellGroups(plan, runs, times);
  return plan;
}

}  // namespace uada

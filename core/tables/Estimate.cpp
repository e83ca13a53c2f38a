#include "core/tables/Estimate.h"

#include <algorithm>

namespace uada {

std::vector<MeasuredRate> measuredRates(const ProjectReader& project, std::size_t limit) {
  std::vector<MeasuredRate> rates;
  for (const RunSummary& run : project.runs()) {
    if (rates.size() == limit) break;
    const double equivalents = run.counts.forwardEquivalents();
    if (run.state != RunState::finished || run.seconds <= 0 || equivalents <= 0) continue;
    const auto config = project.soundConfig(run);
    if (!config) continue;
    const Recipe& recipe = config->recipe;
    rates.push_back({run.title, recipe.dataset.name, recipe.model, recipe.training.batch, run.device,
                     run.host, run.seconds / equivalents, config->method.name});
  }
  return rates;
}

std::vector<MeasuredRate> ratesOfThisMachine(const ProjectReader& project) {
  std::vector<MeasuredRate> rates = measuredRates(project);
  std::erase_if(rates,
                [here = currentManifest().host](const MeasuredRate& rate) { return rate.host != here; });
  return rates;
}

const MeasuredRate* fittingRate(const std::vector<MeasuredRate>& rates, const RunConfig& config) {
  const std::string& device = config.runtime.device;
  const auto fits = [&](const MeasuredRate& rate) {
    return rate.dataset == config.recipe.dataset.name && rate.model == config.recipe.model &&
           rate.batch > 0 && (device == "auto" || rate.device.starts_with(device));
  };
  const auto isOfMethod = [&](const MeasuredRate& rate) {
    return fits(rate) && rate.method == config.method.name;
  };
  auto found = std::ranges::find_if(rates, isOfMethod);
  if (found == rates.end()) found = std::ranges::find_if(rates, fits);
  return found == rates.end() ? nullptr : &*found;
}

double secondsAt(const MeasuredRate& rate, const RunConfig& config, double forwardEquivalents) {
  return forwardEquivalents * rate.secondsPerEquivalent * config.recipe.training.batch / rate.batch;
}

}  // namespace uada

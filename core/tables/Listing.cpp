#include "core/tables/Listing.h"

#include <fmt/core.h>

#include <utility>

#include "core/base/Error.h"

namespace uada {

Listing::Listing(const std::vector<RunSummary>& runs, const ConfigsByHash& configs, CostReference reference)
    : settings_(settingsOfRuns(configs, nullptr)),
      reference_(std::move(reference)),
      columns_(runs, settings_) {}

Listing listingOf(const std::vector<FinishedRun>& runs, CostReference reference) {
  std::vector<RunSummary> summaries;
  ConfigsByHash configs;
  for (const FinishedRun& run : runs) {
    summaries.push_back(run.summary);
    configs[run.summary.configHash] = run.config;
  }
  return {summaries, configs, std::move(reference)};
}

ListedRun Listing::of(const RunSummary& run) const {
  const auto flat = settings_->byHash.find(run.configHash);
  return {run, run.title, {}, flat == settings_->byHash.end() ? nullptr : flat->second.get(), &reference_};
}

std::function<bool(const RunSummary&)> Listing::query(std::string_view text, std::string_view place) const {
  try {
    return
        [this, wanted = RunQuery(text, columns_)](const RunSummary& run) { return wanted.matches(of(run)); };
  } catch (const QueryFault& fault) {
    throw UsageError(fmt::format("{}: {} (character {})", place, fault.what(), fault.place + 1));
  }
}

}  // namespace uada

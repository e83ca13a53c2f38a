#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/tables/RunColumns.h"
#include "core/tables/RunQuery.h"

namespace uada {

/// What runs need to be filtered by a query, and shown in columns, without a window: their settings, and what
/// their costs are divided by. A run is called by its title.
class Listing {
 public:
  Listing(const std::vector<RunSummary>& runs, const ConfigsByHash& configs, CostReference reference);

  const RunColumns& columns() const { return columns_; }
  /// Refers to the run and to this.
  ListedRun of(const RunSummary& run) const;
  const SettingsOfRuns& settings() const { return *settings_; }
  /// Whether a run is wanted. Throws UsageError naming `place` and the character of what is wrong.
  /// place  "--where"
  std::function<bool(const RunSummary&)> query(std::string_view text, std::string_view place) const;

 private:
  std::shared_ptr<const SettingsOfRuns> settings_;
  CostReference reference_;
  RunColumns columns_;
};

Listing listingOf(const std::vector<FinishedRun>& runs, CostReference reference);

}  // namespace uada

#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/tables/GroupNames.h"
#include "core/tables/Listing.h"
#include "core/tables/OwnTable.h"

namespace uada {

/// What a run says of one key: numbers and the catalogue's entries have an order, texts are in that of their
/// letters.
using Key = std::pair<double, std::string>;
using Place = std::vector<Key>;
using KeyOf = std::function<Key(const RunSummary&)>;

/// Reads the keys of runs. What it refers to must outlive it, and it what of() gives.
class OwnKeys {
 public:
  /// runs  of the table: what "variant" and "recipe" say is in what these differ
  OwnKeys(const Listing& listing, const std::vector<FinishedRun>& runs) : listing_(listing), runs_(runs) {}
  /// Throws UsageError for one that is unknown or measured.
  std::vector<KeyOf> of(const std::vector<std::string>& names);
  std::string title(const std::string& name) const;

 private:
  KeyOf one(const std::string& name);
  KeyOf named(bool isRecipe);
  std::string unknown(const std::string& name, bool isMeasured) const;

  const Listing& listing_;
  const std::vector<FinishedRun>& runs_;
  std::map<std::string, GroupName> names_;
};

}  // namespace uada

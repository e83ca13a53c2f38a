#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/store/Records.h"

namespace uada {

/// Runs that differ in nothing but the seed: one configuration on the same images.
struct Repeats {
  const RunSummary* run = nullptr;          ///< one of them; never null
  std::shared_ptr<const RunConfig> config;  ///< null: it could not be read
  std::optional<bool> isDataPublished;      ///< whether the images are the published ones; none: not known
};

/// What runs that differ in nothing but the seed are called.
struct GroupName {
  std::string model;     ///< "r18w16"
  std::string dataset;   ///< "Fashion-MNIST, 6,000 images"
  std::string training;  ///< "epochs 10": where recipes of that model and data set differ in it; else empty
  std::string method;    ///< "UADA (ε=2)": with the settings that groups differ in, and an unusual policy
  /// "r18w16 · Fashion-MNIST, 6,000 images · epochs 10"
  std::string recipe() const;
  /// "UADA (ε=2), epochs 10": for lists that say model and data set elsewhere.
  std::string label() const;
};

/// The name of each, no two alike: the one place where runs get their names, for the list of runs, legends
/// and comparisons alike.
/// groups  of different configurations or images
std::vector<GroupName> groupNames(const std::vector<Repeats>& groups);

}  // namespace uada

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/settings/Choice.h"
#include "core/settings/Settings.h"

namespace uada {

/// A catalogue entry of `optimisers.def`, without torch. OPTIMISER(X) stands for the settings struct X in
/// optimisers/X.h with kName, kTitle, kSource, visit() and a member learningRate.
struct Optimiser {
  std::string name, title, source;
  std::vector<FieldValue> fields;
  Choice::Read read = nullptr;
  double (*learningRate)(const Choice& optimiser) = nullptr;  ///< at the start of the training
};
const std::vector<Optimiser>& optimisers();
const Optimiser& findOptimiser(std::string_view name);
/// The one of recipes that name none, with its defaults.
Choice usualOptimiser();
/// By name or as an object with settings and, where it is not the usual one, `name`. Throws UsageError.
/// where: for messages
Choice optimiserFromJson(const Json& json, const std::string& where);

}  // namespace uada

#pragma once

#include <string>
#include <vector>

#include "core/base/Json.h"
#include "core/config/RunConfig.h"
#include "core/config/Settings.h"

namespace uada {

/// What a method costs for each batch, in the counts of methods.md 1.4.
struct Passes {
  double forwardsNoGrad = 0, forwardsTrain = 1, backwards = 1;
  double chains = 1;  ///< augmentation chains a sample
  double relativeToRaUc() const { return (forwardsNoGrad + forwardsTrain + 2 * backwards) / 3; }
};

/// A catalogue entry of `methods.def`, without torch. METHOD(X) stands for the settings struct X in methods/X.h with
/// kName, kTitle, kSource, visit(), `static Choice policy(const X&)` and `static Passes passes(const X&, int groups)`.
struct Method {
  std::string name, title, source;
  std::vector<FieldValue> fields;
  Json (*complete)(const Json& settings, const std::string& where);
  Choice (*policy)(const Json& settings);  ///< the space its plans are drawn from
  Passes (*passes)(const Json& settings, int groups);
};
const std::vector<Method>& methods();
const Method& findMethod(std::string_view name);

}  // namespace uada

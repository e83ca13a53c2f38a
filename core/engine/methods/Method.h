#pragma once

#include <string>
#include <vector>

#include "core/base/Json.h"
#include "core/settings/Choice.h"
#include "core/settings/Settings.h"

namespace uada {

class Space;

/// What a method costs for each batch, in the counts of methods.md 1.4.
struct Passes {
  double forwardsNoGrad = 0, forwardsTrain = 1, backwards = 1;
  double chains = 1;  ///< augmentation chains a sample
  double relativeToRaUc() const { return (forwardsNoGrad + forwardsTrain + 2 * backwards) / 3; }
};

/// Whether a method takes the setting `policy`, the name of a policy or an object with `name` and settings.
/// fixed: no. other: yes; complete settings have it only where it is not the default. stated: yes, and they
/// always have it.
enum class PolicySetting { fixed, other, stated };

/// What a method does with its policy's plans, and the setting that keeps it from doing more.
struct Adapted {
  Adapting by = Adapting::nothing;
  std::string because = {};  ///< "epsilon 0", "method plain"
};

/// A catalogue entry of `methods.def`, without torch. METHOD(X) stands for the settings struct X in
/// methods/X.h with kName, kTitle, kSource, kPolicy, kPolicySetting, visit() and `static Passes passes(const
/// X&, int groups, int probes)`; one that adapts the policy has `static Adapted adapted(const X&)`.
struct Method {
  std::string name, title, source;
  std::vector<FieldValue> fields;  ///< without `policy`
  std::string policy;              ///< the default
  PolicySetting policySetting = PolicySetting::fixed;
  /// Settings with defaults filled in.
  Json (*complete)(const Json& settings, const std::string& where);
  /// space  of the policy that the method draws from
  Passes (*passes)(const Json& settings, const Space& space);
  Adapted (*adapted)(const Json& settings);
};
const std::vector<Method>& methods();
const Method& findMethod(std::string_view name);

/// The policy that a method with these settings draws from.
Choice policyOf(const Choice& method);

}  // namespace uada

#pragma once

#include <string>
#include <vector>

#include "core/base/Json.h"
#include "core/settings/Choice.h"
#include "core/settings/Settings.h"

namespace uada {

class Space;

/// What a method costs for each batch, in the counts of docs/methods.md, "Cost".
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

/// What the choice of a method holds: the method's own settings and the policy that it draws from.
template <class S>
struct MethodSettings {
  S own;
  Choice policy;
};

/// A catalogue entry of `methods.def`, without torch. METHOD(X) stands for the settings struct X in
/// methods/X.h with kName, kTitle, kSource, kPolicy, kPolicySetting, visit() and `static Passes passes(const
/// X&, int groups, int probes)` (and, where that counts, `int switched`: groups that are switched on or off);
/// one that adapts the policy has `static Adapted adapted(const X&)`, and the one that costs and gains of the
/// others are told against has `kReference = true`; one that knows one task alone has `kTask =
/// "classification"`; one whose networks normalise in two ways has `kNorms = 2`.
struct MethodEntry {
  std::string name, title, source;
  std::vector<FieldValue> fields;  ///< without `policy`
  std::string policy;              ///< the default
  PolicySetting policySetting = PolicySetting::fixed;
  bool isReference = false;  ///< of one: others are compared with it
  std::string task = {};     ///< the only one that it learns; empty: any
  int norms = 1;             ///< how many sets of batch normalisations its networks have: tests use the first
  /// Of a choice MethodSettings<X>.
  Choice::Read read = nullptr;
  /// space  of the policy that the method draws from
  Passes (*passes)(const Choice& method, const Space& space) = nullptr;
  Adapted (*adapted)(const Choice& method) = nullptr;
  const Choice& (*policyOf)(const Choice& method) = nullptr;
};
const std::vector<MethodEntry>& methods();
const MethodEntry& findMethod(std::string_view name);
/// The one that costs and gains of the others are told against.
const MethodEntry& referenceMethod();

/// By name or as an object with `name` and settings. Throws UsageError. where: for messages
Choice methodFromJson(const Json& json, const std::string& where);
/// The policy that the method draws from; it stays as long as a copy of the method does.
const Choice& policyOf(const Choice& method);

}  // namespace uada

#include <algorithm>

#include "core/augment/PartKind.h"
#include "core/augment/Space.h"
#include "core/settings/CatalogChoice.h"

namespace uada {

#define POLICY(name) Policy name();
#include "core/augment/policies/policies.def"
#undef POLICY

const std::vector<Policy>& policies() {
#define POLICY(name) name(),
  static const std::vector<Policy> all{
#include "core/augment/policies/policies.def"
  };
#undef POLICY
  return all;
}

const Policy& findPolicy(std::string_view name) { return findEntry(policies(), name, "policy"); }

std::string usualPolicyFor(TargetKind target) {
  const auto at = std::ranges::find(policies(), std::optional(target), &Policy::usualFor);
  return at == policies().end() ? "" : at->name;
}

Choice policyFromJson(const Json& json, const std::string& where) {
  return choiceFromJson(policies(), "policy", json, where);
}

#define PART(name) PartKind name();
namespace part {
#include "core/augment/parts/parts.def"
}
#undef PART

const std::vector<PartKind>& partKinds() {
#define PART(name) part::name(),
  static const std::vector<PartKind> all{
#include "core/augment/parts/parts.def"
  };
#undef PART
  return all;
}

std::uint8_t partIndex(std::string_view name) {
  return static_cast<std::uint8_t>(&findEntry(partKinds(), name, "part") - partKinds().data());
}

}  // namespace uada

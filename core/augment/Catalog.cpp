#include "core/base/Catalog.h"

#include "core/augment/Space.h"

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

}  // namespace uada

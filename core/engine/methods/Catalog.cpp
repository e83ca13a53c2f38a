#include "core/base/Catalog.h"

#include <algorithm>

#include "core/augment/Space.h"
#include "core/engine/methods/Benched.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/settings/CatalogChoice.h"
#include "methods_headers.h"

namespace uada {
namespace {

/// The settings of a method as they are stated: the policy only where that is the method's way.
template <class S>
Json statedSettings(const MethodSettings<S>& settings, const Choice& usual) {
  Json stated = settingsToJson(settings.own);
  if (S::kPolicySetting == PolicySetting::fixed) return stated;
  if (S::kPolicySetting == PolicySetting::stated || !(settings.policy == usual))
    stated["policy"] = choiceToJson(settings.policy);
  return stated;
}

template <class S>
Choice readMethod(const std::string& name, const Json& settings, const std::string& where) {
  std::vector<std::string> extra;
  if (S::kPolicySetting != PolicySetting::fixed) extra.emplace_back("policy");
  const Choice usual = policyFromJson(S::kPolicy, where + ".policy");
  MethodSettings<S> read{settingsFromJson<S>(settings, where, extra), usual};
  if (const Json* given = settings.find("policy")) read.policy = policyFromJson(*given, where + ".policy");
  Json stated = statedSettings(read, usual);
  return {name, std::move(stated), std::move(read), &readMethod<S>};
}

template <class S>
MethodEntry entry() {
  MethodEntry method{S::kName, S::kTitle, S::kSource, fieldsOf<S>(), S::kPolicy, S::kPolicySetting};
  if constexpr (requires { S::kReference; }) method.isReference = S::kReference;
  if constexpr (requires { S::kTask; }) method.task = S::kTask;
  if constexpr (requires { S::kNorms; }) method.norms = S::kNorms;
  method.read = &readMethod<S>;
  method.passes = [](const Choice& choice, const Space& space) {
    const S& own = choice.as<MethodSettings<S>>().own;
    const std::vector<Group> groups = space.groups();
    const auto count = static_cast<int>(groups.size());
    if constexpr (requires { S::passes(own, count, count, count); }) {
      const auto switched = std::ranges::count_if(groups, [](Group group) { return toggles(group); });
      return S::passes(own, count, space.probes(), static_cast<int>(switched));
    } else {
      return S::passes(own, count, space.probes());
    }
  };
  method.adapted = [](const Choice& choice) -> Adapted {
    if constexpr (requires(const S& own) { S::adapted(own); })
      return S::adapted(choice.as<MethodSettings<S>>().own);
    else
      return {Adapting::nothing, std::string("method ") + S::kName};
  };
  method.policyOf = [](const Choice& choice) -> const Choice& {
    return choice.as<MethodSettings<S>>().policy;
  };
  return method;
}

}  // namespace

const std::vector<MethodEntry>& methods() {
#define METHOD(Settings) entry<Settings>(),
  static const std::vector<MethodEntry> all{
#include "core/engine/methods/methods.def"
  };
#undef METHOD
  return all;
}

const MethodEntry& findMethod(std::string_view name) { return findEntry(methods(), name, "method"); }

const MethodEntry& referenceMethod() { return *std::ranges::find_if(methods(), &MethodEntry::isReference); }

Choice methodFromJson(const Json& json, const std::string& where) {
  return choiceFromJson(methods(), "method", json, where);
}

Choice benchedMethod(const std::string& name) {
  if (name.starts_with('{')) return methodFromJson(parseJson(name, "--method"), "--method");
  struct Named {
    std::string name;
  };
  constexpr const char* kFast = "uada-fast";
  std::vector<Named> known;
  for (const MethodEntry& method : methods()) known.push_back({method.name});
  known.push_back({kFast});
  findEntry(known, name, "method", "--method");
  if (name != kFast) return methodFromJson(name, "--method");
  Choice fast = methodFromJson("uada", "--method");
  fast.set("mode", "fast");
  return fast;
}

const Choice& policyOf(const Choice& method) { return findMethod(method.name).policyOf(method); }

}  // namespace uada

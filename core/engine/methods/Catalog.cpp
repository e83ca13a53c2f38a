#include "core/base/Catalog.h"
#include "core/config/RunConfig.h"

#include "core/augment/Space.h"
#include "core/engine/methods/Method.h"
#include "methods_headers.h"

namespace uada {
namespace {

template <class S>
S ownSettings(const Json& settings, const std::string& where) {
  if (S::kPolicySetting == PolicySetting::fixed) return settingsFromJson<S>(settings, where);
  return settingsFromJson<S>(settings, where, {"policy"});
}

template <class S>
Method entry() {
  Method method{S::kName,          S::kTitle, S::kSource, fieldsOf<S>(), S::kPolicy,
                S::kPolicySetting, nullptr,   nullptr,    nullptr};
  method.complete = [](const Json& settings, const std::string& where) {
    Json complete = settingsToJson(ownSettings<S>(settings, where));
    if (S::kPolicySetting == PolicySetting::fixed) return complete;
    const std::string place = where + ".policy";
    const Choice usual = policyFromJson(S::kPolicy, place);
    const Json* given = settings.find("policy");
    const Choice policy = given ? policyFromJson(*given, place) : usual;
    if (S::kPolicySetting == PolicySetting::stated || !(policy == usual))
      complete["policy"] = choiceToJson(policy);
    return complete;
  };
  method.passes = [](const Json& settings, const Space& space) {
    return S::passes(ownSettings<S>(settings, S::kName), static_cast<int>(space.groups().size()),
                     space.probes());
  };
  method.adapted = [](const Json& settings) -> Adapted {
    if constexpr (requires(const S& own) { S::adapted(own); })
      return S::adapted(ownSettings<S>(settings, S::kName));
    else
      return {Adapting::nothing, std::string("method ") + S::kName};
  };
  return method;
}

}  // namespace

const std::vector<Method>& methods() {
#define METHOD(Settings) entry<Settings>(),
  static const std::vector<Method> all{
#include "core/engine/methods/methods.def"
  };
#undef METHOD
  return all;
}

const Method& findMethod(std::string_view name) { return findEntry(methods(), name, "method"); }

Choice policyOf(const Choice& method) {
  const Method& entry = findMethod(method.name);
  const Json* given = method.settings.find("policy");
  return policyFromJson(given ? *given : Json(entry.policy), method.name + ".policy");
}

}  // namespace uada

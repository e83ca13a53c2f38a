#include "core/base/Catalog.h"

#include "core/engine/methods/Method.h"
#include "methods_headers.h"

namespace uada {
namespace {

template <class S>
Method entry() {
  Method method{S::kName, S::kTitle, S::kSource, fieldsOf<S>(), nullptr, nullptr, nullptr};
  method.complete = [](const Json& settings, const std::string& where) {
    return settingsToJson(settingsFromJson<S>(settings, where));
  };
  method.policy = [](const Json& settings) { return S::policy(settingsFromJson<S>(settings, S::kName)); };
  method.passes = [](const Json& settings, int groups) {
    return S::passes(settingsFromJson<S>(settings, S::kName), groups);
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

}  // namespace uada

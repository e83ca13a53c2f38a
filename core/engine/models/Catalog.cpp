#include "core/base/Catalog.h"

#include "core/engine/models/Model.h"
#include "models_headers.h"

namespace uada {
namespace {

template <class S>
Model entry() {
  Model model{S::kName, S::kTitle, S::kSource, S::kTask, fieldsOf<S>(), nullptr, nullptr, nullptr};
  model.complete = [](const Json& settings, const std::string& where) {
    return settingsToJson(settingsFromJson<S>(settings, where));
  };
  model.parameters = [](const Json& settings, const ModelContext& context) {
    return S::parameters(settingsFromJson<S>(settings, S::kName), context);
  };
  model.shortName = [](const Json& settings) { return S::shortName(settingsFromJson<S>(settings, S::kName)); };
  return model;
}

}  // namespace

const std::vector<Model>& models() {
#define MODEL(Settings) entry<Settings>(),
  static const std::vector<Model> all{
#include "core/engine/models/models.def"
  };
#undef MODEL
  return all;
}

const Model& findModel(std::string_view name) { return findEntry(models(), name, "model"); }

}  // namespace uada

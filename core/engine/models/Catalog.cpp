#include "core/engine/models/Model.h"
#include "core/settings/CatalogChoice.h"
#include "models_headers.h"

namespace uada {
namespace {

template <class S>
Model entry() {
  Model model{S::kName, S::kTitle, S::kSource, S::kTask, fieldsOf<S>(), &readChoice<S>};
  model.parameters = [](const Choice& choice, const ModelContext& context) {
    return S::parameters(choice.as<S>(), context);
  };
  model.inputProblem = [](const Input& input) -> std::string {
    if constexpr (requires { S::inputProblem(input); }) return S::inputProblem(input);
    return "";
  };
  model.shortName = [](const Choice& choice) { return S::shortName(choice.as<S>()); };
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

Choice modelFromJson(const Json& json, const std::string& where) {
  return choiceFromJson(models(), "model", json, where);
}

}  // namespace uada

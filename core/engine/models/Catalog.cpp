#include "core/engine/models/Model.h"
#include "core/settings/CatalogChoice.h"
#include "models_headers.h"

namespace uada {
namespace {

/// A model's own settings, and the file that training starts from.
template <class S>
struct WithStart {
  S own;
  StartSettings start;
  void visit(SettingsVisitor& v) {
    own.visit(v);
    start.visit(v);
  }
};

template <class S>
Choice readModel(const std::string& name, const Json& settings, const std::string& where) {
  const auto both = settingsFromJson<WithStart<S>>(settings, where);
  return {name, settingsToJson(both), both.own, &readModel<S>};
}

template <class S>
Model entry() {
  Model model{S::kName, S::kTitle, S::kSource, S::kTask, fieldsOf<WithStart<S>>(), {}, &readModel<S>};
  if constexpr (requires { S::kFile; }) model.files.push_back(S::kFile);
  model.files.push_back(StartSettings::kFile);
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

StartSettings startOf(const Choice& model) {
  const auto text = [&](const char* key) {
    const Json* value = model.settings().find(key);
    return value ? value->asString() : "";
  };
  return {text(StartSettings::kFile.file), text(StartSettings::kFile.hash)};
}

Choice modelFromJson(const Json& json, const std::string& where) {
  return choiceFromJson(models(), "model", json, where);
}

}  // namespace uada

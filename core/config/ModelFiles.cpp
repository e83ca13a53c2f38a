#include "core/config/ModelFiles.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "core/base/Printable.h"
#include "core/engine/models/Model.h"
#include "core/settings/SettingError.h"
#include "core/weights/WeightsFile.h"

namespace uada {
namespace {

/// "" where the setting is not stated.
std::string text(const Choice& model, const char* key) {
  const Json* value = model.settings().find(key);
  return value ? value->asString() : "";
}

}  // namespace

void pinModelFiles(Choice& model, const std::string& where) {
  const Model& entry = findModel(model.name);
  for (const FileSetting& setting : entry.files) {
    const std::string given = text(model, setting.file), stated = text(model, setting.hash);
    if (given.empty()) {
      if (!stated.empty())
        throw SettingError(where, setting.hash,
                           fmt::format("a hash without {}; leave one of the two out", setting.file));
      if (setting.isNeeded)
        throw SettingError(where, setting.file, "a file that torch.jit.save() wrote expected, none given");
      continue;
    }
    std::error_code ignored;
    if (!std::filesystem::exists(given, ignored))
      throw SettingError(where, setting.file, fmt::format("there is no file '{}'", quotable(given)));
    const std::string found = fileHash(given);
    if (!stated.empty() && stated != found)
      throw SettingError(where, setting.file,
                         fmt::format("'{}' has changed: SHA-256 {} stated, {} found; give the old file, or "
                                     "leave {} out",
                                     quotable(given), quotable(stated), found, setting.hash));
    model.set(setting.file, std::filesystem::absolute(given).lexically_normal().string());
    model.set(setting.hash, found);
  }
}

static void addFiles(const Json& recipe, std::vector<std::filesystem::path>& files) {
  const Json* model = recipe.isObject() ? recipe.find("model") : nullptr;
  const Json* name = model && model->isObject() ? model->find("name") : nullptr;
  if (!name || !name->isString()) return;
  const auto entry = std::ranges::find(models(), name->asString(), &Model::name);
  if (entry == models().end()) return;
  std::error_code ignored;
  for (const FileSetting& setting : entry->files)
    if (const Json* file = model->find(setting.file); file && file->isString())
      if (std::filesystem::is_regular_file(file->asString(), ignored)) files.emplace_back(file->asString());
}

std::vector<std::filesystem::path> modelFiles(const Json& experiment) {
  std::vector<std::filesystem::path> files;
  if (!experiment.isObject()) return files;
  if (const Json* recipe = experiment.find("recipe")) addFiles(*recipe, files);
  if (const Json* recipes = experiment.find("recipes"); recipes && recipes->isArray())
    for (const Json& recipe : recipes->asArray()) addFiles(recipe, files);
  return files;
}

Json modelIdentity(const Choice& model) {
  Json json = choiceToJson(model);
  if (model.name.empty()) return json;  // of pictures that no network sees
  for (const FileSetting& setting : findModel(model.name).files)
    if (!text(model, setting.hash).empty()) json[setting.file] = Json();
  return json;
}

}  // namespace uada

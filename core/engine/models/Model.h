#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/Json.h"
#include "core/settings/Settings.h"

namespace uada {

/// What a network is made for.
struct ModelContext {
  int classes = 10;
  int side = 32;  ///< pixels
};

/// A catalogue entry of `models.def`, without torch. MODEL(X) stands for the settings struct X in models/X.h with
/// kName, kTitle, kSource, kTask, visit() and `static std::int64_t parameters(const X&, const ModelContext&)`.
struct Model {
  std::string name, title, source, task;
  std::vector<FieldValue> fields;
  Json (*complete)(const Json& settings, const std::string& where);  ///< strict, with defaults filled in
  std::int64_t (*parameters)(const Json& settings, const ModelContext& context);  ///< trainable
  std::string (*shortName)(const Json& settings);  ///< "r18", "r18w16": for titles and columns
};
const std::vector<Model>& models();
const Model& findModel(std::string_view name);

}  // namespace uada

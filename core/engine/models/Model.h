#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/augment/Input.h"
#include "core/engine/models/ModelFiles.h"
#include "core/settings/Choice.h"
#include "core/settings/Settings.h"

namespace uada {

/// What a network is made for.
struct ModelContext {
  int classes = 10;
  Input input;
};

/// A catalogue entry of `models.def`, without torch. MODEL(X) stands for the settings struct X in models/X.h
/// with kName, kTitle, kSource, kTask, visit() and `static std::int64_t parameters(const X&, const
/// ModelContext&)`; where it does not take every input `static std::string inputProblem(const Input&)`; and
/// where it is made of a file a FileSetting kFile.
struct Model {
  std::string name, title, source, task;
  std::vector<FieldValue> fields;
  std::vector<FileSetting> files;  ///< those of its settings that name a file
  Choice::Read read = nullptr;
  std::int64_t (*parameters)(const Choice& model,
                             const ModelContext& context) = nullptr;  ///< trainable; 0: not known
  /// What was found and expected where the network cannot take an input; "": it can.
  std::string (*inputProblem)(const Input& input) = nullptr;
  std::string (*shortName)(const Choice& model) = nullptr;  ///< "r18", "r18w16": for titles and columns
};
/// What an `inputProblem` says of a side below the least; "": nothing.
/// network  what wants it, and why: "wrn, which halves them twice,"
inline std::string sideProblem(const Input& input, int least, const std::string& network) {
  if (input.height >= least && input.width >= least) return "";
  return std::to_string(input.width) + " x " + std::to_string(input.height) + " found, for " + network +
         " sides of at least " + std::to_string(least) + " expected";
}

const std::vector<Model>& models();
const Model& findModel(std::string_view name);
/// The file that training starts from; empty: none.
StartSettings startOf(const Choice& model);
/// By name or as an object with `name` and settings. Throws UsageError. where: for messages
Choice modelFromJson(const Json& json, const std::string& where);

}  // namespace uada

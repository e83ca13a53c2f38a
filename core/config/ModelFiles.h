#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/Json.h"
#include "core/settings/Choice.h"

namespace uada {

/// Records in a model's settings where its files lie, as absolute paths, and what they hold, as SHA-256.
/// where   for messages: "small.json: recipe.model"
/// throws  UsageError naming the setting: there is no such file, it is not the one whose hash is stated, or
///         none is given where the model is one
void pinModelFiles(Choice& model, const std::string& where);

/// The files that the models of an experiment name and that are there: those whose content pinModelFiles()
/// will ask for.
/// experiment  as experimentFromJson() takes it; it may be wrong
std::vector<std::filesystem::path> modelFiles(const Json& experiment);

/// What defines a model: a file by its content, not by its path, where its hash is recorded.
Json modelIdentity(const Choice& model);

}  // namespace uada

#pragma once

#include <string>

#include "core/engine/tasks/Denoising.h"
#include "tests/engine/EngineTools.h"

namespace uada {

/// A small DnCNN.
/// folder  in CIFAR-10's format
inline RunConfig pictureConfig(const std::string& folder, const std::string& method, int epochs, int batch) {
  RunConfig config = tinyConfig(folder, method, epochs, batch);
  config.recipe.model =
      modelFromJson(parseJson(R"({"name": "dncnn", "depth": 4, "width": 8})", "test"), "test");
  config.recipe.task = {Denoising::kName, Denoising{}};
  config.method.set("policy", "denoising");
  return config;
}

}  // namespace uada

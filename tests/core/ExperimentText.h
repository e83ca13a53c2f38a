#pragma once

#include <string>

#include "core/base/Error.h"
#include "core/config/RunConfig.h"

namespace uada::test {

/// A small experiment: one recipe, two methods, two seeds.
inline const char* const kExperiment = R"({
  // two methods, two seeds
  "name": "small", "title": "A small one",
  "recipe": {"dataset": {"name": "cifar10", "train_limit": 1000},
             "model": {"name": "resnet", "depth": "10", "width": 16},
             "training": {"epochs": 3, "batch": 100}},
  "methods": ["ra-uc", {"name": "uada", "epsilon": 2}], "seeds": [1, 2], "tables": [2, 3]})";

inline Experiment experimentOf(const std::string& text) {
  return experimentFromJson(parseJson(text, "f.json"), "f.json");
}

inline std::string problemOf(const std::string& text) {
  try {
    experimentOf(text);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace uada::test

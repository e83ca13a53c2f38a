#include "widgets/forms/StartPoints.h"

#include <fmt/core.h>

#include <string_view>
#include <utility>

#include "core/base/Json.h"
#include "core/config/Paper.h"

namespace uada {

std::optional<StartRecipe> paperRecipe(const std::string& dataset, const std::string& model) {
  for (const int number : {2, 4, 5, 8, 9, 3, 6, 7})
    for (const PaperTable::Column& column : paperTable(fmt::format("table{}", number)).columns)
      if (column.recipe && column.recipe->dataset.name == dataset && column.recipe->model.name == model)
        return StartRecipe{*column.recipe,
                           fmt::format("{}, of the paper's Table {}", column.recipe->name, number)};
  return std::nullopt;
}

/// As experiments/quick has it of each network; others are trained on few images alone.
static const char* smallOf(std::string_view model) {
  static constexpr std::pair<std::string_view, const char*> kSmall[] = {
      {"resnet", R"({"model": {"depth": 10, "width": 8}, "training": {"epochs": 3, "batch": 64}})"},
      {"wrn", R"({"model": {"depth": 10, "width_factor": 1}, "training": {"epochs": 3, "batch": 64}})"},
      {"shake-shake", R"({"model": {"width": 4}, "training": {"epochs": 3, "batch": 64}})"},
      {"pspnet", R"({"dataset": {"train_limit": 0, "test_limit": 16, "normalisation": "imagenet"},
                     "input": {"height": 113, "width": 113}, "model": {"depth": 14, "width": 16},
                     "optimiser": {"name": "sgd", "learning_rate": 0.02, "weight_decay": 0.0001},
                     "schedule": "poly", "training": {"epochs": 4, "batch": 8}})"},
      {"ssd", R"({"dataset": {"train_limit": 128, "test_limit": 48, "normalisation": "imagenet"},
                  "input": {"height": 128, "width": 128}, "model": {"width": 8},
                  "optimiser": {"name": "adam", "learning_rate": 0.001},
                  "training": {"epochs": 8, "batch": 8, "warmup_epochs": 1, "gradient_clip": 10}})"},
      {"rfb", R"({"dataset": {"train_limit": 128, "test_limit": 48, "normalisation": "imagenet"},
                  "input": {"height": 128, "width": 128}, "model": {"width": 8},
                  "optimiser": {"name": "adam", "learning_rate": 0.001},
                  "training": {"epochs": 8, "batch": 8, "warmup_epochs": 1, "gradient_clip": 10}})"},
      {"dncnn", R"({"dataset": {"train_limit": 600, "test_limit": 40}, "input": {"height": 40, "width": 40},
                    "model": {"depth": 6, "width": 16},
                    "optimiser": {"name": "adam", "learning_rate": 0.002, "weight_decay": 0},
                    "training": {"epochs": 16, "batch": 16}})"}};
  for (const auto& [name, text] : kSmall)
    if (name == model) return text;
  return R"({"training": {"epochs": 3, "batch": 32}})";
}

StartRecipe quickRecipe(const std::string& dataset, const std::string& folder, const std::string& model) {
  const Json small = parseJson(smallOf(model), "quick");
  const auto part = [&](const char* key, Json whole) {
    if (const Json* settings = small.find(key))
      for (const auto& [name, value] : settings->asObject()) whole[name] = value;
    return whole;
  };
  Json json = Json::object();
  json["dataset"] =
      part("dataset", Json::Object{{"name", dataset}, {"train_limit", 1000}, {"test_limit", 500}});
  if (!folder.empty()) json["dataset"]["folder"] = folder;
  json["model"] = part("model", Json::Object{{"name", model}});
  if (small.find("input")) json["input"] = small.at("input");
  if (small.find("optimiser")) json["optimiser"] = small.at("optimiser");
  json["schedule"] = small.find("schedule") ? small.at("schedule") : Json("cosine");
  json["training"] = small.at("training");
  return {recipeFromJson(json, "quick"), "a small network on few images, for some minutes on two cores"};
}

}  // namespace uada

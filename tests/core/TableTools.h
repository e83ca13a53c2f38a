#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/tables/FinishedRun.h"

/// What the tests of core/tables share.
namespace uada::test {

/// What a test says about a made-up run; the rest follows.
struct Made {
  std::int64_t id;
  std::string method;
  std::int64_t seed;
  double best, last;  ///< 0..1
  double seconds = 100;
  Json settings = Json::object();   ///< of the method
  std::string data = "train+test";  ///< hash of the images
  std::optional<bool> isPublished = true;
};

inline Recipe demoRecipe() {
  Json json = Json::object();
  json["dataset"] = Json(Json::Object{{"name", "fashion_mnist"}, {"train_limit", 6000}});
  json["model"] = Json(Json::Object{{"name", "resnet"}, {"depth", "10"}, {"width", 8}});
  json["training"] = Json(Json::Object{{"epochs", 10}});
  return recipeFromJson(json, "test");
}

inline FinishedRun finishedRun(const Recipe& recipe, const Made& made) {
  RunConfig config;
  config.recipe = recipe;
  config.method = findMethod(made.method).read(made.method, made.settings, "test");
  config.seed = made.seed;
  FinishedRun run;
  run.config = std::make_shared<const RunConfig>(config);
  RunSummary& summary = run.summary;
  summary.id = made.id;
  summary.dataset = recipe.dataset.name;
  summary.model = recipe.model.name;
  summary.method = made.method;
  summary.seed = made.seed;
  summary.configHash = configHash(config);
  summary.recipeHash = recipeHash(recipe);
  summary.dataHash = made.data;
  summary.isDataPublished = made.isPublished;
  summary.state = RunState::finished;
  summary.metric = "top1";
  summary.best = made.best;
  summary.last = {{"top1", made.last}};
  summary.seconds = made.seconds;
  const std::int64_t probes = made.method == "uada" ? 9 : 0;
  summary.counts = {.forwardsNoGrad = 10.0 * static_cast<double>(probes),
                    .forwardsTrain = 10,
                    .backwards = 10,
                    .chains = 1280 * std::max<std::int64_t>(1, probes)};
  summary.host = "desk";
  summary.device = "cpu";
  summary.threads = 2;
  return run;
}

inline std::vector<FinishedRun> demoRuns() {
  const Recipe recipe = demoRecipe();
  return {finishedRun(recipe, {1, "ra-uc", 1, 0.80, 0.79, 100}),
          finishedRun(recipe, {2, "uada", 1, 0.83, 0.82, 420}),
          finishedRun(recipe, {3, "ra-uc", 2, 0.82, 0.80, 120}),
          finishedRun(recipe, {4, "uada", 2, 0.84, 0.84, 460})};
}

inline std::size_t indexOf(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::ranges::find(names, name);
  return found == names.end() ? std::size_t(-1) : static_cast<std::size_t>(found - names.begin());
}

inline const Cell& cell(const Table& table, const std::string& row, const std::string& column) {
  const auto r = indexOf(table.rows, row), c = indexOf(table.columns, column);
  if (r == std::size_t(-1) || c == std::size_t(-1)) throw Error("no cell '" + row + "', '" + column + "'");
  return table.cells[r][c];
}

inline bool near(double a, double b) { return std::abs(a - b) < 1e-6; }

/// CIFAR-10 as the paper trains on it.
inline Recipe paperRecipe() {
  Json json = Json::object();
  json["dataset"] = "cifar10";
  json["model"] = "resnet";
  return recipeFromJson(json, "test");
}

}  // namespace uada::test

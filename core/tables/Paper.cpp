#include "core/tables/Paper.h"

#include <map>

#include "core/base/Json.h"
#include "core/data/Dataset.h"
#include "paper_tables.h"

namespace uada {
namespace {

/// The recipe of a column: the authors' code trains as Training's defaults say.
std::optional<Recipe> columnRecipe(const Json& column) {
  const Json* model = column.find("model");
  if (!model) return std::nullopt;
  Json recipe = Json::object();
  recipe["dataset"] = column.at("dataset");
  recipe["model"] = *model;
  return recipeFromJson(recipe, "resources/paper/tables.json");
}

PaperTable readTable(const Json& json) {
  PaperTable table;
  if (const Json* columns = json.find("columns"))
    for (const Json& column : columns->asArray())
      table.columns.push_back({column.at("name").asString(), columnRecipe(column)});
  for (const Json& row : json.at("rows").asArray()) {
    const Json* method = row.find("method");
    PaperTable::Row& read = table.rows.emplace_back();
    read.name = row.at("name").asString();
    if (method) read.method = methodFromJson(*method, "resources/paper/tables.json");
    for (const Json& value : row.at("values").asArray())
      read.values.push_back(value.isNull() ? std::nullopt : std::optional(value.asDouble()));
  }
  return table;
}

std::map<std::string, PaperTable> readAll() {
  std::map<std::string, PaperTable> tables;
  const Json json = parseJson(kPaperTables, "resources/paper/tables.json");
  for (const auto& [name, table] : json.asObject()) tables[name] = readTable(table);
  return tables;
}

}  // namespace

const PaperTable& paperTable(const std::string& name) {
  static const std::map<std::string, PaperTable> tables = readAll();
  return tables.at(name);
}

bool isPaperRecipe(const Recipe& recipe, const Recipe& paper) {
  if (recipe.dataset.name != paper.dataset.name) return false;
  const DatasetEntry& entry = findDataset(recipe.dataset.name);
  const auto data = recipe.dataset.as<DataSettings>();
  const auto whole = [](int limit, int images) { return limit == 0 || limit >= images; };
  return data.validation == 0 && whole(data.trainLimit, entry.trainImages) && whole(data.testLimit, entry.testImages) &&
         recipe.model == paper.model && settingsToJson(recipe.input) == settingsToJson(paper.input) &&
         recipe.task == paper.task && trainingJson(recipe) == trainingJson(paper);
}

}  // namespace uada

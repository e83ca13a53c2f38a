#include "core/config/Paper.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "core/data/Dataset.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Model.h"
#include "paper_tables.h"
#include "shipped_recipes.h"

namespace uada {
namespace {

constexpr char kFile[] = "resources/paper/tables.json";

template <class Entries>
bool isKnown(const Entries& entries, const Json& choice) {
  const Json* const name = choice.isObject() ? &choice.at("name") : &choice;
  return std::ranges::any_of(entries, [&](const auto& entry) { return *name == Json(entry.name); });
}

/// One of experiments/recipes, by its name; none while no catalogue has its network.
std::shared_ptr<const Recipe> recipeNamed(const std::string& name) {
  for (const auto& [shipped, text] : kShippedRecipes) {
    if (shipped != name) continue;
    const std::string file = "experiments/recipes/" + name + ".json";
    const Json json = parseJson(text, file);
    return isKnown(models(), json.at("model")) ? std::make_shared<const Recipe>(recipeFromJson(json, file))
                                               : nullptr;
  }
  throw Error(fmt::format("{}: no recipe '{}' in experiments/recipes", kFile, name));
}

PaperTable::Column readColumn(const Json& json) {
  PaperTable::Column column{json.at("name").asString()};
  if (const Json* metric = json.find("metric")) column.metric = metric->asString();
  if (const Json* recipe = json.find("recipe")) column.recipe = recipeNamed(recipe->asString());
  if (const Json* digits = json.find("digits")) column.digits = static_cast<int>(digits->asInt());
  return column;
}

PaperTable::Row readRow(const Json& json) {
  PaperTable::Row row{.name = json.at("name").asString()};
  if (const Json* source = json.find("source")) row.source = source->asString();
  if (const Json* found = json.find("methods"))
    for (const Json& method : found->asArray())
      if (isKnown(methods(), method)) row.methods.push_back(methodFromJson(method, kFile));
  if (const Json* values = json.find("values"))
    for (const Json& value : values->asArray())
      row.values.push_back(value.isNull() ? std::nullopt : std::optional(value.asDouble()));
  return row;
}

PaperTable readTable(const Json& json) {
  PaperTable table;
  if (const Json* columns = json.find("columns"))
    for (const Json& column : columns->asArray()) table.columns.push_back(readColumn(column));
  for (const Json& row : json.at("rows").asArray()) table.rows.push_back(readRow(row));
  if (const Json* datasets = json.find("datasets"))
    for (const Json& name : datasets->asArray()) table.datasets.push_back(name.asString());
  table.reference = json.at("reference").asString();
  const Json* const closed = json.find("closed");
  table.isClosed = closed && closed->asBool();
  return table;
}

std::map<std::string, PaperTable> readAll() {
  std::map<std::string, PaperTable> tables;
  const Json json = parseJson(kPaperTables, kFile);
  for (const auto& [name, table] : json.asObject()) tables[name] = readTable(table);
  return tables;
}

}  // namespace

const PaperTable& paperTable(const std::string& name) {
  static const std::map<std::string, PaperTable> tables = readAll();
  return tables.at(name);
}

const PaperTable* summarySource(const std::string& metric, const std::string& dataset) {
  // Those of certain data sets first.
  for (const char* name : {"table4", "table5", "table8", "table9", "table2"}) {
    const PaperTable& table = paperTable(name);
    const auto& sets = table.datasets;
    if (table.columns.front().metric == metric &&
        (sets.empty() || std::ranges::find(sets, dataset) != sets.end()))
      return &table;
  }
  return nullptr;
}

std::vector<Choice> methodsOf(const PaperTable& table, const PaperTable::Row& row, const Recipe& recipe,
                              const std::string& metric) {
  if (&table != &paperTable("table1")) return row.methods;
  const PaperTable* const source = summarySource(metric, recipe.dataset.name);
  if (!source) return {};
  const auto theirs = std::ranges::find(source->rows, row.name, &PaperTable::Row::name);
  return theirs == source->rows.end() ? std::vector<Choice>() : theirs->methods;
}

bool isPaperRecipe(const Recipe& recipe, const Recipe& paper) {
  if (recipe.dataset.name != paper.dataset.name) return false;
  const DatasetEntry& entry = findDataset(recipe.dataset.name);
  const auto data = recipe.dataset.as<DataSettings>();
  const auto whole = [](int limit, int images) { return limit == 0 || limit >= images; };
  return data.validation == 0 && whole(data.trainLimit, entry.trainImages) &&
         whole(data.testLimit, entry.testImages) && recipe.model == paper.model &&
         settingsToJson(recipe.input) == settingsToJson(paper.input) && recipe.task == paper.task &&
         trainingJson(recipe) == trainingJson(paper);
}

const PaperTable::Row* rowOf(const PaperTable& table, const Choice& method) {
  const std::string wanted = methodIdentity(method);
  for (const PaperTable::Row& row : table.rows)
    for (const Choice& known : row.methods)
      if (methodIdentity(known) == wanted) return &row;
  return nullptr;
}

std::vector<std::string> columnsOf(const PaperTable& table, const Recipe& recipe) {
  std::vector<std::string> names;
  for (const PaperTable::Column& column : table.columns)
    if (column.recipe && isPaperRecipe(recipe, *column.recipe)) names.push_back(column.name);
  return names;
}

}  // namespace uada

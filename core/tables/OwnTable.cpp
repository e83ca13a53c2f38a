#include "core/tables/OwnTable.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/tables/OwnView.h"
#include "core/tables/SideBySide.h"

namespace uada {
namespace {

constexpr std::size_t kMostNameBytes = 80, kMostKeys = 20;

std::string textFrom(const Json& json, const std::string& where) {
  if (!json.isString()) throw Error(fmt::format("{}: a text expected, {} found", where, json.typeName()));
  return json.asString();
}

/// A list of names in JSON, each of them once.
std::vector<std::string> namesFrom(const Json& json, const std::string& where) {
  if (!json.isArray())
    throw Error(fmt::format("{}: an array of names expected, {} found", where, json.typeName()));
  std::vector<std::string> names;
  for (const Json& name : json.asArray()) {
    if (!name.isString()) throw Error(fmt::format("{}: a name expected, {} found", where, name.typeName()));
    names.push_back(name.asString());
  }
  if (names.size() > kMostKeys)
    throw Error(fmt::format("{}: at most {} names expected, {} found", where, kMostKeys, names.size()));
  return names;
}

Json namesJson(const std::vector<std::string>& names) {
  Json json = Json::array();
  for (const std::string& name : names) json.push(name);
  return json;
}

}  // namespace

void checkTableName(std::string_view name) {
  const bool isNumber = !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
  if (isNumber)
    throw UsageError(
        fmt::format("a table cannot be named '{}': numbers are the paper's tables", quotable(name)));
  if (name.empty() || name.size() > kMostNameBytes || name.front() == ' ' || name.back() == ' ' ||
      !isPlainLine(name))
    throw UsageError(
        fmt::format("a table cannot be named '{}': one line of 1 to {} bytes without blanks at its ends "
                    "expected",
                    quotable(name), kMostNameBytes));
}

OwnTable ownTableFromJson(const std::string& name, const Json& json, std::string_view place) {
  OwnTable table{.name = name};
  if (!json.isObject()) throw Error(fmt::format("{}: an object expected, {} found", place, json.typeName()));
  for (const auto& [key, value] : json.asObject()) {
    const std::string where = fmt::format("{}: {}", place, quotable(key));
    if (key == "where") {
      table.where = textFrom(value, where);
    } else if (key == "reference") {
      table.reference = textFrom(value, where);
    } else if (key == "rows") {
      table.rows = namesFrom(value, where);
    } else if (key == "columns") {
      table.columns = namesFrom(value, where);
    } else if (key == "values") {
      table.values = namesFrom(value, where);
    } else {
      throw Error(fmt::format("{} is unknown; where, rows, columns, values or reference expected", where));
    }
  }
  return table;
}

Json toJson(const OwnTable& table) {
  Json json = Json::Object{{"where", table.where},
                           {"rows", namesJson(table.rows)},
                           {"columns", namesJson(table.columns)},
                           {"values", namesJson(table.values)}};
  if (!table.reference.empty()) json["reference"] = table.reference;
  return json;
}

StoredTable stored(const OwnTable& table, const ProjectReader& project) {
  checkTableName(table.name);
  return {table.name, toJson(table).dump(), ownViewQuery(table, listingOf(project.finishedRuns(), {}))};
}

static OwnTable read(const StoredTable& table) {
  const std::string place = fmt::format("the table '{}' of this project", oneLine(table.name));
  return ownTableFromJson(table.name, parseJson(table.definition, place), place);
}

std::vector<OwnTable> ownTables(const ProjectReader& project) {
  std::vector<OwnTable> tables;
  for (const StoredTable& table : project.ownTables()) {
    try {
      tables.push_back(read(table));
    } catch (const Error&) {  // asked for by its name, it says what is wrong
    }
  }
  return tables;
}

OwnTable findOwnTable(const ProjectReader& project, const std::string& name) {
  std::vector<std::string> known;
  for (const StoredTable& table : project.ownTables()) {
    if (table.name == name) return read(table);
    known.push_back(oneLine(table.name));
  }
  std::string all;
  for (const std::string& one : known) all += fmt::format(" '{}'", one);
  throw UsageError(fmt::format(
      "there is no table '{}' in this project; its own tables:{}; the paper's: 1 to {}{}", quotable(name),
      known.empty() ? " none" : all, tables().back().number, suggestion(name, known)));
}

Table makeTable(const ProjectReader& project, const std::string& which, Epoch epoch) {
  if (epoch == Epoch::both)
    return sideBySide(makeTable(project, which, Epoch::best), makeTable(project, which, Epoch::last));
  const TableEntry* const entry = numberedTable(which);
  return entry ? entry->make(project, epoch) : makeOwnTable(findOwnTable(project, which), project, epoch);
}

}  // namespace uada

#include "core/tables/JsonRows.h"

#include "core/base/Csv.h"
#include "core/base/Text.h"
#include "core/config/FlatConfig.h"

namespace uada {
namespace {

std::string jsonCell(const Json& value) {
  if (value.isNull()) return "";
  return value.isString() ? csvText(value.asString()) : value.dump();
}

}  // namespace

std::string csvText(const std::vector<Json>& rows) {
  std::vector<std::string> columns;
  std::string text;
  for (const Json& row : rows) {
    Json cells =
        Json::object();  // members of members are columns: {"timings": {"render": 1}} -> timings_render
    for (auto& [key, value] : flattened(row, "_"))
      if (!value.isObject()) cells[key] = std::move(value);
    if (columns.empty()) {
      for (const auto& [key, value] : cells.asObject()) columns.push_back(key);
      text = joined(columns, ",") + '\n';
    }
    std::vector<std::string> line;
    for (const std::string& column : columns) {
      const Json* value = cells.find(column);
      line.push_back(value ? jsonCell(*value) : "");
    }
    text += joined(line, ",") + '\n';
  }
  return text;
}

std::string linesText(const std::vector<Json>& rows) {
  std::string text;
  for (const Json& row : rows) text += row.dump() + '\n';
  return text;
}

}  // namespace uada

#include "core/tables/JsonRows.h"

#include "core/base/Csv.h"
#include "core/base/Text.h"

namespace uada {
namespace {

/// Members of members become columns: {"timings": {"render": 1}} -> timings_render.
void flattenRow(const Json& json, const std::string& prefix, Json::Object& flat) {
  for (const auto& [key, value] : json.asObject())
    if (value.isObject())
      flattenRow(value, prefix + key + '_', flat);
    else
      flat.emplace_back(prefix + key, value);
}

std::string jsonCell(const Json& value) {
  if (value.isNull()) return "";
  return value.isString() ? csvCell(value.asString()) : value.dump();
}

}  // namespace

std::string csvText(const std::vector<Json>& rows) {
  std::vector<std::string> columns;
  std::string text;
  for (const Json& row : rows) {
    Json::Object flat;
    flattenRow(row, "", flat);
    const Json cells(flat);
    if (columns.empty()) {
      for (const auto& [key, value] : flat) columns.push_back(key);
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

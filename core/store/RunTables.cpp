#include "core/store/RunTables.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/Text.h"
#include "core/store/Database.h"
#include "core/store/Inserter.h"
#include "core/store/SchemaCheck.h"

namespace uada::store {
namespace {

bool hasColumn(SQLite::Database& database, const std::string& table, const std::string& column) {
  SQLite::Statement query(database, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?");
  return bindAll(query, table, column).executeStep();
}

bool isKey(SQLite::Database& database, const std::string& table, const std::string& column) {
  SQLite::Statement query(database, "SELECT 1 FROM pragma_table_info(?) WHERE name = ? AND pk > 0");
  return bindAll(query, table, column).executeStep();
}

void bindColumn(SQLite::Statement& statement, int place, const SQLite::Column& value) {
  if (value.isNull())
    statement.bind(place);
  else if (value.isInteger())
    statement.bind(place, static_cast<std::int64_t>(value.getInt64()));
  else if (value.isFloat())
    statement.bind(place, value.getDouble());
  else if (value.isText())
    statement.bind(place, value.getString());
  else
    statement.bind(place, value.getBlob(), value.getBytes());
}

}  // namespace

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + '"';
}

std::string quotedList(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) all.push_back(quoted(name));
  return joined(all, ", ");
}

RunTable describe(SQLite::Database& source, SQLite::Database& into, const std::string& name) {
  RunTable table{name, {}, {}, false, !isOfSchema(name)};
  SQLite::Statement query(source, fmt::format("PRAGMA table_info({})", quoted(name)));
  while (query.executeStep()) {
    const std::string column = query.getColumn("name").getString();
    if (column == "id") table.hasOwnNumber = true;
    if (column == "id" || !hasColumn(into, name, column)) continue;
    table.columns.push_back(column);
    if (isKey(table.isOfPeople ? into : source, name, column)) table.keys.push_back(column);
  }
  if (table.hasOwnNumber || table.keys.empty()) table.keys = table.columns;
  return table;
}

std::vector<std::string> tablesOfRuns(SQLite::Database& source, SQLite::Database& into) {
  std::vector<std::string> names;
  SQLite::Statement query(source,
                          "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
                          "WHERE m.type = 'table' AND c.name = 'run' ORDER BY m.name <> 'attempts', m.name");
  while (query.executeStep())
    if (std::string name = query.getColumn(0).getString(); hasColumn(into, name, "run"))
      names.push_back(std::move(name));
  return names;
}

std::string selected(const std::string& table, const std::string& column) {
  if (table != "attempts" || (column != "state" && column != "ended")) return quoted(column);
  return fmt::format("CASE WHEN {} THEN {} ELSE {} END", kLiveStates,
                     column == "state" ? "'interrupted'" : "seen", column);
}

std::string rowsQuery(const RunTable& table) {
  std::vector<std::string> columns;
  for (const std::string& column : table.columns) columns.push_back(selected(table.name, column));
  return fmt::format("SELECT {} FROM {} WHERE run = ?{}", joined(columns, ", "), quoted(table.name),
                     table.hasOwnNumber ? " ORDER BY id" : "");
}

void bindRow(SQLite::Statement& statement, const RunTable& table, SQLite::Statement& row, std::int64_t run) {
  statement.tryReset();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const int place = static_cast<int>(i) + 1;
    if (table.columns[i] == "run")
      statement.bind(place, run);
    else
      bindColumn(statement, place, row.getColumn(static_cast<int>(i)));
  }
}

std::size_t placeOf(const RunTable& table, const std::string& column) {
  return static_cast<std::size_t>(std::ranges::find(table.columns, column) - table.columns.begin()) + 1;
}

std::string equalTo(const RunTable& table, const std::vector<std::string>& columns) {
  std::vector<std::string> conditions;
  for (const std::string& column : columns)
    conditions.push_back(fmt::format("{} IS ?{}", quoted(column), placeOf(table, column)));
  return joined(conditions, " AND ");
}

std::string parameters(const RunTable& table) {
  std::string text = "?1";
  for (std::size_t i = 2; i <= table.columns.size(); ++i) text += fmt::format(", ?{}", i);
  return text;
}

}  // namespace uada::store

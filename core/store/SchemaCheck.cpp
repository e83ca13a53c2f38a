#include "core/store/SchemaCheck.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/store/Project.h"
#include "core/store/Schema.h"

namespace uada::store {
namespace {

/// The columns of each ordinary table, by name. A virtual table has no page, a computed column is hidden.
using Tables = std::map<std::string, std::vector<std::string>>;

std::vector<std::string> columnsOf(SQLite::Database& database, const std::string& table) {
  std::vector<std::string> columns;
  SQLite::Statement query(database, fmt::format("PRAGMA table_xinfo({})", table));
  while (query.executeStep()) {
    const bool isComputed = query.getColumn("hidden").getInt() != 0;
    columns.push_back(query.getColumn("name").getString() + (isComputed ? " (computed)" : ""));
  }
  std::ranges::sort(columns);  // nothing reads a column by its place
  return columns;
}

std::vector<std::string> namesOf(SQLite::Database& database) {
  std::vector<std::string> names;
  SQLite::Statement query(
      database,
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  while (query.executeStep()) names.push_back(query.getColumn(0).getString());
  return names;
}

/// What this program makes.
Tables tablesOfVersion(int version) {
  SQLite::Database model(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  model.exec(kFirstSchema);
  for (const Migration& migration : migrations())
    if (migration.to <= version) model.exec(migration.sql);
  Tables tables;
  for (const std::string& name : namesOf(model)) tables[name] = columnsOf(model, name);
  return tables;
}

/// What is wrong with one table, in words; empty: nothing.
std::string tableProblem(SQLite::Database& database, const std::string& name,
                         const std::vector<std::string>& expected) {
  SQLite::Statement query(database, "SELECT type, rootpage FROM sqlite_master WHERE name = ? COLLATE NOCASE");
  query.bind(1, name);
  if (!query.executeStep()) return "is missing";
  const std::string type = query.getColumn(0).getString();
  if (type != "table") return "is a " + quotable(type);
  if (query.getColumn(1).getInt64() == 0) return "is a virtual table";
  const auto found = columnsOf(database, name);
  if (found == expected) return {};
  return fmt::format("has the columns {}; {} expected", quotable(joined(found, " ")), joined(expected, " "));
}

}  // namespace

void checkSchema(SQLite::Database& database, const std::filesystem::path& file) {
  // One moment for all that is read: another process may be changing the schema.
  std::optional<SQLite::Transaction> moment;
  if (sqlite3_get_autocommit(database.getHandle())) moment.emplace(database);
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  if (version < 1) return;
  const auto refuse = [&](const std::string& what) {
    throw Error(
        fmt::format("'{}' is damaged: its tables are not those of a project ({}); it was left as it is: "
                    "restore a copy of it",
                    file.string(), what));
  };
  SQLite::Statement trigger(database, "SELECT name FROM sqlite_master WHERE type = 'trigger'");
  if (trigger.executeStep())
    refuse(fmt::format("it has a trigger '{}'", quotable(trigger.getColumn(0).getString())));
  for (const auto& [name, columns] : tablesOfVersion(version))
    if (const std::string problem = tableProblem(database, name, columns); !problem.empty())
      refuse(name + ' ' + problem);
}

bool isOfSchema(const std::string& table) {
  static const Tables all = tablesOfVersion(kSchemaVersion);
  return all.contains(table);
}

}  // namespace uada::store

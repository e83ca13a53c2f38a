#include "core/store/OwnTables.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/store/Database.h"
#include "core/store/ReaderImpl.h"
#include "core/store/SqlText.h"
#include "core/store/TableViews.h"

namespace uada {

using namespace store;

namespace {

constexpr int kSettingsVersion = 8;  // of the first schema that has the table settings
/// Before a table's name.
constexpr std::string_view kPrefix = "table:";

std::string rowOf(const std::string& name) { return std::string(kPrefix) + name; }

}  // namespace

/// The own table whose name is this one in some case of its letters; empty: there is none.
static std::string ownNameLike(SQLite::Database& database, const std::string& name) {
  SQLite::Statement query(database, "SELECT name FROM settings WHERE name = ? COLLATE NOCASE");
  return bindAll(query, rowOf(name)).executeStep() ? query.getColumn(0).getString().substr(kPrefix.size())
                                                   : "";
}

/// A view is told from all else in the file by its name alone, whatever the case of its letters.
static void requireFree(SQLite::Database& database, const std::string& name, const std::string& before) {
  const std::string own = ownNameLike(database, name);
  if (own == name || (!own.empty() && own == before)) return;
  if (!own.empty())
    throw Error(fmt::format(
        "there is a table '{}' already, which differs from '{}' in capitals alone: choose another "
        "name",
        quotable(own), quotable(name)));
  const std::string type = objectType(database, name);
  if (!type.empty() || name.starts_with("sqlite_"))
    throw Error(
        fmt::format("a table cannot be named '{}': the project file has a {} of that name, and programs that "
                    "read it by SQL could not tell them apart; choose another name",
                    quotable(name), type.empty() ? "table" : type));
}

static void dropView(SQLite::Database& database, const std::string& name) {
  if (objectType(database, name) == "view") database.exec("DROP VIEW " + sqlName(name));
}

void store::keepTable(SQLite::Database& database, const StoredTable& table, const std::string& before) {
  requireFree(database, table.name, before);
  if (!before.empty() && before != table.name) dropTable(database, before);
  dropView(database, table.name);
  if (!table.view.empty() && objectType(database, table.name).empty())
    database.exec("CREATE VIEW " + sqlName(table.name) + " AS " + table.view);
  SQLite::Statement insert(database, "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)");
  bindAll(insert, rowOf(table.name), table.definition).exec();
}

void store::dropTable(SQLite::Database& database, const std::string& name) {
  SQLite::Statement remove(database, "DELETE FROM settings WHERE name = ?");
  if (bindAll(remove, rowOf(name)).exec() == 0)
    throw Error(fmt::format("there is no table '{}' in this project any more", quotable(name)));
  dropView(database, name);
}

std::vector<StoredTable> ProjectReader::ownTables() const {
  return impl_->read([&] {
    std::vector<StoredTable> tables;
    if (impl_->version() < kSettingsVersion) return tables;
    SQLite::Statement query(impl_->database,
                            "SELECT name, value FROM settings WHERE substr(name, 1, ?) = ? ORDER BY name");
    bindAll(query, static_cast<std::int64_t>(kPrefix.size()), std::string(kPrefix));
    while (query.executeStep()) {
      Row row(query);
      const std::string name = row.text().substr(kPrefix.size());
      tables.push_back({name, row.text()});  // a damaged one is no JSON: whoever reads it says so
    }
    return tables;
  });
}

}  // namespace uada

#include "core/store/OwnTables.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/store/Database.h"
#include "core/store/ReaderImpl.h"

namespace uada {

using namespace store;

namespace {

constexpr int kSettingsVersion = 8;  // of the first schema that has the table settings
/// Before a table's name.
constexpr std::string_view kPrefix = "table:";

std::string rowOf(const std::string& name) { return std::string(kPrefix) + name; }

}  // namespace

void store::keepTable(SQLite::Database& database, const StoredTable& table) {
  SQLite::Statement insert(database, "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)");
  bindAll(insert, rowOf(table.name), table.definition).exec();
}

void store::dropTable(SQLite::Database& database, const std::string& name) {
  SQLite::Statement remove(database, "DELETE FROM settings WHERE name = ?");
  if (bindAll(remove, rowOf(name)).exec() == 0)
    throw Error(fmt::format("there is no table '{}' in this project any more", quotable(name)));
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

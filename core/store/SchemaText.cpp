#include "core/store/SchemaText.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/store/Database.h"

namespace uada {

std::string schemaText(const std::filesystem::path& project) {
  const std::filesystem::path file = store::projectFile(project);
  try {
    SQLite::Database database = store::openForReading(file);
    std::string text =
        fmt::format("-- user_version {}, SQLite {}\n", database.execAndGet("PRAGMA user_version").getInt(),
                    SQLite::getLibVersion());
    SQLite::Statement each(database, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid");
    while (each.executeStep()) text += each.getColumn(0).getString() + ";\n";
    return text;
  } catch (const SQLite::Exception& problem) {
    throw Error(store::explain(problem, file));
  }
}

}  // namespace uada

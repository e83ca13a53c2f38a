#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <string>

namespace uada::store {

/// Throws Error, naming the first difference, unless a project's tables are those of its version: ordinary
/// tables with their columns, no views, virtual tables or computed columns in their place, and no triggers.
/// So what is read of it later ends, and what is written changes nothing else. Further tables, views and
/// indices of the user's are let be. Reads the schema alone. An empty file passes.
void checkSchema(SQLite::Database& database, const std::filesystem::path& file);

/// Whether the newest schema has a table of that name; others are of people.
bool isOfSchema(const std::string& table);

}  // namespace uada::store

#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include "core/store/Records.h"

/// Rows of the table settings that hold tables which people have made, inside the storage thread's
/// transaction.
namespace uada::store {

/// As ProjectWriter::keepTable().
void keepTable(SQLite::Database& database, const StoredTable& table, const std::string& before);
/// throws  Error if there is none of that name
void dropTable(SQLite::Database& database, const std::string& name);

}  // namespace uada::store

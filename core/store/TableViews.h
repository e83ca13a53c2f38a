#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

namespace uada::store {

/// Makes the views finished_runs, finished_metrics, published, and table1 to table9 for people who read a
/// project with other programs, in place of views of these names. They give the numbers of the cells of
/// core/tables, by what the catalogues and the paper's values say when they are made. A table of such a name
/// is left as it is.
void makeViews(SQLite::Database& database);

/// "table", "view", "index" of that name in any case of letters; empty: there is none.
std::string objectType(SQLite::Database& database, const std::string& name);

}  // namespace uada::store

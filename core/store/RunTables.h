#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace uada::store {

/// The columns of a table that holds rows of runs.
struct RunTable {
  std::string name;
  std::vector<std::string> columns;  ///< without a number that is the row's own
  std::vector<std::string> keys;     ///< of columns: what no two rows have in common
  bool hasOwnNumber = false;         ///< then all columns are keys, as where there is none
  bool isOfPeople = false;           ///< a person has made it: it may be of another form in each project
};

/// What both projects have of it. The key of a table of people is that which it has where the rows go.
RunTable describe(SQLite::Database& source, SQLite::Database& into, const std::string& name);
/// Asked of the schema, so that a table which a later version adds is not forgotten; attempts come first. One
/// that a person has made in one of the two projects alone is not meant.
std::vector<std::string> tablesOfRuns(SQLite::Database& source, SQLite::Database& into);

/// A name in SQL: people may have added tables and columns whose names are words of SQL.
std::string quoted(const std::string& name);
std::string quotedList(const std::vector<std::string>& names);
/// A column as markInterrupted() leaves it of an attempt whose process is gone.
std::string selected(const std::string& table, const std::string& column);
/// The columns of a table's rows of one run, which is the query's parameter.
std::string rowsQuery(const RunTable& table);
/// Binds a row to parameters numbered as its columns, as one of another run.
void bindRow(SQLite::Statement& statement, const RunTable& table, SQLite::Statement& row, std::int64_t run);
/// The number of a column's parameter, from 1.
std::size_t placeOf(const RunTable& table, const std::string& column);
/// "run IS ?1 AND step IS ?3"
std::string equalTo(const RunTable& table, const std::vector<std::string>& columns);
/// "?1, ?2, ?3"
std::string parameters(const RunTable& table);

}  // namespace uada::store

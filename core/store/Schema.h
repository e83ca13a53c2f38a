#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>
#include <vector>

namespace uada::store {

/// The SQL that makes an empty project file of schema version 1; migrations() lead from there to
/// kSchemaVersion.
extern const char* const kFirstSchema;

/// Adds to the schema of version `to` - 1 and changes nothing that was reported, so that it needs no copy of
/// the file first. Views hold nothing and may be replaced.
struct Migration {
  int to = 0;
  std::string sql;
  void (*rows)(SQLite::Database&) = nullptr;  ///< after it: what SQL alone cannot bring up to date
};
const std::vector<Migration>& migrations();

/// What can be known of the images of an attempt from before version 4, of which only the hash was taken
/// down, as an expression on a row d of attempts: 1 published, 0 others, NULL not known.
extern const char* const kPublishedByHash;

/// The tables metrics, result_metrics and results of version 6, as queries on the tables of an older file.
extern const char* const kMetricsBefore6;
extern const char* const kResultMetricsBefore6;
extern const char* const kResultsBefore6;

}  // namespace uada::store

#pragma once

#include <vector>

namespace uada::store {

/// The SQL that makes an empty project file of schema version 1; migrations() lead from there to
/// kSchemaVersion.
extern const char* const kFirstSchema;

/// Adds to the schema of version `to` - 1 and changes nothing that is stored, so that it needs no copy of the
/// file first. Views hold nothing and may be replaced.
struct Migration {
  int to = 0;
  const char* sql = nullptr;
};
const std::vector<Migration>& migrations();

}  // namespace uada::store

#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>

#include "core/store/Project.h"

namespace uada {

/// Whether there is a PROJECT.files/queue.json, where earlier versions kept the queue.
bool hasQueueFile(const std::filesystem::path& project);
/// Adds its runs, if there is one, to the project's queue, and removes the file. Throws Error naming the file
/// if it is damaged: then it stays, and nothing is added.
void adoptQueueFile(ProjectWriter& project);

}  // namespace uada

/// Rows of the table queue, inside the storage thread's transaction.
namespace uada::store {

/// Adds a run to the end, and the policy it names. Returns its number.
/// throws  Error if the project has another policy of that name
std::int64_t addQueued(SQLite::Database& database, const RunConfig& config);
/// throws  Error if it is not in the queue
void takeQueued(SQLite::Database& database, std::int64_t queued);

}  // namespace uada::store

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
/// Takes out those that are still there.
std::vector<TakenOut> takeAllQueued(SQLite::Database& database, const std::vector<std::int64_t>& queued);
/// Puts runs back where they stood, and the policies that they name.
/// throws  Error if the project has another policy of such a name meanwhile
void putBackQueued(SQLite::Database& database, const std::vector<TakenOut>& runs);
/// Those that are still there, in this order, come to stand before another one; before 0 or gone: at the end.
void moveQueued(SQLite::Database& database, const std::vector<std::int64_t>& queued, std::int64_t before);
void keepQueueRules(SQLite::Database& database, const QueueRules& rules);

}  // namespace uada::store

#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <optional>
#include <string>

#include "core/store/Locks.h"
#include "core/store/Records.h"

/// Rows of the tables runs, attempts and policies, inside the storage thread's transaction.
namespace uada::store {

/// What is known of a run before it has a row: all but its id.
RunSummary newRun(const std::filesystem::path& project, const RunConfig& config);
/// Adds its row, and the policy it names. Returns its id.
/// throws  Error if the project has another policy of that name
std::int64_t addRun(SQLite::Database& database, const RunConfig& config, const RunSummary& summary);
/// Keeps a policy file. A name means one policy in a project: that its runs can be compared, and gone on with
/// elsewhere.
/// throws  Error if the project has another policy of that name
void keepPolicy(SQLite::Database& database, const PolicyFile& policy);
/// Removes policies that no run names any more, trained or queued: their names are free.
void dropUnusedPolicies(SQLite::Database& database);
/// SHA-256 of what defines a method: equal hashes stand in one row of a table.
std::string methodHash(const Choice& method);
/// The next attempt of a run, from 1; those before it end.
/// throws  Error if there is no such run
int addAttempt(SQLite::Database& database, std::int64_t run, const Manifest& manifest,
               const std::string& fromCheckpoint);
/// throws  Error if there is no such run
void noteRun(SQLite::Database& database, std::int64_t run, const std::string& notes, const std::string& tags);
/// The title that the configuration gives makes it one that nobody has named.
/// throws  Error if there is no such run, or the title cannot be shown on one line
void renameRun(SQLite::Database& database, std::int64_t run, const std::string& title);
/// The same configuration in other words.
/// throws  Error if there is no such run of its hash and seed
void replaceConfig(SQLite::Database& database, std::int64_t run, const RunConfig& config);
/// The process that trains one of the run's attempts; none: nobody does.
/// lockFile  in its folder
std::optional<Owner> trainerOf(SQLite::Database& database, std::int64_t run,
                               const std::filesystem::path& lockFile);
/// Removes all rows of a run, and policies that no run names any more. Returns its key; "" if what stands in
/// its place is none, so that no folder is its own.
/// attempts  that it must have; none: any number
/// throws  Error if there is no such run, a process is training it, or it has other attempts
std::string takeRun(SQLite::Database& database, const std::filesystem::path& project, std::int64_t run,
                    std::optional<int> attempts);

}  // namespace uada::store

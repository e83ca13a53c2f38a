#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace uada::store {

/// How a run of one project stands to the same run in another one, which it is to be added to.
struct RunRelation {
  std::optional<std::int64_t> run;  ///< its number there; none: it is not there
  bool isFurther = false;           ///< it goes on where that one ends
  bool hasMore = false;             ///< rows that are missing there, or newer
  std::string obstacle;             ///< why it cannot be added, in words; empty: it can
  /// Rows of tables that people have made which cannot be added, since others are in their place there, in
  /// words; empty: none.
  std::string staying;
};

/// All rows of one run, of a project whose schema is the newest.
class RunRows {
 public:
  /// project    of the run: where its folder, and the lock in it, lie
  /// isRebuilt  the rows were made from the run's folder, so that their times may be a little off, and what
  ///            stands in a project already is the better copy
  RunRows(SQLite::Database& source, std::filesystem::path project, std::int64_t run, bool isRebuilt = false);

  const std::string& key() const { return key_; }
  const std::string& title() const { return title_; }
  /// Why it cannot be taken as it is: its key is damaged, a process trains it, or holds the lock in its
  /// folder. Empty: it can.
  std::string obstacle() const;
  /// The process that trains it in the project that it goes into, or holds the lock in its folder there, in
  /// words; empty: none. `into` is the file `project`.
  std::string trainedIn(SQLite::Database& into, const std::filesystem::path& project) const;
  /// Reads only.
  RunRelation relationTo(SQLite::Database& into) const;
  /// Adds what is missing. Rows that are there stay; of an attempt that both have the one that was heard of
  /// later counts. Tags of both are kept, and notes of both, those that are there first.
  /// relation  relationTo() the same project
  /// throws    Error if the project has another policy under the name of one that the run uses
  void addTo(SQLite::Database& into, const RunRelation& relation) const;

 private:
  std::string conflictOf(SQLite::Database& into, std::int64_t there) const;
  void compare(SQLite::Database& into, RunRelation& relation) const;
  void compareTable(SQLite::Database& into, const std::string& table, RunRelation& relation) const;
  void addAttempts(SQLite::Database& into, std::int64_t there) const;
  void addRemarks(SQLite::Database& into, const RunRelation& relation) const;
  void addPolicies(SQLite::Database& into) const;

  SQLite::Database& source_;
  const std::filesystem::path project_;
  const std::int64_t run_;
  const bool isRebuilt_;
  std::string key_, title_;
};

}  // namespace uada::store

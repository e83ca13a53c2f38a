#include "core/store/RunRows.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "core/augment/PolicyFile.h"
#include "core/base/Error.h"
#include "core/base/Plural.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/store/Database.h"
#include "core/store/Inserter.h"
#include "core/store/Locks.h"
#include "core/store/RunTables.h"
#include "core/store/Runs.h"

namespace uada::store {
namespace {

constexpr std::size_t kMostNotes = 100'000, kMostTags = 1'000;  // bytes

/// The process that trains one of the run's attempts, or holds the lock whatever the rows say: one that is
/// about to begin, or works with another copy of the project. In words; empty: none.
std::string workerOn(SQLite::Database& database, std::int64_t run, const std::filesystem::path& lockFile) {
  if (const auto trainer = trainerOf(database, run, lockFile))
    return fmt::format("process {} on {} trains it", trainer->pid, trainer->host);
  return FileLock::isHeld(lockFile) ? "a process works in its folder" : "";
}

/// What is known of one attempt in one project.
struct Progress {
  std::string started, host, seen, state;
  std::int64_t pid = 0, processStart = 0, lastStep = 0;
  bool isEnded() const { return state != "interrupted"; }
  /// Whether both are of one start of a program.
  bool isSame(const Progress& other, bool mayGuess) const {
    if (processStart != 0 && other.processStart != 0)
      return host == other.host && pid == other.pid && processStart == other.processStart;
    return mayGuess || started == other.started;
  }
};

/// By attempt, from the first.
std::vector<Progress> progressOf(SQLite::Database& database, std::int64_t run) {
  std::vector<Progress> all;
  SQLite::Statement query(
      database,
      fmt::format("SELECT started, host, seen, {}, pid, process_start, coalesce((SELECT max(step) FROM "
                  "steps WHERE run = a.run AND attempt = a.attempt), 0), coalesce((SELECT max(step) FROM "
                  "epochs WHERE run = a.run AND attempt = a.attempt), 0) FROM attempts a WHERE run = ? "
                  "ORDER BY attempt",
                  selected("attempts", "state")));
  for (bindAll(query, run); query.executeStep();) {
    Row row(query);
    Progress& one = all.emplace_back();
    one.started = row.text(), one.host = row.text(), one.seen = row.text(), one.state = row.text();
    one.pid = row.integer(), one.processStart = row.integer();
    one.lastStep = std::max(row.integer(), row.integer());
  }
  return all;
}

/// Whether an attempt is known better there than here.
bool isNewer(const Progress& there, const Progress& here, bool isRebuilt) {
  if (there.isEnded() != here.isEnded()) return there.isEnded();
  return !isRebuilt && there.seen > here.seen;
}

std::vector<std::string> words(const std::string& tags) {
  std::vector<std::string> all;
  std::string word;
  for (const char c : tags + ' ') {
    if (c != ' ' && c != ',')
      word += c;
    else if (!word.empty())
      all.push_back(std::exchange(word, ""));
  }
  return all;
}

std::string bothTags(const std::string& here, const std::string& there) {
  if (here.empty()) return there;
  std::string all = here;
  const std::vector<std::string> known = words(here);
  for (const std::string& tag : words(there))
    if (std::ranges::find(known, tag) == known.end()) all += (here.find(',') != here.npos ? ", " : " ") + tag;
  return all.size() > kMostTags ? here : all;
}

std::string bothNotes(const std::string& here, const std::string& there) {
  if (there.find(here) != there.npos) return there;
  const std::string all = here.find(there) != here.npos ? here : here + "\n\n" + there;
  return all.size() > kMostNotes ? here : all;
}

/// What people say of a run.
struct Remarks {
  std::string title, notes, tags;
  std::int64_t isRenamed = 0;
  friend bool operator==(const Remarks&, const Remarks&) = default;
};

Remarks remarksOf(SQLite::Database& database, std::int64_t run) {
  SQLite::Statement query(database, "SELECT title, notes, tags, renamed FROM runs WHERE id = ?");
  bindAll(query, run).executeStep();
  Row row(query);
  return {row.text(), row.text(), row.text(), row.integer()};
}

Remarks bothRemarks(const Remarks& here, const Remarks& there) {
  const bool isNamedThere = there.isRenamed && !here.isRenamed;
  return {isNamedThere ? there.title : here.title, bothNotes(here.notes, there.notes),
          bothTags(here.tags, there.tags), here.isRenamed || there.isRenamed};
}

}  // namespace

RunRows::RunRows(SQLite::Database& source, std::filesystem::path project, std::int64_t run, bool isRebuilt)
    : source_(source), project_(std::move(project)), run_(run), isRebuilt_(isRebuilt) {
  SQLite::Statement query(source, "SELECT key, title FROM runs WHERE id = ?");
  bindAll(query, run).executeStep();
  Row row(query);
  key_ = row.text();
  title_ = row.text();
}

std::string RunRows::obstacle() const {
  if (!isKey(key_))
    return fmt::format("its key is damaged: 8 hexadecimal digits expected, '{}' found", quotable(key_));
  const std::string trainer = workerOn(source_, run_, runLockFile(project_, key_));
  return trainer.empty() ? "" : trainer + "; merge again when that has ended";
}

std::string RunRows::trainedIn(SQLite::Database& into, const std::filesystem::path& project) const {
  SQLite::Statement find(into, "SELECT id FROM runs WHERE key = ?");
  const std::int64_t run = bindAll(find, key_).executeStep() ? find.getColumn(0).getInt64() : 0;
  const std::string trainer = workerOn(into, run, runLockFile(project, key_));
  if (trainer.empty()) return {};
  return fmt::format("{} in {}; merge again when that has ended", trainer, project.filename().string());
}

RunRelation RunRows::relationTo(SQLite::Database& into) const {
  RunRelation relation;
  SQLite::Statement find(into, "SELECT id, config_hash, seed, created FROM runs WHERE key = ?");
  if (!bindAll(find, key_).executeStep()) {
    relation.isFurther = relation.hasMore = true;
    return relation;
  }
  const std::int64_t there = find.getColumn(0).getInt64();
  relation.run = there;
  SQLite::Statement here(source_, "SELECT config_hash, seed, created FROM runs WHERE id = ?");
  bindAll(here, run_).executeStep();
  const auto isSame = [&](int column) {
    return find.getColumn(column + 1).getString() == here.getColumn(column).getString();
  };
  if (!isSame(0) || !isSame(1) || !(isRebuilt_ || isSame(2)))
    relation.obstacle = "another run has its key there: another configuration, seed or time of beginning";
  else
    relation.obstacle = conflictOf(into, there);
  if (relation.obstacle.empty()) compare(into, relation);
  return relation;
}

/// Each attempt that both have must be of the same start of a program, and only the last one of a project may
/// have got less far than the other's.
std::string RunRows::conflictOf(SQLite::Database& into, std::int64_t there) const {
  const std::vector<Progress> ours = progressOf(source_, run_), theirs = progressOf(into, there);
  const std::size_t shared = std::min(ours.size(), theirs.size());
  for (std::size_t i = 0; i < shared; ++i) {
    const bool isLastOfOurs = i + 1 == ours.size(), isLastOfTheirs = i + 1 == theirs.size();
    const bool isCut = (ours[i].lastStep < theirs[i].lastStep && !isLastOfOurs) ||
                       (ours[i].lastStep > theirs[i].lastStep && !isLastOfTheirs);
    if (ours[i].isSame(theirs[i], isRebuilt_) && (!isCut || isRebuilt_)) continue;
    return fmt::format(
        "it was gone on with in both projects: attempt {} began there {} on {}, here {} on {}; neither goes "
        "on where the other ends",
        i + 1 + (isCut ? 1 : 0), ours[i].started, ours[i].host, theirs[i].started, theirs[i].host);
  }
  return {};
}

void RunRows::compare(SQLite::Database& into, RunRelation& relation) const {
  const std::vector<Progress> ours = progressOf(source_, run_), theirs = progressOf(into, *relation.run);
  const std::size_t last = std::min(ours.size(), theirs.size()) - 1;
  relation.isFurther = ours.size() > theirs.size();
  if (!ours.empty() && !theirs.empty() && ours.size() == theirs.size())
    relation.isFurther =
        ours[last].lastStep > theirs[last].lastStep ||
        (ours[last].lastStep == theirs[last].lastStep && ours[last].isEnded() && !theirs[last].isEnded());
  relation.hasMore = relation.isFurther;
  for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i)
    relation.hasMore = relation.hasMore || isNewer(ours[i], theirs[i], isRebuilt_);
  if (const Remarks here = remarksOf(into, *relation.run);
      !isRebuilt_ && !(bothRemarks(here, remarksOf(source_, run_)) == here))
    relation.hasMore = true;
  for (const std::string& table : tablesOfRuns(source_, into))
    if (table != "attempts") compareTable(into, table, relation);
}

void RunRows::compareTable(SQLite::Database& into, const std::string& name, RunRelation& relation) const {
  const RunTable table = describe(source_, into, name);
  if (isRebuilt_ && table.hasOwnNumber) return;
  SQLite::Statement rows(source_, rowsQuery(table));
  SQLite::Statement same(into, fmt::format("SELECT {} FROM {} WHERE {}", equalTo(table, table.columns),
                                           quoted(name), equalTo(table, table.keys)));
  std::size_t others = 0;
  for (bindAll(rows, run_); rows.executeStep();) {
    bindRow(same, table, rows, *relation.run);
    if (!same.executeStep()) {
      relation.hasMore = true;
    } else if (same.getColumn(0).getInt() == 0 && table.isOfPeople) {
      ++others;
    } else if (same.getColumn(0).getInt() == 0 && !isRebuilt_ && name != "edits") {
      relation.obstacle =
          fmt::format("a row of {} differs in the two projects; one of them is damaged", name);
      return;
    }
  }
  if (others == 0) return;
  relation.staying +=
      fmt::format("{}{} of the table '{}' {} not taken over: other ones of the same key stand there and stay",
                  relation.staying.empty() ? "" : "; ", plural(others, "row"), quotable(name),
                  others == 1 ? "was" : "were");
}

void RunRows::addPolicies(SQLite::Database& into) const {
  SQLite::Statement query(source_,
                          "SELECT p.name, p.sha256, p.text FROM policies p JOIN runs r ON r.id = ? WHERE "
                          "instr(r.config, p.sha256)");
  for (bindAll(query, run_); query.executeStep();) {
    Row row(query);
    const std::string name = row.text(), hash = row.text();
    keepPolicy(into, {name, hash, row.text()});
  }
}

void RunRows::addAttempts(SQLite::Database& into, std::int64_t there) const {
  const RunTable table = describe(source_, into, "attempts");
  const std::vector<Progress> ours = progressOf(source_, run_), theirs = progressOf(into, there);
  SQLite::Statement rows(source_, rowsQuery(table) + " ORDER BY attempt");
  SQLite::Statement insert(into, fmt::format("INSERT INTO attempts ({}) VALUES ({})",
                                             quotedList(table.columns), parameters(table)));
  std::vector<std::string> changes;
  for (const std::string& column : table.columns)
    changes.push_back(fmt::format("{} = ?{}", quoted(column), placeOf(table, column)));
  SQLite::Statement update(into, fmt::format("UPDATE attempts SET {} WHERE {}", joined(changes, ", "),
                                             equalTo(table, table.keys)));
  bindAll(rows, run_);
  for (std::size_t i = 0; rows.executeStep(); ++i) {
    if (i < theirs.size() && !isNewer(ours[i], theirs[i], isRebuilt_)) continue;
    SQLite::Statement& statement = i < theirs.size() ? update : insert;
    bindRow(statement, table, rows, there);
    statement.exec();
  }
}

void RunRows::addRemarks(SQLite::Database& into, const RunRelation& relation) const {
  if (isRebuilt_) return;
  const Remarks both = bothRemarks(remarksOf(into, *relation.run), remarksOf(source_, run_));
  SQLite::Statement update(into, "UPDATE runs SET title = ?, notes = ?, tags = ?, renamed = ? WHERE id = ?");
  bindAll(update, both.title, both.notes, both.tags, both.isRenamed, *relation.run).exec();
  if (!relation.isFurther) return;
  SQLite::Statement query(source_, "SELECT config FROM runs WHERE id = ?");
  bindAll(query, run_).executeStep();
  SQLite::Statement config(into, "UPDATE runs SET config = ? WHERE id = ?");
  bindAll(config, query.getColumn(0).getString(), *relation.run).exec();
}

static std::int64_t addRunRow(SQLite::Database& source, std::int64_t run, SQLite::Database& into) {
  const RunTable table = describe(source, into, "runs");
  const std::string columns = quotedList(table.columns);
  SQLite::Statement row(source, fmt::format("SELECT {} FROM runs WHERE id = ?", columns));
  bindAll(row, run).executeStep();
  SQLite::Statement insert(into,
                           fmt::format("INSERT INTO runs ({}) VALUES ({})", columns, parameters(table)));
  bindRow(insert, table, row, 0);
  insert.exec();
  return into.getLastInsertRowid();
}

void RunRows::addTo(SQLite::Database& into, const RunRelation& relation) const {
  addPolicies(into);
  const std::int64_t there = relation.run ? *relation.run : addRunRow(source_, run_, into);
  const auto known = static_cast<std::int64_t>(progressOf(into, there).size());
  addAttempts(into, there);
  for (const std::string& name : tablesOfRuns(source_, into)) {
    if (name == "attempts") continue;
    const RunTable table = describe(source_, into, name);
    const std::string columns = quotedList(table.columns), values = parameters(table);
    std::string sql =
        fmt::format("INSERT OR {} INTO {} ({}) ",
                    name == "edits" && relation.isFurther ? "REPLACE" : "IGNORE", quoted(name), columns);
    if (table.hasOwnNumber && isRebuilt_)
      sql += fmt::format("SELECT {} WHERE ?{} > {}", values, placeOf(table, "attempt"), known);
    else if (relation.run && table.keys == table.columns)
      sql += fmt::format("SELECT {} WHERE NOT EXISTS (SELECT 1 FROM {} WHERE {})", values, quoted(name),
                         equalTo(table, table.keys));
    else
      sql += fmt::format("VALUES ({})", values);
    SQLite::Statement rows(source_, rowsQuery(table)), insert(into, sql);
    for (bindAll(rows, run_); rows.executeStep();) {
      bindRow(insert, table, rows, there);
      insert.exec();
    }
  }
  if (relation.run) addRemarks(into, relation);
}

}  // namespace uada::store

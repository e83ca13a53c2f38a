#include "core/store/Merge.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include <utility>
#include <vector>

#include "core/base/Error.h"
#include "core/store/Database.h"
#include "core/store/FolderRows.h"
#include "core/store/Locks.h"
#include "core/store/RunFolders.h"
#include "core/store/RunRows.h"

namespace uada {

using namespace store;

namespace fs = std::filesystem;

namespace {

/// The other project, of the newest schema; `copy` is where it is brought up to date if it is not.
SQLite::Database openOther(const fs::path& file, const fs::path& copy) {
  SQLite::Database found = openForReading(file);
  if (found.execAndGet("PRAGMA user_version").getInt() == kSchemaVersion) return found;
  {
    SQLite::Database made(copy.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    if (SQLite::Backup(made, found).executeStep() != SQLITE_DONE)
      throw Error(
          fmt::format("'{}' is locked by another program; merge again when that has ended", file.string()));
  }
  return openForWriting(copy);
}

std::vector<std::int64_t> runsOf(SQLite::Database& database) {
  std::vector<std::int64_t> runs;
  SQLite::Statement query(database, "SELECT id FROM runs ORDER BY id");
  while (query.executeStep()) runs.push_back(query.getColumn(0).getInt64());
  return runs;
}

}  // namespace

struct Takeover::Impl {
  explicit Impl(ProjectWriter& project)
      : into(project),
        files(runFolder(project.file(), "run").parent_path()),
        laid(files / "merge.tmp"),
        rows(fs::path(project.file()).replace_extension(".uada-merge")) {
    make(files);
    lock = FileLock::tryLock(files / "merge.lock");
    if (!lock.held())
      throw Error(fmt::format("another process takes runs into '{}'; wait until it has ended",
                              project.file().string()));
    checkRows();
    empty();
  }
  ~Impl() {
    std::error_code ignored;
    for (const fs::path& folder : {laid, rows}) fs::remove_all(folder, ignored);
  }

  static void make(const fs::path& folder) {
    std::error_code code;
    fs::create_directories(folder, code);
    if (code) throw Error(fmt::format("cannot make the folder '{}': {}", folder.string(), code.message()));
  }
  /// Throws Error if there is something that no takeover has left.
  void checkRows() const {
    std::error_code code;
    if (!fs::exists(fs::symlink_status(rows, code))) return;
    bool isOurs = fs::is_directory(fs::symlink_status(rows, code));
    for (fs::directory_iterator at(rows, code), end; isOurs && !code && at != end; at.increment(code)) {
      const std::string name = at->path().filename().string();
      isOurs = name.starts_with("other.") || name.starts_with("rebuilt.");
    }
    if (!isOurs)
      throw Error(fmt::format("'{}' is in the way: runs are laid there first; move it away", rows.string()));
  }
  /// Also of what a process that was killed has left.
  void empty() {
    std::error_code ignored;
    for (const fs::path& folder : {laid, rows}) {
      fs::remove_all(folder, ignored);
      make(folder);
    }
  }
  TakenRun take(const RunRows& run, const fs::path& folder);
  bool isHere(const RunRows& run) {
    bool isHere = false;
    into.change([&](SQLite::Database& database) {
      SQLite::Statement query(database, "SELECT 1 FROM runs WHERE key = ?");
      query.bind(1, run.key());
      isHere = query.executeStep();
    });
    return isHere;
  }
  std::string trainedHere(const RunRows& run) {
    std::string trainer;
    into.change([&](SQLite::Database& database) { trainer = run.trainedIn(database, into.file()); });
    return trainer;
  }
  /// Held, nobody goes on with the run here, nor begins it anew where its folder is gone.
  FileLock lockRun(const RunRows& run) const {
    make(files / run.key());
    return FileLock::tryLock(files / run.key() / "lock");
  }

  ProjectWriter& into;
  const fs::path files, laid;
  const fs::path rows;  ///< beside the project: where its folder is a link, that may lead to another machine
  FileLock lock;
};

TakenRun Takeover::Impl::take(const RunRows& run, const fs::path& folder) {
  TakenRun taken{run.key(), run.title(), Taken::leftOut, run.obstacle()};
  if (!taken.text.empty()) return taken;
  const fs::path own = files / run.key();
  std::error_code ignored;
  const bool hasFolder = fs::exists(own, ignored);
  std::string trainer = trainedHere(run);
  const bool isLocked = trainer.empty() && (hasFolder || isHere(run));
  const FileLock held = isLocked ? lockRun(run) : FileLock();
  if (isLocked && !held.held()) trainer = trainedHere(run);
  RunRelation relation;
  into.change([&](SQLite::Database& database) { relation = run.relationTo(database); });
  taken.text = relation.obstacle.empty() && relation.hasMore ? trainer : relation.obstacle;
  if (!taken.text.empty()) return taken;
  const bool isThere = fs::is_directory(folder, ignored), isOwn = fs::equivalent(folder, own, ignored);
  if (isThere && (relation.isFurther || !hasFolder)) bringRunFolder(folder, own, laid);
  if (!isThere)
    taken.text = fmt::format("its folder '{}' is not there, so that it has no checkpoint", folder.string());
  if (!relation.staying.empty()) taken.text += (taken.text.empty() ? "" : "; ") + relation.staying;
  taken.what = Taken::known;
  if (!relation.hasMore) return taken;
  if (!isOwn && FileLock::isHeld(folder / "lock"))  // rows are those of before, files of both
    return {run.key(), run.title(), Taken::leftOut,
            "it was gone on with while its folder was read; merge again when that has ended"};
  into.change([&](SQLite::Database& database) {
    relation = run.relationTo(database);  // others may have worked on the project meanwhile
    if (relation.obstacle.empty() && !held.held()) relation.obstacle = run.trainedIn(database, into.file());
    if (relation.obstacle.empty()) run.addTo(database, relation);
  });
  if (!relation.obstacle.empty()) return {run.key(), run.title(), Taken::leftOut, relation.obstacle};
  taken.what = relation.run ? Taken::continued : Taken::added;
  return taken;
}

Takeover::Takeover(ProjectWriter& into) : impl_(std::make_unique<Impl>(into)) {}
Takeover::~Takeover() = default;

void Takeover::project(const fs::path& other, const std::function<void(const TakenRun&)>& take) {
  const fs::path file = projectFile(other);
  std::error_code ignored;
  if (fs::equivalent(file, impl_->into.file(), ignored))
    throw Error(fmt::format("'{}' is the project itself: name other ones", file.string()));
  impl_->empty();
  try {
    SQLite::Database database = openOther(file, impl_->rows / "other.uada");
    const SQLite::Transaction moment(database);
    for (const std::int64_t run : runsOf(database)) {
      const RunRows rows(database, file, run);
      try {
        take(impl_->take(rows, isKey(rows.key()) ? runFolder(file, rows.key()) : ""));
      } catch (const Error& problem) {
        take({rows.key(), rows.title(), Taken::leftOut, problem.what()});
      }
    }
  } catch (const SQLite::Exception& problem) {
    throw Error(explain(problem, file));
  }
}

TakenRun Takeover::folder(const fs::path& folder) {
  impl_->empty();
  const fs::path made = impl_->rows / "rebuilt.uada";
  const RebuiltRun rebuilt = rebuildRows(folder, made);
  SQLite::Database database = openForReading(made);
  TakenRun taken = impl_->take(RunRows(database, made, 1, true), fs::absolute(folder));
  if (taken.what != Taken::leftOut && taken.what != Taken::known) taken.text = rebuilt.remark;
  return taken;
}

}  // namespace uada

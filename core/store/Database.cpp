#include "core/store/Database.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>
#include <thread>
#include <tuple>

#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/store/Locks.h"
#include "core/store/Log.h"
#include "core/store/Project.h"
#include "core/store/Schema.h"
#include "core/store/SchemaCheck.h"

namespace uada::store {
namespace {

/// A project whose creation was cut short, or goes on in another process at this moment.
class Unfinished : public Error {
 public:
  explicit Unfinished(const std::filesystem::path& file)
      : Error(fmt::format(
            "'{}' is not finished being created: nothing is in it yet; 'uada run' or the window "
            "finishes it; if it was moved here while a program wrote to it, first move its '-wal' "
            "file from the old place beside it, as '{}-wal'",
            file.string(), file.filename().string())) {}
};

}  // namespace
}  // namespace uada::store

namespace uada {

std::filesystem::path runFolder(const std::filesystem::path& project, const std::string& key) {
  auto folder = std::filesystem::absolute(project);
  folder.replace_extension(".files");
  return folder / key;
}

bool isProject(const std::filesystem::path& file) {
  const auto path = store::projectFile(file);
  std::error_code ignored;
  if (std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found) return false;
  try {
    store::openForReading(path);
    return true;
  } catch (const store::Unfinished&) {
    return false;
  }
}

}  // namespace uada

namespace uada::store {

namespace {

constexpr int kBusyMilliseconds = 5000;
constexpr std::uintmax_t kQuickCheckBytes =
    16u << 20;  // about 50 ms; a larger file is checked page by page in use

constexpr std::uintmax_t kFirstPageBytes = 4096;
constexpr std::size_t kNameBytes = 255, kPathBytes = 512;  // of the system; of SQLite
constexpr std::string_view kLongestEnding = "-journal";

/// "file:/a%20b?immutable=1": characters that mean something in a URI are written as their codes.
std::string uri(const std::filesystem::path& file, std::string_view parameters) {
  std::string text = "file:";
  for (const char c : file.string())
    text +=
        c == '?' || c == '#' || c == '%' ? fmt::format("%{:02X}", static_cast<int>(c)) : std::string(1, c);
  return text + "?" + std::string(parameters);
}

std::int64_t pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(fmt::format("PRAGMA {}", name)).getInt64();
}

/// Returns whether the file is a project; false: it is empty, so that one may be made. Reads only.
bool checkIdentity(SQLite::Database& database, const std::filesystem::path& file) {
  // One moment for all that is read: another process may be making the schema.
  std::optional<SQLite::Transaction> moment;
  if (sqlite3_get_autocommit(database.getHandle())) moment.emplace(database);
  const auto application = pragma(database, "application_id");
  const auto version = pragma(database, "user_version");
  if (application == 0 && version == 0 &&
      database.execAndGet("SELECT count(*) FROM sqlite_master").getInt64() == 0)
    return false;
  if (application != kApplicationId)
    throw Error(
        fmt::format("'{}' is a database of another application, not a UADA project; it was left as it is",
                    file.string()));
  if (version > kSchemaVersion)
    throw Error(fmt::format(
        "'{}' was written by a newer version of this program (schema {}, this one knows {}); it was "
        "left as it is: install the newer version",
        file.string(), version, kSchemaVersion));
  if (version < 1)
    throw Error(
        fmt::format("'{}' is damaged: it says it is of schema {}, which no version of this program "
                    "wrote; it was left as it is: restore a copy of it",
                    file.string(), version));
  return true;
}

/// Looks at the main file alone, without locks and without making a -wal beside it, so that a file that is
/// refused stays untouched. Through SQLite, because closing a descriptor of our own would drop SQLite's locks
/// in this process.
void peek(const std::filesystem::path& file) {
  try {
    SQLite::Database database(uri(file, "immutable=1"), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    checkIdentity(database, file);
  } catch (const SQLite::Exception& problem) {
    // While another process checkpoints, the main file may look torn; the real opening decides.
    if (problem.getErrorCode() != SQLITE_CORRUPT) throw Error(explain(problem, file));
  }
}

/// From the table's own pages: those of the index may still be another project's.
std::set<std::string> runKeys(SQLite::Database& database) {
  std::set<std::string> keys;
  SQLite::Statement query(database, "SELECT id, key FROM runs NOT INDEXED");
  while (query.executeStep())
    keys.insert(query.getColumn(0).getString() + ' ' + query.getColumn(1).getString());
  return keys;
}

/// Throws Error if the -wal beside a project was left by another one: with it the project has none of the
/// runs any more that it has alone. Where a program lives that writes it, SQLite knows better.
void requireOwnRows(SQLite::Database& database, const std::filesystem::path& file) {
  if (!hasRows(logFile(file)) || FileLock::isHeld(checkpointLockFile(file))) return;
  std::set<std::string> alone;
  try {
    SQLite::Database project(uri(file, "immutable=1"), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    alone = runKeys(project);
  } catch (const SQLite::Exception&) {  // not whole without its -wal
    return;
  }
  if (alone.empty()) return;
  for (const std::string& key : runKeys(database))
    if (alone.contains(key)) return;
  throw Error(fmt::format(
      "'{0}-wal' was left there by another project than '{0}': move it beside that project, under its "
      "name with '-wal' at the end, or to another folder; nothing was written",
      file.string()));
}

void protect(SQLite::Database& database) {
  sqlite3* handle = database.getHandle();
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 256 << 20);
  database.exec(
      "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA foreign_keys=ON");
}

bool isAllowed(const std::filesystem::path& path, int mode) {
  return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

void checkFolder(const std::filesystem::path& file) {
  const auto folder = file.parent_path();
  std::error_code code;
  const auto type = std::filesystem::status(file, code).type();
  if (type == std::filesystem::file_type::none)
    throw Error(fmt::format("cannot open '{}': {}", file.string(), code.message()));
  if (type == std::filesystem::file_type::directory)
    throw Error(fmt::format("'{}' is a folder; a project is a file", file.string()));
  if (!std::filesystem::is_directory(folder, code))
    throw Error(
        fmt::format("cannot open '{}': there is no folder '{}'; make it, or name another project file",
                    file.string(), folder.string()));
  if (type == std::filesystem::file_type::not_found) return;
  if (type != std::filesystem::file_type::regular)
    throw Error(fmt::format("cannot open '{}': it is not a regular file", file.string()));
  if (!isAllowed(file, R_OK))
    throw Error(fmt::format("cannot read '{}': {}; give yourself the permission to read it (chmod u+rw)",
                            file.string(), std::strerror(errno)));
}

void checkWritable(const std::filesystem::path& file) {
  if (const std::string network = networkFileSystemOf(file.parent_path()); !network.empty())
    throw Error(
        fmt::format("'{}' lies on a network file system ({}), where SQLite's locks cannot be trusted: keep a "
                    "project of its own on each machine's local disk and join them with 'uada merge'",
                    file.string(), network));
  for (const auto& path : {file.parent_path(), file})
    if (!isAllowed(path, W_OK) && errno != ENOENT)
      throw Error(fmt::format("cannot write '{}': {}; choose a project file in a folder that can be written",
                              path.string(), std::strerror(errno)));
}

/// Makes the schema, or brings that of an older version up to date, whole or not at all. Several processes
/// may do this at the same moment: one makes it, the others find it made.
void makeSchema(SQLite::Database& database, const std::filesystem::path& file) {
  database.exec("BEGIN IMMEDIATE");
  try {
    if (!checkIdentity(database, file)) {
      database.exec(kFirstSchema);
      database.exec(fmt::format("PRAGMA application_id={}; PRAGMA user_version=1", kApplicationId));
    }
    for (const Migration& migration : migrations()) {
      if (migration.to <= pragma(database, "user_version")) continue;
      database.exec(migration.sql);
      if (migration.rows) migration.rows(database);
      database.exec(fmt::format("PRAGMA user_version={}", migration.to));
    }
    database.exec("COMMIT");
  } catch (...) {
    if (!sqlite3_get_autocommit(database.getHandle())) database.tryExec("ROLLBACK");
    throw;
  }
}

/// SQLite does not always wait for others while it switches a file to WAL. That its journal is gone is synced
/// (EXTRA): where a power loss brought it back, it would undo the file, and all that is in the WAL with it.
void switchToWal(SQLite::Database& database) {
  database.exec("PRAGMA synchronous=EXTRA");
  for (int attempt = 0;; ++attempt) {
    try {
      database.exec("PRAGMA journal_mode=WAL");
      break;
    } catch (const SQLite::Exception& problem) {
      if ((problem.getErrorCode() & 0xff) != SQLITE_BUSY || attempt == 100) throw;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  database.exec("PRAGMA synchronous=FULL; PRAGMA journal_size_limit=4194304");
}

void quickCheck(SQLite::Database& database, const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::file_size(file, ignored) > kQuickCheckBytes) return;
  const std::string answer = database.execAndGet("PRAGMA quick_check(1)").getString();
  if (answer != "ok")
    throw Error(fmt::format(
        "'{}' is damaged ({}); nothing was written to it: make a copy and try 'sqlite3 FILE .recover'",
        file.string(), answer));
}

}  // namespace

std::filesystem::path projectFile(const std::filesystem::path& name) {
  if (name.empty()) throw Error("the project has no name: give the path of a file");
  // A link means the project that it names: locks and run folders lie beside that.
  std::error_code code;
  auto path = std::filesystem::weakly_canonical(std::filesystem::absolute(name), code);
  if (code) path = std::filesystem::absolute(name).lexically_normal();
  for (const auto& [what, size, most] : {std::tuple("name", path.filename().string().size(), kNameBytes),
                                         std::tuple("path", path.string().size(), kPathBytes)})
    if (size + kLongestEnding.size() >= most)
      throw Error(
          fmt::format("cannot open '{:.60}…': the {} of the project file is too long: {} bytes of {} "
                      "at most; choose a shorter one",
                      name.string(), what, size, most - kLongestEnding.size() - 1));
  return path;
}

bool isKey(std::string_view text) {
  return text.size() == 8 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool isGone(SQLite::Database& database) {
  int moved = 0;
  sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

std::filesystem::path checkpointLockFile(const std::filesystem::path& project) {
  auto file = project;
  return file.replace_extension(".uada-lock");
}

std::filesystem::path runLockFile(const std::filesystem::path& project, const std::string& key) {
  return runFolder(project, key) / "lock";
}

SQLite::Database openForWriting(const std::filesystem::path& file) {
  checkFolder(file);
  checkWritable(file);
  requireOwnLog(file);
  std::error_code ignored;
  const bool hasContent = std::filesystem::exists(file) && std::filesystem::file_size(file, ignored) > 0;
  if (hasContent) peek(file);
  try {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMilliseconds);
    protect(database);
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    database.exec("PRAGMA wal_autocheckpoint=0");
    requireOwnRows(database, file);
    const bool isProject = checkIdentity(database, file);
    if (isProject) {
      checkSchema(database, file);
      quickCheck(database, file);
    }
    switchToWal(database);
    if (!isProject || pragma(database, "user_version") < kSchemaVersion) makeSchema(database, file);
    return database;
  } catch (const SQLite::Exception& problem) {
    throw Error(explain(problem, file));
  }
}

SQLite::Database openForReading(const std::filesystem::path& file) {
  checkFolder(file);
  requireOwnLog(file);
  std::error_code ignored;
  if (!std::filesystem::exists(file))
    throw Error(
        fmt::format("there is no project file '{}': 'uada run' or the window makes one; or name another one "
                    "(--project FILE)",
                    file.string()));
  if (std::filesystem::file_size(file, ignored) == 0) throw Unfinished(file);
  peek(file);
  const auto log = logFile(file);
  const bool hasLog = std::filesystem::exists(log, ignored) && std::filesystem::file_size(log, ignored) > 0;
  const bool readOnly = !isAllowed(file.parent_path(), W_OK);
  try {
    SQLite::Database database(uri(file, readOnly && !hasLog ? "immutable=1" : "mode=ro"),
                              SQLite::OPEN_READONLY | SQLite::OPEN_URI | SQLite::OPEN_NOMUTEX,
                              kBusyMilliseconds);  // a reader is used on one thread
    protect(database);
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    database.exec("PRAGMA wal_autocheckpoint=0; PRAGMA query_only=ON");
    requireOwnRows(database, file);
    if (!checkIdentity(database, file)) throw Unfinished(file);
    checkSchema(database, file);
    return database;
  } catch (const SQLite::Exception& problem) {
    // Its first page is being written, or was when a process ended: only a writer can tidy that up.
    if (problem.getExtendedErrorCode() == SQLITE_READONLY_ROLLBACK &&
        std::filesystem::file_size(file, ignored) <= kFirstPageBytes)
      throw Unfinished(file);
    if (readOnly && hasLog)
      throw Error(fmt::format(
          "cannot read '{}': its newest rows are still in '{}' and the folder is read-only; copy both "
          "files to a folder that can be written",
          file.string(), log.filename().string()));
    throw Error(explain(problem, file));
  }
}

bool mayPass(const SQLite::Exception& problem) {
  switch (problem.getErrorCode() & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PROTOCOL: return true;
    default: return false;
  }
}

std::string explain(const SQLite::Exception& problem, const std::filesystem::path& file) {
  const std::string name = file.string();
  std::error_code code;
  switch (problem.getErrorCode() & 0xff) {
    case SQLITE_NOTADB: return fmt::format("'{}' is not a UADA project: it is not a database", name);
    case SQLITE_FULL:
    case SQLITE_IOERR: {
      const auto space = std::filesystem::space(file.parent_path(), code);
      const auto free =
          code ? "" : fmt::format(" ({} free)", bytesText(static_cast<double>(space.available)));
      return fmt::format("cannot write '{}': the disk is full or gone{}; free some space on the disk of '{}'",
                         name, free, file.parent_path().string());
    }
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return fmt::format("'{}' is locked by another program; close it and try again", name);
    case SQLITE_READONLY:
      if (problem.getExtendedErrorCode() == SQLITE_READONLY_ROLLBACK)
        return fmt::format(
            "'{}' was left in the middle of a change; the next program that writes to it "
            "('uada run', the window) puts it in order",
            name);
      return fmt::format("cannot write '{}': it is read-only", name);
    case SQLITE_CORRUPT:
      return fmt::format("'{}' is damaged ({}); make a copy and try 'sqlite3 FILE .recover'", name,
                         problem.what());
    case SQLITE_ERROR:
      return fmt::format("'{}' is damaged: its tables are not those of a project ({}); restore a copy of it",
                         name, problem.what());
    case SQLITE_CANTOPEN:
      return fmt::format(
          "cannot open '{}' or the files beside it ({}); check the permissions of the file and "
          "of its folder",
          name, problem.what());
    default: return fmt::format("'{}': {}", name, problem.what());
  }
}

}  // namespace uada::store

std::string uada::readOnlyReason(const std::filesystem::path& file) {
  const auto path = store::projectFile(file);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  for (const auto& place : {path, path.parent_path()})
    if (!store::isAllowed(place, W_OK))
      return fmt::format("'{}' cannot be written: {}", place.string(), std::strerror(errno));
  return {};
}

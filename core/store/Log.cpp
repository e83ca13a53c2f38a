#include "core/store/Log.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/store/Database.h"
#include "core/store/Locks.h"

namespace uada::store {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kHeaderBytes = 32;  // of a -wal without a row

fs::path beside(const fs::path& project, const char* ending) {
  auto file = project;
  return file += ending;
}

/// 0 where there is none.
std::uintmax_t sizeOf(const fs::path& file) {
  std::error_code code;
  const auto size = fs::file_size(file, code);
  return code ? 0 : size;
}

}  // namespace

bool hasRows(const fs::path& log) { return sizeOf(log) > kHeaderBytes; }

fs::path logFile(const fs::path& project) { return beside(project, "-wal"); }

void requireOwnLog(const fs::path& project) {
  std::error_code ignored;
  for (const char* ending : {"-wal", "-shm", "-journal"}) {
    const auto status = fs::status(beside(project, ending), ignored);
    if (fs::exists(status) && !fs::is_regular_file(status))
      throw Error(fmt::format("cannot open '{}': '{}' beside it is not a regular file; move that away",
                              project.string(), beside(project, ending).filename().string()));
  }
  // Asked first: whoever holds the lock has made the file before.
  const bool isWritten =
      FileLock::isHeld(checkpointLockFile(project)) && fs::exists(beside(project, "-shm"), ignored);
  if (sizeOf(project) > 0) return;
  if (isWritten)
    throw Error(fmt::format(
        "'{}' was moved or deleted while another program writes to it; end that program, or choose "
        "another name",
        project.string()));
  if (hasRows(logFile(project)))
    throw Error(fmt::format(
        "'{0}' is not there, but '{0}-wal' holds rows of the project that was: move it beside that "
        "project, under its name with '-wal' at the end, before anything opens it; if there is "
        "none, move it to another folder",
        project.string()));
}

}  // namespace uada::store

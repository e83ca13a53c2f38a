#pragma once

#include <filesystem>

/// The files that SQLite keeps beside a project. Nothing in a `-wal` says which database it belongs to, and
/// SQLite takes whatever lies there.
namespace uada::store {

/// PROJECT-wal: what was committed and is not yet in the project itself.
std::filesystem::path logFile(const std::filesystem::path& project);

/// Whether a -wal has more than its beginning.
bool hasRows(const std::filesystem::path& log);

/// Throws Error, before SQLite looks, if a project is missing or empty while rows of another one that stood
/// there lie beside it or are still being written; if one of the files is no regular file, which would be
/// waited for.
void requireOwnLog(const std::filesystem::path& project);

}  // namespace uada::store

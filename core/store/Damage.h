#pragma once

#include <filesystem>
#include <string>

namespace uada {

/// What SQLite finds wrong with the pages of a project first, on one line; empty: nothing. Reads all of it.
/// Throws Error if it cannot be opened: see ProjectReader.
std::string projectDamage(const std::filesystem::path& project);

}  // namespace uada

#pragma once

#include <filesystem>
#include <string>

namespace uada {

/// The SQL of all tables, views and indices that a project file has, with its version; no rows. Throws Error
/// if it is no project, or cannot be read.
std::string schemaText(const std::filesystem::path& project);

}  // namespace uada

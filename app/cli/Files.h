#pragma once

#include <filesystem>
#include <string>

namespace uada::cli {

/// Throws UsageError if `out` is the project, a file beside it that is part of it, or in the folder of its
/// runs, under whatever name or link.
void requireNotOfProject(const std::string& out, const std::filesystem::path& project);

}  // namespace uada::cli

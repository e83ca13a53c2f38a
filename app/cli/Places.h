#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace uada::cli {

/// This program's folder.
std::filesystem::path programFolder();

/// Folders that hold experiments, nearest first: ./experiments, the installed ones, those of the source tree.
std::vector<std::filesystem::path> experimentFolders();

/// A file as it stands, else NAME or NAME.json in one of experimentFolders(). Throws UsageError listing the
/// names.
std::filesystem::path findExperiment(const std::string& name);

/// All experiment files, by name; of two with the same name the nearer.
std::vector<std::filesystem::path> experimentFiles();

}  // namespace uada::cli

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace uada::cli {

/// This program's folder.
std::filesystem::path programFolder();

/// Folders that hold experiments, nearest first: ./experiments, the installed ones, those of the source tree.
std::vector<std::filesystem::path> experimentFolders();

struct ExperimentFile {
  std::string name;  ///< "table2", "quick/table2": its path in the folder, without the ending
  std::filesystem::path file;
};
/// All experiment files, by name; of two with the same name the nearer. Those of one folder deeper, too, but
/// for policies and recipes.
std::vector<ExperimentFile> experimentFiles();

/// A file as it stands, else NAME or NAME.json of experimentFiles(). Throws UsageError listing the names.
std::filesystem::path findExperiment(const std::string& name);

/// What a command needs to find the project again: " --project thesis.uada", as a shell takes it; empty: it
/// is the one that is used where none is named.
std::string projectOption(const std::string& project);

}  // namespace uada::cli

#pragma once

#include <filesystem>
#include <string>

namespace uada::store {

/// A run whose rows were made from its folder.
struct RebuiltRun {
  std::string key;
  std::string remark;  ///< in words, what the folder does not hold
};

/// Makes a project with the rows of one run from config.json, log.jsonl, steps.jsonl and the checkpoints in
/// its folder. Lines that are damaged are left out and counted in the remark. project  a file that is not
/// there yet throws   Error naming what is missing or damaged in the folder, or that the run is being trained
RebuiltRun rebuildRows(const std::filesystem::path& folder, const std::filesystem::path& project);

}  // namespace uada::store

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/data/Dataset.h"

namespace uada {

/// How a data set's folder is recognised and where it is looked for.
struct DatasetPlace {
  std::vector<std::string> files;  ///< any one of them marks the folder (a lost one is reported when reading)
  std::vector<std::string> folders;  ///< official sub-folders, the best first
  std::vector<std::string> system;   ///< absolute folders of packages
};

/// The folder that holds one of the place's files: `dir` or a sub-folder of it; with an empty `dir` the
/// system's folders, then $UADA_DATA, then ${XDG_DATA_HOME:-~/.local/share}/uada/data.
std::optional<std::filesystem::path> findFolder(const DatasetPlace& place, const std::filesystem::path& dir);

/// The names of the files, each with every ending.
std::vector<std::string> namesOf(const std::vector<PublishedFile>& files,
                                 const std::vector<std::string>& endings = {""});

/// $UADA_DATA if set, then the user's data folder if there is a home.
std::vector<std::filesystem::path> userDataFolders();

}  // namespace uada

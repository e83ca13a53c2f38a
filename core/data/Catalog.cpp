#include "core/base/Catalog.h"

#include "core/data/Dataset.h"
#include "core/data/Places.h"

namespace uada {

#define DATASET(name) DatasetEntry name();
#include "core/data/datasets.def"
#undef DATASET

const std::vector<DatasetEntry>& datasets() {
#define DATASET(name) name(),
  static const std::vector<DatasetEntry> all{
#include "core/data/datasets.def"
  };
#undef DATASET
  return all;
}

const DatasetEntry& findDataset(std::string_view name) { return findEntry(datasets(), name, "dataset"); }

/// Why nothing can be found in the folder; empty: it can be looked into.
static std::string folderProblem(const std::filesystem::path& folder) {
  std::error_code error;
  const auto status = std::filesystem::status(folder, error);
  if (status.type() == std::filesystem::file_type::not_found) return "there is no such folder";
  if (!error && !std::filesystem::is_directory(status)) return "it is a file, not a folder";
  if (!error) std::filesystem::directory_iterator(folder, error);
  return error ? error.message() : "";
}

std::filesystem::path locateDataset(const DatasetEntry& entry, const std::filesystem::path& dir) {
  if (auto found = entry.find(dir)) return *found;
  std::string where;
  if (dir.empty()) {
    for (const auto& folder : userDataFolders())
      where += fmt::format("{}'{}'", where.empty() ? "" : " and ", folder.string());
    where = "where packages put it, in " + where;
  } else {
    where = fmt::format("in '{}'", dir.string());
    if (const std::string problem = folderProblem(dir); !problem.empty())
      throw Error(fmt::format("{} cannot be read {}: {}; name the folder that holds it, or get it ({})",
                              entry.title, where, problem, entry.source));
  }
  throw Error(fmt::format("{} was not found {}; get it ({}) and name the folder, or set UADA_DATA",
                          entry.title, where, entry.source));
}

}  // namespace uada

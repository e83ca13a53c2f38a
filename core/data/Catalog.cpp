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

std::filesystem::path locateDataset(const DatasetEntry& entry, const std::filesystem::path& dir) {
  if (auto found = entry.find(dir)) return *found;
  std::string where;
  if (dir.empty()) {
    for (const auto& folder : userDataFolders())
      where += fmt::format("{}'{}'", where.empty() ? "" : " and ", folder.string());
    where = "where packages put it, in " + where;
  } else {
    std::error_code ignored;
    where = fmt::format("in '{}'{}", dir.string(),
                        std::filesystem::is_directory(dir, ignored) ? "" : " (no such folder)");
  }
  throw Error(fmt::format("{} was not found {}; get it ({}) and name the folder, or set UADA_DATA",
                          entry.title, where, entry.source));
}

}  // namespace uada

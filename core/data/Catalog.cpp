#include "core/base/Catalog.h"

#include "core/base/Text.h"
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

std::vector<std::string> otherFormsIn(const DatasetEntry& entry, const std::filesystem::path& folder) {
  std::vector<std::string> found;
  for (const auto& [file, what] : entry.otherForms) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(folder / file, ignored))
      found.push_back(fmt::format("'{}' ({})", (folder / file).string(), what));
  }
  return found;
}

/// "; expected: train.bin and test.bin", and what there is instead.
static std::string expectedFiles(const DatasetEntry& entry,
                                 const std::vector<std::filesystem::path>& folders) {
  std::vector<std::string> names, others;
  for (const PublishedFile& file : entry.published) names.push_back(file.name);
  if (names.empty() && entry.otherForms.empty()) return "";
  std::string text = names.empty() ? "" : "; expected: " + joined(names, ", ");
  for (const std::string& ending : entry.endings)
    if (!ending.empty()) text += fmt::format(" (each may end in {})", ending);
  for (const auto& folder : folders)
    for (std::string& other : otherFormsIn(entry, folder)) others.push_back(std::move(other));
  return others.empty() ? text : text + "; found: " + joined(others, ", ");
}

std::filesystem::path locateDataset(const DatasetEntry& entry, const std::filesystem::path& dir) {
  if (auto found = entry.find(dir)) return *found;
  if (entry.isOwn && dir.empty())
    throw Error(
        fmt::format("{}: no folder is named; set recipe.dataset.folder ({})", entry.title, entry.source));
  const auto folders = dir.empty() ? userDataFolders() : std::vector{dir};
  std::string where;
  if (dir.empty()) {
    for (const auto& folder : folders)
      where += fmt::format("{}'{}'", where.empty() ? "" : " and ", folder.string());
    where = "where packages put it, in " + where;
  } else {
    where = fmt::format("in '{}'", dir.string());
    if (const std::string problem = folderProblem(dir); !problem.empty())
      throw Error(fmt::format("{} cannot be read {}: {}; name the folder that holds it, or get it ({})",
                              entry.title, where, problem, entry.source));
  }
  const bool isPlaced = dir.empty() && !folders.empty();
  throw Error(fmt::format(
      "{} was not found {}{}; get it ({}) and {}name its folder (of an experiment: recipe.dataset.folder)",
      entry.title, where, expectedFiles(entry, folders), entry.source,
      isPlaced ? fmt::format("unpack it into '{}', or ", folders.front().string()) : ""));
}

}  // namespace uada

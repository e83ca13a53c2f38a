#include "core/data/Places.h"

#include <cstdlib>

namespace uada {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

bool holdsAny(const fs::path& folder, const std::vector<std::string>& files) {
  for (const std::string& file : files) {
    std::error_code ignored;  // a folder that cannot be looked into does not hold the set
    if (fs::exists(folder / file, ignored)) return true;
  }
  return false;
}

std::optional<fs::path> findBelow(const DatasetPlace& place, const fs::path& dir) {
  if (holdsAny(dir, place.files)) return dir;
  for (const std::string& folder : place.folders)
    if (holdsAny(dir / folder, place.files)) return dir / folder;
  return std::nullopt;
}

}  // namespace

std::vector<std::string> namesOf(const std::vector<PublishedFile>& files,
                                 const std::vector<std::string>& endings) {
  std::vector<std::string> names;
  for (const PublishedFile& file : files)
    for (const std::string& ending : endings) names.push_back(file.name + ending);
  return names;
}

std::vector<fs::path> userDataFolders() {
  std::vector<fs::path> folders;
  if (const auto data = environment("UADA_DATA"); !data.empty()) folders.emplace_back(data);
  const auto share = environment("XDG_DATA_HOME"), home = environment("HOME");
  // The base directory specification: a relative XDG_DATA_HOME is to be ignored.
  if (fs::path(share).is_absolute())
    folders.push_back(fs::path(share) / "uada/data");
  else if (!home.empty())
    folders.push_back(fs::path(home) / ".local/share/uada/data");
  return folders;
}

std::optional<fs::path> findFolder(const DatasetPlace& place, const fs::path& dir) {
  if (!dir.empty()) return findBelow(place, dir);
  for (const std::string& folder : place.system)
    if (holdsAny(folder, place.files)) return fs::path(folder);
  for (const fs::path& folder : userDataFolders())
    if (auto found = findBelow(place, folder)) return found;
  return std::nullopt;
}

}  // namespace uada

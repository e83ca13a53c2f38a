#include "app/cli/Places.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"

namespace uada::cli {
namespace fs = std::filesystem;

fs::path programFolder() {
  std::error_code error;
  return fs::read_symlink("/proc/self/exe", error).parent_path();
}

std::vector<fs::path> experimentFolders() {
  const fs::path program = programFolder();
  std::vector<fs::path> folders;
  for (const fs::path& folder :
       {fs::path("experiments"), program / "../share/uada/experiments", program / "../../experiments"}) {
    std::error_code error;
    const fs::path whole = fs::canonical(folder, error);
    if (!error && fs::is_directory(whole) && std::ranges::find(folders, whole) == folders.end())
      folders.push_back(whole);
  }
  return folders;
}

std::vector<fs::path> experimentFiles() {
  std::vector<fs::path> files;
  for (const fs::path& folder : experimentFolders())
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const bool known =
          std::ranges::any_of(files, [&](const fs::path& f) { return f.stem() == entry.path().stem(); });
      if (entry.path().extension() == ".json" && !known) files.push_back(entry.path());
    }
  std::ranges::sort(files, {}, [](const fs::path& file) { return file.stem().string(); });
  return files;
}

constexpr std::size_t kShownName = 200;  // bytes

fs::path findExperiment(const std::string& name) {
  if (std::error_code error; fs::exists(name, error)) return name;
  std::vector<std::string> known;
  for (const fs::path& file : experimentFiles()) {
    if (name == file.stem() || name == file.filename()) return file;
    known.push_back(oneLine(file.stem().string(), kShownName));
  }
  throw UsageError(fmt::format("there is no experiment file '{}', nor one of that name; known: {}{}",
                               oneLine(name, kShownName), known.empty() ? "none" : joined(known, " "),
                               suggestion(name, known)));
}

}  // namespace uada::cli

#include "app/cli/Places.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "app/cli/CommandLine.h"
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

namespace {

/// Adds the JSON files of a folder that have a new name. prefix: of the names
void addFiles(std::vector<ExperimentFile>& files, const fs::path& folder, const std::string& prefix) {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = prefix + entry.path().stem().string();
    const auto isKnown = [&](const ExperimentFile& known) { return known.name == name; };
    if (entry.path().extension() == ".json" && std::ranges::none_of(files, isKnown))
      files.push_back({name, entry.path()});
    if (prefix.empty() && entry.is_directory() && name != "policies" && name != "recipes")
      addFiles(files, entry.path(), name + "/");
  }
}

}  // namespace

std::vector<ExperimentFile> experimentFiles() {
  std::vector<ExperimentFile> files;
  for (const fs::path& folder : experimentFolders()) addFiles(files, folder, "");
  std::ranges::sort(files, {}, &ExperimentFile::name);
  return files;
}

std::string projectOption(const std::string& project) {
  if (project == kDefaultProject) return "";
  const auto isPlain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("_-./+:,@%").find(c) != std::string_view::npos;
  };
  if (std::ranges::all_of(project, isPlain)) return " --project " + project;
  std::string quoted;
  for (const char c : project) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return " --project '" + quoted + "'";
}

constexpr std::size_t kShownName = 200;  // bytes

fs::path findExperiment(const std::string& name) {
  if (std::error_code error; fs::exists(name, error)) return name;
  std::vector<std::string> known;
  for (const ExperimentFile& file : experimentFiles()) {
    if (name == file.name || name == file.name + ".json") return file.file;
    known.push_back(oneLine(file.name, kShownName));
  }
  throw UsageError(fmt::format("there is no experiment file '{}', nor one of that name; known: {}{}",
                               oneLine(name, kShownName), known.empty() ? "none" : joined(known, " "),
                               suggestion(name, known)));
}

}  // namespace uada::cli

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/TakenRuns.h"
#include "core/base/Error.h"
#include "core/base/Plural.h"
#include "core/base/Printable.h"
#include "core/store/Merge.h"

namespace uada::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> folders;
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.arguments("RUN-FOLDER", options.folders,
                 "Folders of runs, such as thesis.files/3fa2c1d0, or folders that hold some")
      .required();
  verb.project(options.project);
}

/// When the run in a folder was begun, as its log says; "": it does not say.
std::string beginning(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_regular_file(folder / "log.jsonl", ignored)) return {};  // a pipe would be waited for
  std::ifstream log(folder / "log.jsonl");
  std::string line;
  std::getline(log, line);
  try {
    return parseJson(line, "log").at("time").asString();
  } catch (const Error&) {  // said where the run is read
    return {};
  }
}

/// Folders of runs, and those in other folders, the oldest run first: of repeats the last one counts as
/// newest.
std::vector<fs::path> runFolders(const std::vector<std::string>& names) {
  std::vector<fs::path> all;
  for (const std::string& name : names) {
    std::error_code code;
    std::vector<fs::path> inside;
    if (!fs::exists(fs::path(name) / "config.json", code))
      for (fs::directory_iterator at(name, code), end; !code && at != end; at.increment(code))
        if (std::error_code ignored; fs::exists(at->path() / "config.json", ignored))
          inside.push_back(at->path());
    std::ranges::sort(inside, {},
                      [](const fs::path& folder) { return std::pair(beginning(folder), folder); });
    if (inside.empty()) inside.push_back(name);  // what is wrong with it is said where it is read
    all.insert(all.end(), inside.begin(), inside.end());
  }
  return all;
}

/// Throws Error, so that no project is made for names that are mistyped.
void checkFolders(const std::vector<std::string>& names, const std::vector<fs::path>& folders) {
  std::error_code ignored;
  for (const std::string& name : names)
    if (!fs::exists(name, ignored)) throw Error(fmt::format("'{}' is not there; nothing was imported", name));
  for (const fs::path& folder : folders)
    if (fs::exists(folder / "config.json", ignored)) return;
  throw Error(
      fmt::format("'{}' is neither the folder of a run, which has a config.json, nor one of such folders",
                  names.front()));
}

int perform(const Options& options) {
  const Console console(options.json);
  const std::vector<fs::path> folders = runFolders(options.folders);
  checkFolders(options.folders, folders);
  ProjectWriter into(options.project);
  Takeover takeover(into);
  TakenCount total;
  std::int64_t failed = 0;
  for (const fs::path& folder : folders) try {
      const TakenRun run = takeover.folder(folder);
      total.count(run, folder.string(), console);
      if (run.what == Taken::leftOut) continue;
      const char* what = run.what == Taken::added       ? "added"
                         : run.what == Taken::continued ? "continued"
                                                        : "there before";
      console.say(fmt::format("{} ({}): {}", run.key, oneLine(run.title), what));
      console.object("imported", Json::Object{{"folder", folder.string()},
                                              {"key", run.key},
                                              {"title", run.title},
                                              {"what", what},
                                              {"remark", run.text}});
    } catch (const Error& problem) {
      ++failed;
      printProblem(problem.what());
      console.object("error", Json::Object{{"folder", folder.string()}, {"message", problem.what()}});
    }
  console.say(fmt::format("{}: {} from {}", oneLine(options.project), total.text(),
                          plural(static_cast<long long>(folders.size()), "folder")));
  console.object("total", total.json());
  if (failed > 0) throw Error(fmt::format("{} could not be imported", plural(failed, "folder")));
  return total.leftOut > 0 ? 1 : 0;
}

}  // namespace

void addImport(Verbs& verbs) {
  verbs.add(
      {"import", "Make the rows of runs again from their folders alone",
       "For runs whose project is lost or lies elsewhere. Results, tests, curves, checkpoints, edits and the "
       "log\n"
       "come back; policy statistics, decisions and pictures are in the project alone. A folder is copied\n"
       "beside the project, unless it lies there. A run that the project has gets only what it lacks.\n"
       "Example: uada import thesis.files --project thesis.uada"},
      describe, perform);
}

}  // namespace uada::cli

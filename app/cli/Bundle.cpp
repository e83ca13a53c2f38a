#include "app/cli/Bundle.h"

#include <fmt/core.h>

#include <cstdlib>
#include <deque>
#include <fstream>
#include <thread>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Json.h"
#include "core/store/Project.h"
#include "core/store/SchemaText.h"

namespace uada::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kLines = 500;           // of a log
constexpr std::size_t kMostBytes = 16 << 20;  // of a log that is read

/// What changes how the programs behave; nothing else of the environment, which may hold secrets.
std::string environmentText() {
  std::string text;
  for (const char* name : {"UADA_DATA", "UADA_LIBTORCH", "OMP_NUM_THREADS", "OMP_WAIT_POLICY",
                           "CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH", "QT_QPA_PLATFORM", "QT_SCALE_FACTOR",
                           "XDG_SESSION_TYPE", "XDG_CURRENT_DESKTOP", "LANG"})
    if (const char* value = std::getenv(name)) text += fmt::format("{}={}\n", name, value);
  text += fmt::format("processors={}\n", std::thread::hardware_concurrency());
  for (const char* file : {"/etc/os-release", "/proc/version"}) {
    std::ifstream in(file);
    text += fmt::format("\n# {}\n{}", file, std::string(std::istreambuf_iterator<char>(in), {}));
  }
  return text;
}

/// The last lines of a run's log: when, in which attempt, of which kind, and the words; no numbers of
/// results.
std::string logOf(const fs::path& file) {
  std::deque<std::string> kept;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    try {
      const Json whole = parseJson(line, "log");
      Json::Object some;
      for (const char* key : {"time", "attempt", "kind", "state", "text", "step"})
        if (const Json* value = whole.find(key)) some.emplace_back(key, *value);
      kept.push_back(Json(some).dump());
    } catch (const Error&) {
      kept.push_back("{\"kind\":\"damaged\"}");
    }
    if (kept.size() > kLines) kept.pop_front();
  }
  std::string text;
  for (const std::string& line : kept) text += line + "\n";
  return text;
}

/// Of the newest run.
void writeProject(const fs::path& folder, const fs::path& project) {
  if (!fs::exists(project)) return;
  std::string schema;
  try {
    schema = schemaText(project);
    const ProjectReader reader(project);
    if (const auto runs = reader.runs(); !runs.empty())
      writeFileAtomically(folder / "run-log.jsonl",
                          logOf(runFolder(reader.file(), runs.front().key) / "log.jsonl"));
  } catch (const Error& error) {
    schema += fmt::format("-- {}\n", error.what());
  }
  writeFileAtomically(folder / "schema.sql", schema);
}

}  // namespace

void writeBundle(const fs::path& folder, const Diagnostics& diagnostics) {
  std::error_code problem;
  if (fs::exists(folder, problem))
    throw Error(fmt::format("'{}' is there already; name a folder that is not", folder.string()));
  if (!fs::create_directories(folder, problem))
    throw Error(fmt::format("the folder '{}' cannot be made: {}", folder.string(), problem.message()));
  std::string lines;
  for (const std::string& line : diagnostics.lines) lines += line + "\n";
  writeFileAtomically(folder / "checks.jsonl", lines);
  writeFileAtomically(folder / "environment.txt", environmentText());
  writeProject(folder, diagnostics.project);
  if (!diagnostics.log.empty())
    writeFileAtomically(folder / "window-log.txt", readTextFile(diagnostics.log, kMostBytes));
  writeFileAtomically(folder / "versions.txt", diagnostics.checks);  // last: the folder is whole
}

}  // namespace uada::cli

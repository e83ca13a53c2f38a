#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "app/cli/Bundle.h"
#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/Places.h"
#include "app/cli/RunText.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/data/Dataset.h"
#include "core/data/Places.h"
#include "core/engine/Engine.h"
#include "core/store/Damage.h"
#include "core/store/Locks.h"
#include "core/store/Project.h"

namespace uada::cli {
namespace {

struct Options {
  std::string project = kDefaultProject;
  bool json = false;
  std::string bundle, log;
};

void describe(Verb& verb, Options& options) {
  verb.project(options.project);
  verb.text(
      "--bundle", "FOLDER", options.bundle,
      "Write what was found into a new folder, with the last log and the schema of the project, to be sent "
      "with a question. It holds no data and no results.");
  verb.text("--log", "FILE", options.log, "Put this log beside it.");
}

namespace fs = std::filesystem;

/// none, absent: not there, and nobody said it should be; what is absent can be had. failed: of no use as it
/// is, so that the exit code is 1.
enum class Finding { ok, none, absent, missing, failed };
constexpr const char* kFindings[] = {"ok", "none", "not there", "missing", "failed"};
Finding okIf(bool sound) { return sound ? Finding::ok : Finding::missing; }

struct Check {
  std::string name;
  Finding finding = Finding::ok;
  std::string detail;
  std::string fix;  ///< what to do; empty: nothing
};
using Checks = std::vector<Check>;

void checkProgram(Checks& checks) {
  const Manifest manifest = currentManifest();
  checks.push_back({"program", Finding::ok,
                    manifest.program + (manifest.compiler.empty() ? "" : ", " + manifest.compiler), ""});
  checks.push_back({"machine", Finding::ok, manifest.host + ", " + manifest.cpu, ""});
  const fs::path window = programFolder() / "uada-workbench";
  const bool found = fs::exists(window);
  checks.push_back(
      {"window", found ? Finding::ok : Finding::none,
       found ? window.string() : "no uada-workbench beside this program",
       found ? "" : "./setup, then ./run, in the source folder (not needed for the command line)"});
}

/// LibTorch and the devices it sees; both are absent or there together.
void checkEngine(Checks& checks) {
  const fs::path folder = findLibTorch();
  try {
    Engine& engine = loadEngine();
    checks.push_back(
        {"LibTorch", Finding::ok, fmt::format("{} in {}", engine.libtorchVersion(), folder.string()), ""});
    for (const DeviceInfo& device : engine.devices())
      checks.push_back(
          {"device " + device.name, device.usable ? Finding::ok : Finding::none,
           device.usable ? device.title + (device.detail.empty() ? "" : ", " + device.detail) : device.reason,
           ""});
  } catch (const Error& error) {
    checks.push_back({"LibTorch", Finding::missing,
                      folder.empty() ? "not found: nothing can be trained, all else works"
                                     : folder.string() + " cannot be used",
                      error.what()});
  }
}

/// Where data sets are looked for, if a person said where.
void checkDataFolder(Checks& checks) {
  const char* const named = std::getenv("UADA_DATA");
  if (!named || !*named) return;
  std::error_code ignored;
  const bool isFolder = fs::is_directory(named, ignored);
  checks.push_back(
      {"UADA_DATA", okIf(isFolder), isFolder ? named : fmt::format("there is no folder '{}'", named),
       isFolder ? "" : "make that folder, or let UADA_DATA name the one that holds your data sets"});
}

/// "not found", and what lies there in a form that is not read.
std::string notFoundText(const DatasetEntry& entry) {
  std::string text = "not found";
  for (const fs::path& folder : userDataFolders())
    for (const std::string& form : otherFormsIn(entry, folder)) text += "; " + form + " is there";
  return text;
}

void checkData(Checks& checks) {
  checkDataFolder(checks);
  for (const DatasetEntry& entry : datasets()) {
    if (entry.isOwn) continue;
    const auto folder = entry.find({});
    checks.push_back({"data " + entry.name, folder ? Finding::ok : Finding::absent,
                      folder ? folder->string() : notFoundText(entry), folder ? "" : entry.source});
  }
  std::string folders;
  for (const fs::path& folder : experimentFolders())
    folders += (folders.empty() ? "" : ", ") + folder.string();
  checks.push_back(
      {"experiments", okIf(!folders.empty()), folders.empty() ? "no folder 'experiments'" : folders, ""});
}

Check checkProjectFile(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    return {"project", Finding::none, fmt::format("{}: not there yet, made by the first run", file.string()),
            ""};
  try {
    if (const std::string damage = projectDamage(file); !damage.empty())
      return {"project", Finding::failed, fmt::format("{} is damaged: {}", file.string(), damage),
              "restore a copy of it, or make one and try 'sqlite3 FILE .recover'"};
    const auto runs = ProjectReader(file).runs();
    return {"project", Finding::ok,
            fmt::format("{}: {}", file.string(), plural(static_cast<long long>(runs.size()), "run")), ""};
  } catch (const Error& error) {
    return {"project", Finding::failed, error.what(),
            "restore a copy of it, or name another project (--project FILE)"};
  }
}

void checkProject(Checks& checks, const std::string& project) {
  const fs::path file = fs::absolute(project);
  checks.push_back(checkProjectFile(file));
  const fs::path folder = file.parent_path();
  const std::string network = store::networkFileSystemOf(folder);
  checks.push_back(
      {"file system", okIf(network.empty()),
       network.empty() ? "local" : network + ": SQLite's locks cannot be trusted there",
       network.empty() ? "" : "keep the project on a local disk: --project /local/folder/NAME.uada"});
  std::error_code error;
  const fs::space_info space = fs::space(folder, error);
  const bool enough = !error && space.available > 1'000'000'000;
  const bool writable = ::access(folder.c_str(), W_OK) == 0;
  checks.push_back(
      {"disk", okIf(enough && writable),
       error ? error.message()
             : fmt::format("{} free in {}{}", bytesText(static_cast<double>(space.available)),
                           folder.string(), writable ? "" : ", not writable"),
       enough && writable ? "" : "--project FILE on a disk with more than 1 GB free that you may write to"});
}

/// Before the data sets that are not there, and where each comes from.
std::string absentText() {
  const std::vector<fs::path> folders = userDataFolders();
  return fmt::format(
      "\nNot there, and only needed by experiments that name them: {}name their folder with "
      "--set recipe.dataset.folder=DIR\n",
      folders.empty() ? "" : fmt::format("unpack them into '{}', or ", folders.front().string()));
}

int perform(const Options& options) {
  const Console console(options.json);
  Checks checks;
  checkProgram(checks);
  checkEngine(checks);
  checkData(checks);
  checkProject(checks, options.project);

  if (options.bundle.empty() && !options.log.empty())
    throw UsageError("--log has no effect without --bundle; leave it out");
  std::vector<std::string> lines;
  TextTable table({{"part"}, {"state"}, {"what was found"}});
  std::string fixes, absent;
  for (const Check& check : checks) {
    table.add({check.name, kFindings[static_cast<int>(check.finding)], check.detail});
    if (!check.fix.empty())
      (check.finding == Finding::absent ? absent : fixes) += fmt::format("  {}: {}\n", check.name, check.fix);
    const Json::Object found{{"name", check.name},
                             {"ok", check.finding == Finding::ok},
                             {"finding", kFindings[static_cast<int>(check.finding)]},
                             {"detail", check.detail},
                             {"fix", check.fix}};
    console.object("check", found);
    lines.push_back(Json(found).dump());
  }
  console.say(table.text());
  if (!absent.empty()) console.say(absentText() + absent);
  console.say(fixes.empty() ? "\nNothing has to be fixed." : "\nTo fix:\n" + fixes);
  if (!options.bundle.empty()) {
    writeBundle(options.bundle, {table.text(), lines, fs::absolute(options.project), options.log});
    console.say(fmt::format("What was found is in {}; it holds no data and no results.", options.bundle));
    console.object("bundle", Json::Object{{"folder", options.bundle}});
  }
  const bool isFailed =
      std::ranges::any_of(checks, [](const Check& c) { return c.finding == Finding::failed; });
  return isFailed ? 1 : 0;
}

}  // namespace

void addDoctor(Verbs& verbs) {
  verbs.add({"doctor", "Say what is installed, what is missing and the command that fixes it",
             "The exit code is 1 where the project cannot be used as it is.\n"
             "Example: uada doctor --project thesis.uada"},
            describe, perform);
}

}  // namespace uada::cli

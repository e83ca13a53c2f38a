#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/Places.h"
#include "app/cli/RunText.h"
#include "core/base/Error.h"
#include "core/base/Text.h"
#include "core/data/Dataset.h"
#include "core/engine/Engine.h"
#include "core/store/Locks.h"
#include "core/store/Project.h"

namespace uada::cli {
namespace {

struct Options {
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) { verb.project(options.project); }

namespace fs = std::filesystem;

enum class Finding { ok, none, missing };  ///< none: not there, and nobody said it should be
constexpr const char* kFindings[] = {"ok", "none", "missing"};
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

void checkData(Checks& checks) {
  for (const DatasetEntry& entry : datasets()) {
    if (entry.isOwn) continue;
    const auto folder = entry.find({});
    std::string fix;
    if (!folder) try {
        locateDataset(entry, {});
      } catch (const Error& error) {
        fix = error.what();
      }
    checks.push_back(
        {"data " + entry.name, okIf(folder.has_value()), folder ? folder->string() : "not found", fix});
  }
  std::string folders;
  for (const fs::path& folder : experimentFolders())
    folders += (folders.empty() ? "" : ", ") + folder.string();
  checks.push_back(
      {"experiments", okIf(!folders.empty()), folders.empty() ? "no folder 'experiments'" : folders, ""});
}

void checkProject(Checks& checks, const std::string& project) {
  const fs::path file = fs::absolute(project);
  if (fs::exists(file)) try {
      const auto runs = ProjectReader(file).runs();
      checks.push_back(
          {"project", Finding::ok,
           fmt::format("{}: {}", file.string(), plural(static_cast<long long>(runs.size()), "run")), ""});
    } catch (const Error& error) {
      checks.push_back({"project", Finding::missing, error.what(), ""});
    }
  else
    checks.push_back({"project", Finding::none,
                      fmt::format("{}: not there yet, made by the first run", file.string()), ""});

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

int perform(const Options& options) {
  const Console console(options.json);
  Checks checks;
  checkProgram(checks);
  checkEngine(checks);
  checkData(checks);
  checkProject(checks, options.project);

  TextTable table({{"part"}, {"state"}, {"what was found"}});
  std::string fixes;
  for (const Check& check : checks) {
    table.add({check.name, kFindings[static_cast<int>(check.finding)], check.detail});
    if (!check.fix.empty()) fixes += fmt::format("  {}: {}\n", check.name, check.fix);
    console.object("check", Json::Object{{"name", check.name},
                                         {"ok", check.finding == Finding::ok},
                                         {"finding", kFindings[static_cast<int>(check.finding)]},
                                         {"detail", check.detail},
                                         {"fix", check.fix}});
  }
  console.say(table.text());
  console.say(fixes.empty() ? "\nNothing is missing." : "\nTo fix:\n" + fixes);
  return 0;
}

}  // namespace

void addDoctor(Verbs& verbs) {
  verbs.add({"doctor", "Say what is installed, what is missing and the command that fixes it",
             "Example: uada doctor"},
            describe, perform);
}

}  // namespace uada::cli

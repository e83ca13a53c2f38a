#include <fmt/core.h>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "core/augment/found/Library.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/store/Project.h"

namespace uada::cli {
namespace {

struct ImportOptions {
  std::string file;
  std::string name;    ///< empty: the file's own
  int epochs = 200;    ///< that the lines of a schedule were made for
  std::string levels;  ///< "shares", "grid"; empty: as the file shows
  bool json = false;
};

void describeImport(Verb& verb, ImportOptions& options) {
  verb.argument("FILE", options.file, "Policy file").required();
  verb.text("--name", "NAME", options.name,
            "Name to keep it under; of several, the one to import or the start of their names");
  verb.text("--levels", "shares|grid", options.levels,
            "How levels are read: as shares, 0 to 1 of an op's range, or of the grid 0 to 9");
  verb.number("--epochs", options.epochs, 1, 100000, "Epochs that the lines of a schedule were made for")
      .usual("200");
}

struct ListOptions {
  std::string project;  ///< whose copies are listed; empty: the program's and the imported ones
  bool json = false;
};

void describeList(Verb& verb, ListOptions& options) {
  verb.text("--project", "FILE", options.project, "List the copies that this project keeps instead");
}

struct RemoveOptions {
  std::string name;
  bool json = false;
};

void describeRemove(Verb& verb, RemoveOptions& options) {
  verb.argument("NAME", options.name, "Name it is kept under").required();
}

using Align = TextTable::Align;
constexpr std::size_t kShownDigits = 12, kSourceWidth = 60;

/// How the file's levels are read.
std::string_view levelsWord(const InstalledPolicy& policy) {
  return gridInfo(policy.grid).continuous ? "shares" : "grid";
}

/// The same for people: "shares 0 to 1 (faa)", "grid 0 to 9 (aa10)".
std::string levelsText(const InstalledPolicy& policy) {
  return fmt::format("{} 0 to {:g} ({})", levelsWord(policy), topLevel(policy.grid), gridName(policy.grid));
}

Json toJson(const InstalledPolicy& policy) {
  Json json = Json::Object{{"name", policy.name},
                           {"source", policy.source},
                           {"format", policy.format},
                           {"decoding", policy.problem.empty() ? Json(gridName(policy.grid)) : Json()},
                           {"levels", policy.problem.empty() ? Json(levelsWord(policy)) : Json()},
                           {"count", static_cast<std::int64_t>(policy.count)},
                           {"sha256", policy.sha256}};
  json["file"] = policy.file.empty() ? Json() : Json(policy.file.string());
  if (!policy.problem.empty()) json["problem"] = policy.problem;
  return json;
}

/// What the entries are.
std::string kindOf(const InstalledPolicy& policy) {
  if (policy.format == "uada-policy") return "sub-policies";
  if (policy.format == "uada-policy-schedule") return "segments";
  if (policy.format == "uada-policy-stages") return "sub-policies of stages";
  return policy.format == "uada-element-schedule" ? "elements by epoch" : "-";
}

std::string placeOf(const InstalledPolicy& policy) { return policy.file.empty() ? "program" : "imported"; }

/// Where the user's library stands to a project's copy.
std::string libraryWord(const InstalledPolicy& copy) {
  const auto here = findPolicyFile(copy.name);
  return !here ? "absent" : here->sha256 == copy.sha256 ? "same" : "different";
}

/// fromOf  what stands under `from` for each
std::string tableOf(const std::vector<InstalledPolicy>& policies, const char* from,
                    std::string (*fromOf)(const InstalledPolicy&)) {
  TextTable table(
      {{"policy"}, {"kind"}, {"entries", Align::right}, {"levels"}, {"sha256"}, {from}, {"source"}});
  for (const InstalledPolicy& policy : policies)
    table.add(
        {policy.name, kindOf(policy),
         policy.problem.empty() ? groupedText(static_cast<long long>(policy.count)) : "-",
         policy.problem.empty() ? levelsText(policy) : "-",
         policy.sha256.empty() ? "-" : policy.sha256.substr(0, kShownDigits), fromOf(policy),
         policy.problem.empty() ? shortened(policy.source, kSourceWidth) : "damaged: " + policy.problem});
  return table.text();
}

void listCopies(const std::string& project, const Console& console) {
  std::vector<InstalledPolicy> copies;
  for (const PolicyFile& kept : ProjectReader(project).policies()) {
    copies.push_back(describedCopy(kept));
    Json json = toJson(copies.back());
    json["library"] = libraryWord(copies.back());
    console.object("policy", json);
  }
  console.say(copies.empty() ? fmt::format("{} keeps no policy: none of its runs uses a policy file", project)
                             : tableOf(copies, "library", libraryWord));
}

std::string countOf(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// wrong  it was meant as a policy
void sayLeftOut(const Console& console, const LeftOut& list, bool wrong) {
  console.object("left_out", Json::Object{{"name", list.name}, {"reason", list.why}, {"wrong", wrong}});
  console.note(fmt::format("left out: {}: {}", printable(list.name), printable(list.why)));
}

int performImport(const ImportOptions& options) {
  const Console console(options.json);
  const Levels levels = options.levels.empty() ? Levels::found : levelsFromName(options.levels);
  const Import import =
      importPolicy(options.file, {.name = options.name, .epochs = options.epochs, .levels = levels});
  for (const InstalledPolicy& policy : import.policies) console.object("policy", toJson(policy));
  console.say(tableOf(import.policies, "from", placeOf));
  for (const LeftOut& list : import.passed) sayLeftOut(console, list, false);
  for (const LeftOut& list : import.wrong) sayLeftOut(console, list, true);
  console.note(fmt::format("kept in {}", policiesFolder().string()));
  if (import.wrong.empty()) return 0;
  printProblem(fmt::format("{}: {} imported, {} not: see above", options.file,
                           countOf(import.policies.size(), "list"), countOf(import.wrong.size(), "list")));
  return 1;
}

int performList(const ListOptions& options) {
  const Console console(options.json);
  if (!options.project.empty()) {
    listCopies(options.project, console);
    return 0;
  }
  const std::vector<InstalledPolicy> policies = installedPolicies();
  for (const InstalledPolicy& policy : policies) console.object("policy", toJson(policy));
  console.say(tableOf(policies, "from", placeOf));
  return 0;
}

int performRemove(const RemoveOptions& options) {
  const Console console(options.json);
  const InstalledPolicy policy = removePolicy(options.name);
  console.object("removed", toJson(policy));
  console.say(fmt::format("removed {} (SHA-256 {}): {}", policy.name,
                          policy.sha256.empty() ? "not known" : policy.sha256, policy.file.string()));
  return 0;
}

}  // namespace

void addPolicies(Verbs& verbs) {
  Verbs policies =
      verbs.group({"policies", "Import, list and remove found policies", "Example: uada policies list"});
  policies.add(
      {"import", "Check a policy file and keep it under a name",
       "FILE is JSON as in experiments/policies, or as its author published it: Fast AutoAugment's\n"
       "archive.py or the list that its search prints, DADA's genotype.py, AutoAugment's policies.py, a\n"
       "schedule of Population Based Augmentation, the state that Faster AutoAugment's search saves (.pt).\n"
       "Python is not run: only lists of literals, or tensors, are read.\n"
       "Levels above 1 are those of the grid 0 to 9; levels of which one is written with a point are\n"
       "shares of each op's range. Which was taken stands in the output. A list whose levels are all 0\n"
       "or 1 is imported only with --levels.\n"
       "Of several lists in FILE the sound ones are imported. Each that is not is named with the\n"
       "reason, and the exit code is 1.\n"
       "Example: uada policies import archive.py --name fa_reduced_cifar10"},
      describeImport, performImport);
  policies.add({"list", "List the policies that can be used by name",
                "Example: uada policies list\n         uada policies list --project thesis.uada"},
               describeList, performList);
  policies.add({"remove", "Remove an imported policy",
                "Projects whose runs have used it keep their copy.\n"
                "Example: uada policies remove fa_reduced_cifar10"},
               describeRemove, performRemove);
}

}  // namespace uada::cli

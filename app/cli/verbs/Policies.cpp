#include <fmt/core.h>

#include "app/cli/Console.h"
#include "app/cli/Verbs.h"
#include "core/augment/found/Library.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/store/Project.h"

namespace uada::cli {
namespace {

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

}  // namespace

int perform(const PolicyImportOptions& options) {
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

int perform(const PolicyListOptions& options) {
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

int perform(const PolicyRemoveOptions& options) {
  const Console console(options.json);
  const InstalledPolicy policy = removePolicy(options.name);
  console.object("removed", toJson(policy));
  console.say(fmt::format("removed {} (SHA-256 {}): {}", policy.name,
                          policy.sha256.empty() ? "not known" : policy.sha256, policy.file.string()));
  return 0;
}

}  // namespace uada::cli

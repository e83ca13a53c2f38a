#include <fmt/core.h>

#include "app/cli/Console.h"
#include "app/cli/Verbs.h"
#include "core/augment/found/Library.h"
#include "core/base/Text.h"

namespace uada::cli {
namespace {

using Align = TextTable::Align;
constexpr std::size_t kShownDigits = 12, kSourceWidth = 60;

Json toJson(const InstalledPolicy& policy) {
  Json json = Json::Object{{"name", policy.name},
                           {"source", policy.source},
                           {"format", policy.format},
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

std::string tableOf(const std::vector<InstalledPolicy>& policies) {
  TextTable table({{"policy"}, {"kind"}, {"entries", Align::right}, {"sha256"}, {"from"}, {"source"}});
  for (const InstalledPolicy& policy : policies)
    table.add(
        {policy.name, kindOf(policy),
         policy.problem.empty() ? groupedText(static_cast<long long>(policy.count)) : "-",
         policy.sha256.empty() ? "-" : policy.sha256.substr(0, kShownDigits),
         policy.file.empty() ? "program" : "imported",
         policy.problem.empty() ? shortened(policy.source, kSourceWidth) : "damaged: " + policy.problem});
  return table.text();
}

}  // namespace

int perform(const PolicyImportOptions& options) {
  const Console console(options.json);
  const Import import = importPolicy(options.file, options.name, options.epochs);
  for (const InstalledPolicy& policy : import.policies) console.object("policy", toJson(policy));
  console.say(tableOf(import.policies));
  for (const std::string& name : import.passed)
    console.note(fmt::format("left out: {} is more than one list of literals", name));
  console.note(fmt::format("kept in {}", policiesFolder().string()));
  return 0;
}

int perform(const PolicyListOptions& options) {
  const Console console(options.json);
  const std::vector<InstalledPolicy> policies = installedPolicies();
  for (const InstalledPolicy& policy : policies) console.object("policy", toJson(policy));
  console.say(tableOf(policies));
  return 0;
}

}  // namespace uada::cli

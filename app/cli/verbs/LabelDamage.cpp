#include "core/tables/LabelDamage.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "app/cli/Examination.h"
#include "app/cli/Files.h"
#include "app/cli/RunText.h"
#include "core/base/Endings.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Text.h"
#include "core/data/Dataset.h"
#include "core/ops/Op.h"
#include "core/tables/JsonRows.h"

namespace uada::cli {
namespace {

struct Options {
  ExaminedRun run;
  std::string out;
  std::int64_t decisions = 512;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  describeExamined(verb, options.run);
  verb.number("--decisions", options.decisions, 1, 100'000, "The newest so many that are stored")
      .usual("512");
  verb.text("--out", "FILE", options.out, "File for a row of each decision: .csv or .jsonl");
}

Json rowOf(const DamageRow& row, const char* by) {
  return Json::Object{{"by", by},
                      {"name", row.name},
                      {"decisions", std::int64_t{row.decisions}},
                      {"recognised", std::int64_t{row.recognised}},
                      {"lost", std::int64_t{row.lost}},
                      {"lost_by_adapting", std::int64_t{row.lostByAdapting}},
                      {"lost_share", row.lostShare()},
                      {"added", row.added},
                      {"added_by_adapting", row.addedByAdapting}};
}

void say(const LabelDamage& damage, const std::vector<std::string>& classNames, const Console& console) {
  const auto line = [&](const std::string& name, const DamageRow& row) {
    console.say(fmt::format("{:<24}  {:>9}  {:>10}  {:>22}  {:>11}  {:>10.4f}  {:>11.4f}", name,
                            groupedText(row.decisions), groupedText(row.recognised), lostText(row),
                            groupedText(row.lostByAdapting), row.added, row.addedByAdapting));
  };
  console.say(fmt::format("{:<24}  {:>9}  {:>10}  {:>22}  {:>11}  {:>10}  {:>11}", "", "decisions",
                          "recognised", "no longer recognised", "by adapting", "loss added", "by adapting"));
  line("all", damage.all);
  for (const DamageRow& row : damage.ops) line(findOp(row.name).title, row);
  for (const DamageRow& row : damage.classes) line(className(classNames, std::stoi(row.name)), row);
}

int perform(const Options& options) {
  const Console console(options.json);
  if (!options.out.empty()) requireNotOfProject(options.out, options.run.project);
  const std::string form =
      options.out.empty() ? "" : formOf(options.out, "a list of decisions", {"csv", "jsonl"});
  const ProjectReader project(options.run.project);
  const RunDetail run = project.detail(project.findRun(options.run.run).id);
  const std::vector<Decision> decisions =
      project.decisions(run.summary.id, static_cast<std::size_t>(options.decisions), false);
  if (decisions.empty())
    throw Error(
        fmt::format("{} ({}) has no decisions to judge: no sample was pictured (runtime.pictured, "
                    "runtime.picture_every)",
                    run.summary.key, run.summary.title));
  Engine& engine = loadEngine();
  const FoundCheckpoint found = checkpointOf(engine, project, run.summary, options.run, console);
  std::vector<ClassChances> said;
  const int code =
      perform(engine, work::PredictPlanned{configOf(run, options.run), found.file, imagesToJudge(decisions)},
              console, [&](const Report& report) {
                if (const auto* one = std::get_if<PredictionReport>(&report))
                  said.push_back(std::get<ClassChances>(one->prediction));
              });
  if (code != 0) return code;
  const LabelDamage damage = labelDamage(decisions, said);
  std::vector<Json> rows;
  for (const JudgedDecision& one : damage.decisions) rows.push_back(judgedJson(one));
  if (!options.out.empty()) writeFileAtomically(options.out, form == "csv" ? csvText(rows) : linesText(rows));
  for (const Json& row : rows) console.object("judged", row);
  console.object("damage", rowOf(damage.all, "all"));
  for (const DamageRow& row : damage.ops) console.object("damage", rowOf(row, "op"));
  for (const DamageRow& row : damage.classes) console.object("damage", rowOf(row, "class"));
  say(damage, project.classNames(run.summary.id), console);
  console.say(fmt::format("{} ({}), frozen after step {}: the newest {}, of steps {} to {}", run.summary.key,
                          run.summary.title, groupedText(found.step),
                          plural(std::ssize(decisions), "decision"), groupedText(decisions.back().step),
                          groupedText(decisions.front().step)));
  return 0;
}

}  // namespace

void addLabelDamage(Verbs& verbs) {
  verbs.add(
      {"damage", "Say which augmented images a run's network no longer recognises",
       "The network of a checkpoint is frozen and shown, of each stored decision, the original, the plan\n"
       "as it was drawn and the plan that was trained on. An image that it recognises as it is, and no\n"
       "longer as it was trained on, is one whose label the augmentation may have damaged; counted for\n"
       "each op and class, with the loss that augmenting and adapting added. Classification alone.\n"
       "Example: uada damage 3fa2 --best --out damage.csv"},
      describe, perform);
}

}  // namespace uada::cli

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "app/cli/CommandLine.h"
#include "app/cli/Console.h"
#include "app/cli/Files.h"
#include "app/cli/Pictures.h"
#include "app/cli/ReportJson.h"
#include "app/cli/RunText.h"
#include "core/base/Catalog.h"
#include "core/base/Endings.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/base/Text.h"
#include "core/engine/DecisionLine.h"
#include "core/engine/Engine.h"
#include "core/engine/ReportJson.h"
#include "core/store/Project.h"
#include "core/store/WorkingTree.h"
#include "core/tables/JsonRows.h"
#include "core/tables/RunEvents.h"

namespace uada::cli {
namespace {

struct Options {
  std::string run, what = "curves", out;
  std::string format;  ///< csv or jsonl; empty: by the ending of out
  int count = -1;      ///< samples: the newest so many; 0: all; -1: by the kind of export
  std::string project = kDefaultProject;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  verb.argument("RUN", options.run, "Run to export from").required();
  verb.text("--what", "KIND", options.what,
            "curves, epochs, policy, machine, decisions, samples, weights,\n"
            "onnx, tfevents or changes")
      .usual("curves");
  verb.text("--out", "FILE", options.out, "File or folder to write").required();
  verb.number("--count", options.count, 0, 1000000,
              "samples: the newest so many (64, on a contact sheet 8); 0: all");
  verb.text("--format", "NAME", options.format, "For a FILE without ending: csv or jsonl");
  verb.project(options.project);
}

std::vector<Json> curveRows(const ProjectReader& project, std::int64_t run) {
  std::vector<Json> rows;
  for (const StepReport& report : project.steps(run)) rows.push_back(reportToJson(report));
  return rows;
}

std::vector<Json> epochRows(const ProjectReader& project, std::int64_t run) {
  std::vector<Json> rows;
  for (const EpochReport& report : project.epochs(run)) rows.push_back(reportToJson(report));
  return rows;
}

/// A row for each op and each group of a step, and one for the unperturbed plans, all with the columns that
/// ops have.
void addPolicyRows(const PolicyReport& report, std::vector<Json>& rows) {
  const Json columns = reportToJson(OpStatistics{});
  const auto add = [&](const char* of, const std::string& name, const Json& from) {
    Json row = Json::Object{{"step", report.step}, {"epoch", report.epoch}, {"of", of}, {"name", name}};
    for (const auto& [column, ignored] : columns.asObject())
      if (column != "op") row[column] = from.find(column) ? from.at(column) : Json();
    rows.push_back(std::move(row));
  };
  for (const OpStatistics& op : report.ops) add("op", op.op, reportToJson(op));
  for (const GroupStatistics& group : report.groups) add("group", group.group, reportToJson(group));
  add("unperturbed", "unperturbed", Json::Object{{"count", report.count}, {"wins", report.unperturbedWins}});
}

std::vector<Json> policyRows(const ProjectReader& project, std::int64_t run) {
  std::vector<Json> rows;
  for (const PolicyReport& report : project.policy(run)) addPolicyRows(report, rows);
  return rows;
}

/// Every row has the same GPUs: a run may go on on another machine.
std::vector<Json> machineRows(const ProjectReader& project, std::int64_t run) {
  const std::vector<MachineRow> machine = project.machine(run);
  std::size_t gpus = 0;
  for (const MachineRow& row : machine) gpus = std::max(gpus, row.reading.gpus.size());
  Json none = Json::object();
  const Json columns = reportToJson(GpuLoad{});
  for (const auto& [column, ignored] : columns.asObject()) none[column] = Json();
  std::vector<Json> rows;
  for (const MachineRow& row : machine) {
    Json json = reportToJson(row);
    for (std::size_t i = 0; i < gpus; ++i)
      json["gpu" + std::to_string(i)] =
          i < row.reading.gpus.size() ? reportToJson(row.reading.gpus[i]) : none;
    rows.push_back(std::move(json));
  }
  return rows;
}

/// What is asked for: `form` is the ending that the file has, or would have.
struct Wanted {
  const ProjectReader& project;
  const RunSummary& run;
  const Options& options;
  std::string form;
};

/// Where all that there was is damaged, that is why.
[[noreturn]] void nothingThere(const Wanted& wanted, const std::string& what, const std::string& why) {
  const std::vector<std::string> damage = wanted.project.takeRemarks();
  throw Error(fmt::format(
      "{} ({}) has no {} to export: {}", wanted.run.key, wanted.run.title, what,
      damage.empty() ? why : joined(damage, "; ") + "; restore a copy of the project if you need it"));
}

using Rows = std::vector<Json> (*)(const ProjectReader&, std::int64_t);

/// Returns what was written, in words.
template <Rows RowsOf>
std::string exportRows(const Wanted& wanted) {
  const auto rows = RowsOf(wanted.project, wanted.run.id);
  if (rows.empty())
    nothingThere(wanted, wanted.options.what, "nothing of it was recorded yet, or its method has none");
  writeFileAtomically(wanted.options.out, wanted.form == "csv" ? csvText(rows) : linesText(rows));
  return plural(static_cast<long long>(rows.size()), "row");
}

/// Damaged decisions are left out, here and below: noteRemarks() tells them.
std::string exportDecisions(const Wanted& wanted) {
  const auto& [project, run, options, form] = wanted;
  const RunDetail detail = project.detail(run.id);
  std::vector<Json> rows;
  for (const DecisionPlace& place : project.decisionPlaces(run.id))
    if (const auto decision = project.soundDecision(run.id, place, false))
      rows.push_back(decisionToJson(*decision, originOf(detail, place.attempt)));
  if (rows.empty())
    nothingThere(wanted, "decisions", "no sample was pictured (runtime.pictured, runtime.picture_every)");
  writeFileAtomically(options.out, linesText(rows));
  return plural(static_cast<long long>(rows.size()), "decision");
}

/// One decision after the other: their pictures may be more than the memory holds.
/// returns  how many
std::size_t exportPictures(const ProjectReader& project, const RunDetail& run,
                           const std::vector<DecisionPlace>& places, const std::string& folder) {
  makePictureFolder(folder);
  const auto file = std::filesystem::path(folder) / "decisions.jsonl";
  requireOwnPictures(file, run.summary.key);
  std::vector<Json> rows;
  for (const DecisionPlace& place : places) {
    const auto decision = project.soundDecision(run.summary.id, place, true);
    if (!decision) continue;
    writePictures(*decision, folder);
    rows.push_back(decisionToJson(*decision, originOf(run, place.attempt)));
  }
  writeFileAtomically(file, linesText(rows));
  return rows.size();
}

/// returns  how many
std::size_t exportSheet(const ProjectReader& project, const RunSummary& run,
                        const std::vector<DecisionPlace>& places, const std::string& file) {
  std::vector<Decision> decisions;
  for (const DecisionPlace& place : places) {
    auto decision = project.soundDecision(run.id, place, true);
    if (!decision) continue;
    if (decisions.empty()) requireSheetRoom(*decision, places.size());  // before all of them are read
    decisions.push_back(std::move(*decision));
  }
  if (!decisions.empty()) writeContactSheet(decisions, project.classNames(run.id), file);
  return decisions.size();
}

std::string exportSamples(const Wanted& wanted) {
  constexpr int kUsualRows = 8, kUsualPictured = 64;
  const auto& [project, run, options, form] = wanted;
  const bool sheet = form == "png";
  const int count = options.count >= 0 ? options.count : sheet ? kUsualRows : kUsualPictured;
  auto places = project.decisionPlaces(run.id);
  const std::ptrdiff_t older = std::ssize(places) - count;
  if (count > 0 && older > 0) places.erase(places.begin(), places.begin() + older);
  std::size_t written = 0;
  if (!places.empty())
    written = sheet ? exportSheet(project, run, places, options.out)
                    : exportPictures(project, project.detail(run.id), places, options.out);
  if (written == 0)
    nothingThere(wanted, "samples", "none was pictured (runtime.pictured, runtime.picture_every)");
  return plural(static_cast<long long>(written), "sample");
}

std::string exportWeights(const Wanted& wanted) {
  const auto& [project, run, options, form] = wanted;
  Engine& engine = loadEngine();
  std::string problem;
  for (const FoundCheckpoint& found :
       engine.checkpoints(runFolder(project.file(), run.key))) {  // newest first
    if (problem.empty()) problem = found.problem;
    if (!found.problem.empty()) continue;
    engine.exportWeights(found.file, options.out, form);
    const std::string newer = problem.empty() ? "" : "; a newer checkpoint is left out: " + problem;
    return "weights at step " + groupedText(found.step) + newer;
  }
  if (!problem.empty()) throw Error(problem);
  nothingThere(wanted, "weights", "it has no checkpoint yet; one is written after every epoch");
}

std::string exportEvents(const Wanted& wanted) {
  const RunEvents events = runEvents(wanted.project, wanted.run);
  if (events.values == 0) nothingThere(wanted, "values", "nothing of it was recorded yet");
  makePictureFolder(wanted.options.out);
  writeFileAtomically(std::filesystem::path(wanted.options.out) / events.name, events.bytes);
  return plural(static_cast<long long>(events.values), "value");
}

/// Of the newest attempt that has some.
std::string exportChanges(const Wanted& wanted) {
  const auto& [project, run, options, form] = wanted;
  for (int attempt = run.attempts; attempt > 0; --attempt) {
    const auto file = changesFile(project.file(), run.key, attempt);
    if (const std::string text = changesText(file); !text.empty()) {
      writeFileAtomically(options.out, readTextFile(file, 2 * kMostTreeChanges));
      return fmt::format("what the source had otherwise than its commit ({})", text);
    }
  }
  nothingThere(wanted, "changes of the source",
               "the program was built from a commit as it is, or not from a tree of git's");
}

struct Kind {
  const char* name;
  std::vector<std::string> forms;  ///< endings of its file; empty text: a folder
  std::string (*write)(const Wanted&);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all{{"curves", {"csv", "jsonl"}, exportRows<curveRows>},
                                     {"epochs", {"csv", "jsonl"}, exportRows<epochRows>},
                                     {"policy", {"csv", "jsonl"}, exportRows<policyRows>},
                                     {"machine", {"csv", "jsonl"}, exportRows<machineRows>},
                                     {"decisions", {"jsonl"}, exportDecisions},
                                     {"samples", {"png", ""}, exportSamples},
                                     {"weights", {"safetensors", "pth"}, exportWeights},
                                     {"onnx", {"onnx"}, exportWeights},
                                     {"tfevents", {""}, exportEvents},
                                     {"changes", {"diff"}, exportChanges}};
  return all;
}

int perform(const Options& options) {
  const Console console(options.json);
  const Kind& kind = findEntry(kinds(), options.what, "kind of export");
  requireNotOfProject(options.out, options.project);
  const std::string form =
      formOf(options.out, fmt::format("an export of {}", kind.name), kind.forms, options.format);
  const ProjectReader project(options.project);
  const RunSummary run = project.findRun(options.run);
  const std::string written = kind.write({project, run, options, form});
  Json leftOut = Json::array();
  for (const std::string& remark : noteRemarks(project, console)) leftOut.push(remark);
  console.say(fmt::format("{}: {} of {} ({})", options.out, written, run.key, run.title));
  console.object("export", Json::Object{{"run", run.id},
                                        {"key", run.key},
                                        {"what", options.what},
                                        {"file", options.out},
                                        {"content", written},
                                        {"left_out", leftOut}});
  return 0;
}

}  // namespace

void addExport(Verbs& verbs) {
  verbs.add(
      {"export", "Write what a run recorded to a file",
       "The ending of FILE is its form.\n"
       "curves, epochs     .csv or .jsonl (JSON lines), a row a step or epoch\n"
       "policy             .csv or .jsonl, a row an op and step\n"
       "machine            .csv or .jsonl, a row a second of training, later fewer: processor, memory, disk\n"
       "                   (bytes), and of each GPU load, memory, power, heat and why it was held down\n"
       "decisions          .jsonl: every plan, loss and choice of the pictured samples; probe_loss and dl\n"
       "                   are lists where each coordinate is probed, null where the move was random;\n"
       "                   'uada sample DATASET OUT.png --plan LINE' draws what was trained on\n"
       "samples            .png: a contact sheet; without an ending: a folder of PNG files\n"
       "weights            .safetensors, or .pth, which torch.load() reads as a state dictionary\n"
       "onnx               .onnx: the network with its weights, for other programs to run\n"
       "tfevents           a folder for TensorBoard ('tensorboard --logdir' the folder above it): every "
       "value\n"
       "                   of steps, tests and policy\n"
       "changes            .diff: what the program's source had otherwise than its commit when the run "
       "started\n"
       "Example: uada export 3fa2 --what policy --out policy.csv"},
      describe, perform);
}

}  // namespace uada::cli

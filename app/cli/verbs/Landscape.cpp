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
#include "core/engine/Probe.h"
#include "core/engine/ReportJson.h"
#include "core/tables/JsonRows.h"

namespace uada::cli {
namespace {

struct Options {
  ExaminedRun run;
  std::string ops, out;
  int samples = 128;
  bool json = false;
};

void describe(Verb& verb, Options& options) {
  describeExamined(verb, options.run);
  verb.text("--op", "OP[,OP2]", options.ops, "One op for a curve, two for a map ('uada list ops')")
      .required();
  verb.number("--samples", options.samples, 2, 4096, "The first of the training set").usual("128");
  verb.text("--out", "FILE", options.out, "File to write: .csv or .jsonl").required();
}

std::vector<std::string> opsIn(const std::string& text) {
  const auto comma = text.find(',');
  if (comma == text.npos) return {text};
  return {text.substr(0, comma), text.substr(comma + 1)};
}

std::string numberText(double value) { return std::isnan(value) ? "-" : fmt::format("{:.4f}", value); }

/// A curve as a table; of a map only where the loss is largest: the rest is for the file.
/// delta  of the probes
void say(const std::vector<LandscapeReport>& places, int delta, const Console& console) {
  if (places.front().other.empty()) {
    console.say(fmt::format("level      loss     slope  {:>8}  {:>8}  agreement",
                            fmt::format("probe +{}", delta), fmt::format("probe -{}", delta)));
    for (const LandscapeReport& place : places)
      console.say(
          fmt::format("{:>5}  {:>8}  {:>8}  {:>8}  {:>8}  {:>9}", place.level, numberText(place.loss),
                      numberText(place.slope), numberText(place.probeUp), numberText(place.probeDown),
                      std::isnan(place.agreement) ? "-" : fmt::format("{:.1f} %", 100 * place.agreement)));
    return;
  }
  const auto hardest = std::ranges::max_element(places, {}, &LandscapeReport::loss);
  console.say("of two ops there is a map, and no probe: UADA probes one op at a time");
  console.say(fmt::format("the loss is largest, {}, at {} {} and {} {}", numberText(hardest->loss),
                          hardest->op, hardest->level, hardest->other, hardest->otherLevel));
}

int perform(const Options& options) {
  const Console console(options.json);
  requireNotOfProject(options.out, options.run.project);
  const std::string form = formOf(options.out, "a landscape", {"csv", "jsonl"});
  const ProjectReader project(options.run.project);
  const RunDetail run = project.detail(project.findRun(options.run.run).id);
  Engine& engine = loadEngine();
  const FoundCheckpoint found = checkpointOf(engine, project, run.summary, options.run, console);
  std::vector<LandscapeReport> places;
  const int code = perform(
      engine, work::Landscape{configOf(run, options.run), found.file, opsIn(options.ops), options.samples},
      console, [&](const Report& report) {
        if (const auto* place = std::get_if<LandscapeReport>(&report)) places.push_back(*place);
      });
  if (code != 0 || places.empty()) return code;
  std::vector<Json> rows;
  for (const LandscapeReport& place : places) rows.push_back(reportToJson(place));
  writeFileAtomically(options.out, form == "csv" ? csvText(rows) : linesText(rows));
  for (const Json& row : rows) console.object("landscape", row);
  say(places, probeDelta(run.config.method), console);
  console.say(fmt::format("{}: {} of {} ({}) after step {}, {}", options.out,
                          plural(static_cast<long long>(rows.size()), "place"), run.summary.key,
                          run.summary.title, groupedText(found.step),
                          plural(places.front().samples, "sample")));
  return 0;
}

}  // namespace

void addLandscape(Verbs& verbs) {
  verbs.add({"landscape", "Write the loss of a run's network over all levels of one op, or of two",
             "The network is that of a checkpoint; the samples are the first of the training set, each with\n"
             "the plan of the checkpoint's epoch and the op in place of its chain. A curve has the slope at\n"
             "each level, what UADA's probes of +delta and -delta levels say of it (the run's; 1 for other "
             "methods),\n"
             "and the share of the samples'\n"
             "probes whose sign is right.\n"
             "Example: uada landscape 3fa2 --op rotate --step 4690 --out rotate.csv"},
            describe, perform);
}

}  // namespace uada::cli

#include "app/cli/verbs/ListExperiments.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "app/cli/Places.h"
#include "app/cli/RunText.h"
#include "core/base/Text.h"
#include "core/config/Paper.h"
#include "core/config/Sweep.h"
#include "core/store/Project.h"
#include "core/tables/Estimate.h"
#include "core/tables/Labels.h"
#include "core/tables/Table.h"

namespace uada::cli {
namespace {

using Align = TextTable::Align;

/// What runs of one recipe and method will take, all seeds together.
struct Planned {
  RunConfig first;
  std::int64_t runs = 0;
  CostEstimate cost;  ///< of one
  /// Of one; none: no run on this machine had the same data set and network, or the steps are not known
  /// before the data are read.
  std::optional<double> seconds;
  std::string basis;  ///< the run that `seconds` are made from: its title and device

  double forwards() const { return cost.forwardEquivalents * static_cast<double>(runs); }
};

std::vector<MeasuredRate> ratesHere(const std::string& project) {
  return isProject(project) ? ratesOfThisMachine(ProjectReader(project)) : std::vector<MeasuredRate>();
}

std::vector<Planned> plannedOf(const SweptExperiment& experiment, const std::vector<MeasuredRate>& rates) {
  std::vector<Planned> all;
  const std::vector<std::int64_t>& seeds = experiment.base.seeds;
  for (const RunConfig& run : experiment.runs) {
    if (run.seed != seeds.front()) continue;
    Planned planned{run, static_cast<std::int64_t>(seeds.size()), estimateCost(run), {}, {}};
    const MeasuredRate* rate = fittingRate(rates, run);
    if (rate && planned.cost.steps > 0) {
      planned.seconds = secondsAt(*rate, run, planned.cost.forwardEquivalents);
      planned.basis = fmt::format("{} on {}", rate->title, rate->device);
    }
    all.push_back(std::move(planned));
  }
  return all;
}

/// Of all runs; none unless each has some.
std::optional<double> secondsOf(const std::vector<Planned>& all) {
  double sum = 0;
  for (const Planned& planned : all) {
    if (!planned.seconds) return std::nullopt;
    sum += *planned.seconds * static_cast<double>(planned.runs);
  }
  return sum;
}

double forwardsOf(const std::vector<Planned>& all) {
  double sum = 0;
  for (const Planned& planned : all) sum += planned.forwards();
  return sum;
}

std::string timeText(std::optional<double> seconds) { return seconds ? durationText(*seconds) : "-"; }
/// How many steps a folder has is known once it is read.
std::string countText(double count) { return count > 0 ? groupedText(std::llround(count)) : "-"; }
Json secondsJson(std::optional<double> seconds) { return seconds ? Json(*seconds) : Json(); }

std::string tablesText(const Experiment& experiment) {
  std::vector<std::string> numbers;
  for (const int number : experiment.tables) numbers.push_back(std::to_string(number));
  return numbers.empty() ? "-" : joined(numbers, ", ");
}

/// "2: RA / C10 R18", "3: RA": row and columns of a table that the runs feed; of a recipe that the paper has
/// not, a column of its own. Empty: none.
std::string cellText(const RunConfig& run, int number) {
  const auto known = std::ranges::find(tables(), number, &TableEntry::number);
  if (known == tables().end()) return "";  // which a run refuses
  const PaperTable& paper = paperTable(known->name);
  const PaperTable::Row* row = rowOf(paper, run.method);
  const auto& sets = paper.datasets;
  const bool hasColumn = sets.empty() || std::ranges::find(sets, run.recipe.dataset.name) != sets.end();
  if ((!row && paper.isClosed) || !hasColumn) return "";
  const std::string place = fmt::format("{}: {}", number, row ? row->name : "own row");
  if (std::ranges::none_of(paper.columns, [](const auto& column) { return column.recipe != nullptr; }))
    return place;
  const auto columns = columnsOf(paper, run.recipe);
  return fmt::format("{} / {}", place, columns.empty() ? "own column" : joined(columns, ", "));
}

std::vector<std::string> cellsOf(const Experiment& experiment, const RunConfig& run) {
  std::vector<std::string> cells;
  for (const int number : experiment.tables)
    if (const std::string cell = cellText(run, number); !cell.empty()) cells.push_back(cell);
  return cells;
}

/// The method of each run, with the settings in which those of one name differ.
std::vector<std::string> methodNames(const std::vector<Planned>& all) {
  std::vector<Choice> methods;  // each once
  std::vector<std::size_t> places;
  for (const Planned& planned : all) {
    const auto known = std::ranges::find(methods, planned.first.method);
    places.push_back(static_cast<std::size_t>(known - methods.begin()));
    if (known == methods.end()) methods.push_back(planned.first.method);
  }
  std::vector<std::string> labels, names;
  for (const Choice& method : methods) labels.push_back(method.name);
  labels = toldApart(std::move(labels), [&](std::size_t i) { return toldSettings(methods[i]); });
  for (const std::size_t place : places) names.push_back(labels[place]);
  return names;
}

std::string basisText(const std::string& project) {
  return fmt::format(
      "forwards: of a batch, a backward counting 2\n"
      "time: of training, by the newest run of {} on this machine with that data set and network; -: none\n",
      project);
}

void listAll(const Console& console, const std::string& project) {
  const std::vector<MeasuredRate> rates = ratesHere(project);
  TextTable table({{"experiment"},
                   {"runs", Align::right},
                   {"tables"},
                   {"forwards", Align::right},
                   {"time", Align::right},
                   {"title"}});
  for (const ExperimentFile& file : experimentFiles()) {
    const SweptExperiment swept = readSwept(file.file.string());
    const Experiment& experiment = swept.base;
    const std::vector<Planned> all = plannedOf(swept, rates);
    const auto runs = static_cast<std::int64_t>(swept.runs.size());
    table.add({file.name, groupedText(runs), tablesText(experiment), countText(forwardsOf(all)),
               timeText(secondsOf(all)), experiment.title});
    Json numbers = Json::array();
    for (const int number : experiment.tables) numbers.push(number);
    console.object("experiment", Json::Object{{"name", file.name},
                                              {"title", experiment.title},
                                              {"source", file.file.string()},
                                              {"runs", runs},
                                              {"tables", numbers},
                                              {"forward_equivalents", forwardsOf(all)},
                                              {"seconds", secondsJson(secondsOf(all))}});
  }
  console.say(table.empty() ? "No experiments here: they are JSON files in a folder 'experiments'."
                            : table.text() + basisText(project));
}

void listOne(const Console& console, const std::string& name, const std::string& project) {
  const auto file = findExperiment(name);
  const SweptExperiment swept = readSwept(file.string());
  const Experiment& experiment = swept.base;
  const std::vector<Planned> all = plannedOf(swept, ratesHere(project));
  const std::vector<std::string> methods = methodNames(all);
  TextTable table({{"recipe"},
                   {"method", Align::left, 40},
                   {"runs", Align::right},
                   {"steps", Align::right},
                   {"forwards", Align::right},
                   {"cost", Align::right},
                   {"time", Align::right},
                   {"feeds", Align::left, 40}});
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Planned& one = all[i];
    const auto cells = cellsOf(experiment, one.first);
    const auto seconds =
        one.seconds ? std::optional(*one.seconds * static_cast<double>(one.runs)) : std::nullopt;
    table.add({one.first.recipe.name, methods[i], groupedText(one.runs),
               countText(static_cast<double>(one.cost.steps * one.runs)), countText(one.forwards()),
               fmt::format("{:.2f}", one.cost.relativeToRaUc), timeText(seconds), joined(cells, "; ")});
    Json fed = Json::array();
    for (const std::string& cell : cells) fed.push(cell);
    console.object("planned", Json::Object{{"experiment", experiment.name},
                                           {"recipe", one.first.recipe.name},
                                           {"method", choiceToJson(one.first.method)},
                                           {"runs", one.runs},
                                           {"steps", one.cost.steps * one.runs},
                                           {"forward_equivalents", one.forwards()},
                                           {"cost", one.cost.relativeToRaUc},
                                           {"seconds", secondsJson(seconds)},
                                           {"measured_on", one.basis.empty() ? Json() : Json(one.basis)},
                                           {"cells", fed}});
  }
  const auto runs = static_cast<long long>(swept.runs.size());
  console.say(fmt::format("{}: {}\n{}\n{} in all, {} forwards, time {}\ncost: forwards relative to ra-uc\n{}",
                          experiment.name, experiment.title, table.text(), plural(runs, "run"),
                          countText(forwardsOf(all)), timeText(secondsOf(all)), basisText(project)));
  console.note(file.string());
}

}  // namespace

void listExperiments(const Console& console, const std::string& name, const std::string& project) {
  name.empty() ? listAll(console, project) : listOne(console, name, project);
}

}  // namespace uada::cli

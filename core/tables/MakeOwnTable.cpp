// How an own table is filled from runs.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/tables/Accuracy.h"
#include "core/tables/FinishedRun.h"
#include "core/tables/Listing.h"
#include "core/tables/Mixture.h"
#include "core/tables/OwnKeys.h"
#include "core/tables/OwnValues.h"

namespace uada {
namespace {

constexpr std::size_t kMostCells = 200'000, kMostNamedRows = 12;

/// The runs of a cell.
struct Entries {
  std::vector<const FinishedRun*> runs;
  std::vector<std::optional<double>> values;
};

Cell cellOf(const Entries& entries, const Listing& listing, OwnValue::Kind kind) {
  Cell cell;
  cell.isCount = kind == OwnValue::Kind::count;
  for (std::size_t i = 0; i < entries.runs.size(); ++i) {
    const RunSummary& run = entries.runs[i]->summary;
    if (!entries.values[i]) {
      cell.diverged.push_back(run.id);
      cell.divergedSeeds.push_back(run.seed);
      cell.divergedKeys.push_back(run.key);
      continue;
    }
    cell.values.push_back(*entries.values[i]);
    cell.runs.push_back(run.id);
    cell.seeds.push_back(run.seed);
    cell.keys.push_back(run.key);
  }
  if (!entries.runs.empty()) cell.config = entries.runs.front()->config;
  cell.mixture = mixtureOf(entries.runs, listing, kind == OwnValue::Kind::time);
  return cell;
}

std::string textOf(const Place& place) {
  std::vector<std::string> parts;
  for (const Key& key : place) parts.push_back(key.second);
  return joined(parts, " · ");
}

Place placeOf(const std::vector<KeyOf>& keys, const RunSummary& run) {
  Place place;
  for (const KeyOf& key : keys) place.push_back(key(run));
  return place;
}

/// Places in their order, each with its index.
std::map<Place, std::size_t> numbered(std::map<Place, std::size_t> places) {
  std::size_t count = 0;
  for (auto& [place, index] : places) index = count++;
  return places;
}

/// Runs in rows and columns.
struct Layout {
  std::map<Place, std::size_t> rows, columns;
  std::map<std::pair<std::size_t, std::size_t>, std::vector<const FinishedRun*>> runs;
};

Layout layoutOf(const std::vector<FinishedRun>& runs, const std::vector<KeyOf>& rows,
                const std::vector<KeyOf>& columns, const OwnTable& table) {
  std::vector<std::pair<Place, Place>> places;
  Layout layout;
  for (const FinishedRun& run : runs) {
    places.emplace_back(placeOf(rows, run.summary), placeOf(columns, run.summary));
    layout.rows.emplace(places.back().first, 0);
    layout.columns.emplace(places.back().second, 0);
  }
  layout.rows = numbered(std::move(layout.rows));
  layout.columns = numbered(std::move(layout.columns));
  const std::size_t width = layout.columns.size() * table.values.size();
  if (layout.rows.size() * width > kMostCells)
    throw Error(
        fmt::format("the table '{}' would have {} rows and {} columns; at most {} cells are shown: choose "
                    "keys with fewer values, or fewer runs",
                    oneLine(table.name), layout.rows.size(), width, kMostCells));
  for (std::size_t i = 0; i < runs.size(); ++i)
    layout.runs[{layout.rows.at(places[i].first), layout.columns.at(places[i].second)}].push_back(&runs[i]);
  return layout;
}

std::string joinedTitles(const OwnKeys& keys, const std::vector<std::string>& names, const char* none) {
  std::vector<std::string> titles;
  for (const std::string& name : names) titles.push_back(keys.title(name));
  return titles.empty() ? none : joined(titles, " · ");
}

/// What stands around the cells.
Table frameOf(const OwnTable& own, const OwnKeys& keys, const std::vector<ColumnForm>& forms, Epoch epoch) {
  Table table;
  table.name = own.name;
  table.title = own.name;
  table.metric = forms.front().metric;
  table.unit = forms.front().unit;
  if (forms.size() == 1) table.title += ": " + headOf(forms.front());
  const bool follows =
      std::ranges::any_of(own.values, [](const auto& name) { return followsEpoch(valueNamed(name)); });
  if (follows) table.epoch = epoch;
  if (follows && epoch == Epoch::last) table.title += ", last epoch";
  table.rowsTitle = joinedTitles(keys, own.rows, "Runs");
  table.rule =
      fmt::format("Mean ± sd over n seeds{}.", !follows               ? ""
                                               : epoch == Epoch::best ? ", best epoch on the test set"
                                                                      : ", after the last epoch");
  table.details = fmt::format(
      "Sd is the sample standard deviation. Rows: {}. Columns: {}. Runs: {}. Finished runs only, of those "
      "with "
      "equal configuration, images and seed the newest.{} ",
      table.rowsTitle, joinedTitles(keys, own.columns, "the values"), own.where.empty() ? "all" : own.where,
      std::ranges::any_of(own.values, [](const auto& name) { return name.ends_with("_ratio"); })
          ? " Costs × are over the mean of the reference's runs (ra-uc, else plain) of the same recipe and "
            "images, times also on the same host, device and threads."
          : "");
  return table;
}

void requireOnce(const std::vector<std::string>& names, const char* what) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (std::find(names.begin() + static_cast<std::ptrdiff_t>(i) + 1, names.end(), names[i]) != names.end())
      throw UsageError(fmt::format("'{}' stands twice among {}", quotable(names[i]), what));
}

void checkNames(const OwnTable& own) {
  if (own.values.empty()) throw UsageError("a table needs a value at least: 'metric' is the main one");
  requireOnce(own.values, "the values");
  std::vector<std::string> keys = own.rows;
  keys.insert(keys.end(), own.columns.begin(), own.columns.end());
  requireOnce(keys, "rows and columns");
}

/// The columns of the values under each place, and the cells of its runs.
void fill(Table& table, const Layout& layout, const std::vector<ColumnForm>& forms,
          const std::function<Cell(const std::vector<const FinishedRun*>& runs, std::size_t value)>& cellOf) {
  for (const auto& [place, index] : layout.rows)
    table.rows.push_back(place.empty() ? "All runs" : textOf(place));
  for (const auto& [place, index] : layout.columns)
    for (const ColumnForm& form : forms) {
      const std::string of = textOf(place);
      table.columns.push_back(of.empty() ? headOf(form) : forms.size() == 1 ? of : of + ", " + headOf(form));
      table.forms.push_back(form);
    }
  table.cells.assign(table.rows.size(), std::vector<Cell>(table.columns.size()));
  for (const auto& [place, runs] : layout.runs)
    for (std::size_t value = 0; value < forms.size(); ++value)
      table.cells[place.first][place.second * forms.size() + value] = cellOf(runs, value);
}

/// Differences to the reference and the best of each column, and in the rule's second line how.
void compare(Table& table, const std::string& reference) {
  const auto row = std::ranges::find(table.rows, reference);
  if (!reference.empty() && row != table.rows.end())
    table.reference = static_cast<int>(row - table.rows.begin());
  addComparisons(table, true);
  table.details += statisticsText(table);
  table.rule += "\nBold, or *: better than every other row of its column with p < 0.05 (Holm).";
  if (table.reference >= 0)
    table.rule += fmt::format(" Differences are to {}.", reference);
  else if (!reference.empty())
    table.rule += fmt::format(" No differences: no run here is of the reference row {}.", oneLine(reference));
}

bool isMixed(const Table& table) {
  return std::ranges::any_of(table.cells, [](const auto& row) {
    return std::ranges::any_of(row, [](const Cell& cell) { return cell.mixture != nullptr; });
  });
}

}  // namespace

Table makeOwnTable(const OwnTable& own, std::vector<FinishedRun> runs, const CostReference& reference,
                   const MetricOf& metricOf, Epoch epoch) {
  checkNames(own);
  const Listing listing = listingOf(runs, reference);
  const auto isWanted = listing.query(own.where, "which runs");
  std::erase_if(runs, [&](const FinishedRun& run) { return !isWanted(run.summary); });
  runs = onePerSeed(std::move(runs));

  std::vector<ColumnForm> forms;
  for (const std::string& name : own.values) {
    forms.push_back(formOf(valueNamed(name), runs));
    forms.back().followsEpoch = followsEpoch(valueNamed(name));
  }
  OwnKeys keys(listing, runs);
  Table table = frameOf(own, keys, forms, epoch);
  if (runs.empty()) return table;  // nor is there a setting that could be a key
  const Layout layout = layoutOf(runs, keys.of(own.rows), keys.of(own.columns), own);
  fill(table, layout, forms, [&](const std::vector<const FinishedRun*>& members, std::size_t place) {
    const OwnValue& value = valueNamed(own.values[place]);
    Entries entries;
    for (const FinishedRun* run : members) {
      const Measured measured = measuredOf(value, run->summary, reference, metricOf, epoch);
      if (!measured.isThere) continue;
      entries.runs.push_back(run);
      entries.values.push_back(measured.value);
    }
    return cellOf(entries, listing, value.kind);
  });
  if (isMixed(table)) table.rule += " 'mixes': those runs differ in more than the seed.";
  compare(table, own.reference);
  return table;
}

void checkReference(const OwnTable& own, const Table& made) {
  if (own.reference.empty() || made.rows.empty() || made.reference >= 0) return;
  const std::size_t named = std::min(made.rows.size(), kMostNamedRows);
  std::string rows;
  for (std::size_t row = 0; row < named; ++row) rows += fmt::format(" '{}'", oneLine(made.rows[row]));
  if (named < made.rows.size()) rows += fmt::format(" and {} more", made.rows.size() - named);
  throw UsageError(fmt::format("the table has no row '{}' that others could be compared with; its rows:{}{}",
                               quotable(own.reference), rows, suggestion(own.reference, made.rows)));
}

Table makeOwnTable(const OwnTable& own, const ProjectReader& project, Epoch epoch) {
  std::vector<FinishedRun> runs = project.finishedRuns();
  const std::size_t leftOut =
      std::erase_if(runs, [](const FinishedRun& run) { return !run.summary.isOfOneConfig(); });
  Table table =
      makeOwnTable(own, std::move(runs), costReference(project.runs()), recordedMetric(project), epoch);
  table.rule += leftOutText(leftOut);
  return table;
}

}  // namespace uada

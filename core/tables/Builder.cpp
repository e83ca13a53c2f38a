#include "core/tables/Builder.h"

#include <algorithm>

#include "core/engine/methods/MethodEntry.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

std::string rowName(const PaperTable& paper, const Choice& method) {
  const std::string policy = policyOf(method).name;
  for (const PaperTable::Row& row : paper.rows)
    if (!row.methods.empty() && row.methods[0].name == method.name && policyOf(row.methods[0]).name == policy)
      return methodLabel(method, row.name, row.methods[0]);
  const Choice usual = isNamedByPolicy(method) ? method : methodFromJson(method.name, "usual");
  return methodLabel(method, methodTitle(method), usual);
}

}  // namespace

TableBuilder::TableBuilder(Table table, const PaperTable& paper) : paper_(paper), table_(std::move(table)) {
  for (const auto& column : paper.columns) addColumn(column.name, column.recipe, column.digits);
  for (const PaperTable::Row& values : paper.rows) {
    const std::size_t row =
        appendRow(values.name, values.methods.empty() ? std::nullopt : std::optional(values.methods[0]));
    table_.sources.push_back(values.source);
    if (values.name == paper.reference) table_.reference = static_cast<int>(row);
    for (const Choice& method : values.methods) rows_.emplace(methodIdentity(method), row);
    for (std::size_t i = 0; i < values.values.size(); ++i) table_.cells[row][i].paper = values.values[i];
  }
}

std::size_t TableBuilder::addColumn(const std::string& name, std::shared_ptr<const Recipe> recipe,
                                    int digits) {
  table_.columns.push_back(name);
  table_.recipes.push_back(std::move(recipe));
  table_.digits.push_back(digits);
  for (auto& cells : table_.cells) cells.emplace_back();
  return table_.columns.size() - 1;
}

void TableBuilder::reserve(std::size_t columns) {
  expected_ = columns;
  for (auto& cells : table_.cells) cells.reserve(columns);
}

std::size_t TableBuilder::appendRow(const std::string& name, const std::optional<Choice>& method) {
  table_.rows.push_back(name);
  table_.methods.push_back(method ? method->name : "");
  table_.choices.push_back(method);
  table_.cells.emplace_back().reserve(expected_);
  table_.cells.back().resize(table_.columns.size());
  return table_.rows.size() - 1;
}

std::size_t TableBuilder::row(const FinishedRun& run) {
  const auto known = rowsOfConfig_.find(run.summary.configHash);
  if (known != rowsOfConfig_.end()) return known->second;
  const Choice& method = run.config->method;
  const auto [place, isNew] = rows_.try_emplace(methodIdentity(method), table_.rows.size());
  if (isNew) {
    appendRow("", method);
    own_.push_back(method);
  }
  return rowsOfConfig_[run.summary.configHash] = place->second;
}

bool TableBuilder::hasRow(const FinishedRun& run) const {
  return rowsOfConfig_.contains(run.summary.configHash) || rows_.contains(methodIdentity(run.config->method));
}

void TableBuilder::add(std::size_t column, const FinishedRun& run, std::optional<double> value) {
  Measured& measured = seeds_[{row(run), column, run.summary.seed}];
  if (measured.run <= run.summary.id) measured = {run.summary.id, value, run.summary.key};
}

Table TableBuilder::finish() {
  std::vector<std::pair<std::tuple<std::size_t, std::size_t, std::int64_t>, Measured>> all(seeds_.begin(),
                                                                                           seeds_.end());
  std::ranges::sort(all, {}, [](const auto& one) { return one.second.run; });
  for (const auto& [place, measured] : all) {
    Cell& cell = table_.cells[std::get<0>(place)][std::get<1>(place)];
    if (!measured.value) {
      cell.diverged.push_back(measured.run);
      cell.divergedSeeds.push_back(std::get<2>(place));
      cell.divergedKeys.push_back(measured.key);
    } else {
      cell.values.push_back(*measured.value);
      cell.runs.push_back(measured.run);
      cell.seeds.push_back(std::get<2>(place));
      cell.keys.push_back(measured.key);
    }
  }
  std::vector<std::string> names;
  for (const Choice& method : own_) names.push_back(rowName(paper_, method));
  const std::size_t first = table_.rows.size() - own_.size();
  const std::vector<std::string> taken(table_.rows.begin(),
                                       table_.rows.begin() + static_cast<std::ptrdiff_t>(first));
  std::ranges::copy(toldApart(
                        std::move(names), [&](std::size_t i) { return choiceToJson(own_[i]); }, taken),
                    table_.rows.begin() + static_cast<std::ptrdiff_t>(first));
  return std::move(table_);
}

}  // namespace uada

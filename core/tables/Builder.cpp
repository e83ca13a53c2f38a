#include "core/tables/Builder.h"

#include <algorithm>

#include "core/engine/methods/Method.h"
#include "core/tables/Labels.h"

namespace uada {
namespace {

std::string rowName(const PaperTable& paper, const Choice& method) {
  const std::string policy = policyOf(method).name;
  for (const PaperTable::Row& row : paper.rows)
    if (row.method && row.method->name == method.name && policyOf(*row.method).name == policy)
      return methodLabel(method, row.name, *row.method);
  const Method& entry = findMethod(method.name);
  return methodLabel(method, entry.title, {entry.name, entry.complete(Json::object(), entry.name)});
}

}  // namespace

std::size_t TableBuilder::column(const std::string& name) {
  const auto found = std::ranges::find(table_.columns, name);
  if (found != table_.columns.end()) return static_cast<std::size_t>(found - table_.columns.begin());
  table_.columns.push_back(name);
  for (auto& cells : table_.cells) cells.emplace_back();
  return table_.columns.size() - 1;
}

std::size_t TableBuilder::row(const std::string& name) {
  const auto found = std::ranges::find(table_.rows, name);
  if (found != table_.rows.end()) return static_cast<std::size_t>(found - table_.rows.begin());
  table_.rows.push_back(name);
  table_.cells.emplace_back(table_.columns.size());
  return table_.rows.size() - 1;
}

void TableBuilder::addPaper(const PaperTable& paper) {
  for (const PaperTable::Row& values : paper.rows) {
    auto& cells = table_.cells[row(values.name)];
    for (std::size_t i = 0; i < values.values.size(); ++i) cells[i].paper = values.values[i];
  }
}

void TableBuilder::add(const PaperTable& paper, std::size_t column, const FinishedRun& run, double value) {
  Cell& cell = table_.cells[row(rowName(paper, run.config.method))][column];
  cell.values.push_back(value);
  cell.runs.push_back(run.summary.id);
}

}  // namespace uada

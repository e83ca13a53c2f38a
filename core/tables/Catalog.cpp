#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/tables/Accuracy.h"
#include "core/tables/FinishedRun.h"
#include "core/tables/SideBySide.h"
#include "core/tables/Table.h"

namespace uada {

#define TABLE(name) TableEntry name();
#include "core/tables/tables.def"
#undef TABLE

const std::vector<TableEntry>& tables() {
#define TABLE(name) name(),
  static const std::vector<TableEntry> all{
#include "core/tables/tables.def"
  };
#undef TABLE
  return all;
}

const TableEntry& findTable(int number) {
  std::string known;
  for (const TableEntry& entry : tables()) {
    if (entry.number == number) return entry;
    known += fmt::format(" {}", entry.number);
  }
  throw UsageError(fmt::format("unknown table {}; known:{}", number, known));
}

const TableEntry* numberedTable(std::string_view which) {
  if (which.empty() || which.size() > 6 || which.find_first_not_of("0123456789") != std::string_view::npos)
    return nullptr;
  return &findTable(std::stoi(std::string(which)));
}

Table TableEntry::make(const ProjectReader& project, Epoch epoch) const {
  if (epoch == Epoch::both) return sideBySide(make(project, Epoch::best), make(project, Epoch::last));
  std::size_t leftOut = 0;
  std::vector<FinishedRun> runs = finishedRuns(project, {}, &leftOut);
  Table table = of(std::move(runs), recordedMetric(project), epoch);
  table.rule += leftOutText(leftOut);
  return table;
}

Table TableEntry::published() const { return of({}, bestMain, Epoch::best); }

Epoch epochFromName(std::string_view name) {
  if (name == "best") return Epoch::best;
  if (name == "last") return Epoch::last;
  if (name == "both") return Epoch::both;
  throw UsageError(fmt::format("unknown epoch '{}'; known: best last both{}", quotable(name),
                               suggestion(name, {"best", "last", "both"})));
}

const char* epochName(Epoch epoch) {
  return epoch == Epoch::best ? "best" : epoch == Epoch::last ? "last" : "both";
}

}  // namespace uada

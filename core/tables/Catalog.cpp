#include <fmt/core.h>

#include "core/base/Error.h"
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

}  // namespace uada

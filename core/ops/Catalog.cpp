#include "core/base/Catalog.h"

#include <cmath>

#include "core/base/Error.h"
#include "core/base/Printable.h"
#include "core/base/Text.h"
#include "core/ops/Op.h"

namespace uada {

#define OP(name) Op name();
#include "core/ops/ops.def"
#undef OP

const std::vector<Op>& ops() {
#define OP(name) name(),
  static const std::vector<Op> all{
#include "core/ops/ops.def"
  };
#undef OP
  return all;
}

const Op& findOp(std::string_view name) { return findEntry(ops(), name, "op"); }

std::size_t opIndex(std::string_view name) { return static_cast<std::size_t>(&findOp(name) - ops().data()); }

bool hasLevels(const Op& op, Grid grid) { return !op.hasValue || !std::isnan(op.valueAt(grid, 0, 1, 32)); }

double rawValue(const Op& op, Grid grid, double level, int sign, int side) {
  if (!op.hasValue) return 0;
  const double value = op.valueAt(grid, level, sign, side);
  if (!std::isnan(value)) return value + 0.0;  // a sign times 0 is -0, which no reader should see
  std::string known;
  for (const GridInfo& info : grids()) {
    if (hasLevels(op, info.grid)) known += fmt::format(" {}", info.name);
  }
  throw Error(
      fmt::format("the op {} has no levels on the grid {}; it has on:{}", op.name, gridName(grid), known));
}

bool signCounts(const Op& op, Grid grid) {
  if (!op.isSigned || !hasLevels(op, grid)) return false;
  const double top = topLevel(grid);
  return op.valueAt(grid, top, 1, 32) != op.valueAt(grid, top, -1, 32);
}

std::string_view filterName(Filter filter) {
  switch (filter) {
    case Filter::nearest: return "nearest";
    case Filter::bilinear: return "bilinear";
    case Filter::bicubic: return "bicubic";
  }
  return "nearest";
}

Filter filterFromName(std::string_view name) {
  for (Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic}) {
    if (filterName(filter) == name) return filter;
  }
  throw UsageError(fmt::format("unknown filter '{}'; known: nearest bilinear bicubic{}", quotable(name),
                               suggestion(name, {"nearest", "bilinear", "bicubic"})));
}

}  // namespace uada

#include "app/cli/bench/OpCases.h"

#include <fmt/core.h>

namespace uada::cli {
namespace {

double usualValue(const Op& op, int side) {
  for (const GridInfo& info : grids())
    if (op.hasValue && hasLevels(op, info.grid))
      return rawValue(op, info.grid, info.continuous ? info.top * 2 / 3 : static_cast<int>(info.top * 2 / 3),
                      1, side);
  return 0;
}

}  // namespace

std::vector<OpCase> opCases(int side) {
  std::vector<OpCase> cases;
  for (const Op& op : ops()) {
    const double value = usualValue(op, side);
    cases.push_back({op.name, &op, value, {kFill, Filter::nearest}});
    if (!op.geometric || !op.hasValue) continue;
    for (const Filter filter : {Filter::bilinear, Filter::bicubic})
      cases.push_back({fmt::format("{}.{}", op.name, filterName(filter)), &op, value, {kFill, filter}});
  }
  return cases;
}

}  // namespace uada::cli

#include "core/base/Catalog.h"

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
  throw UsageError(fmt::format("unknown filter '{}'; known: nearest bilinear bicubic", name));
}

}  // namespace uada

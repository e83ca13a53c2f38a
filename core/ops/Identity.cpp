#include "core/ops/Op.h"
#include "core/ops/Tables.h"

namespace uada {

/// Changes nothing: every byte is copied. Of RandAugment's 14 ops the one that lets an image be.
Op identity() {
  Op op{.name = "identity", .title = "Identity", .source = "RandAugment, CVPRW 2020", .unit = ""};
  op.valueAt = [](Grid, double, int, int) -> double { return 0; };
  op.apply = [](ImageView in, ImageSpan out, double, const Sampling&) { copyImage(in, out); };
  op.lookUp = LookUp::fixed;
  return op;
}

}  // namespace uada

#include "core/engine/train/Precision.h"

#include <ATen/autocast_mode.h>

namespace uada {

Bf16::Bf16(at::Device device) : device_(device.type()) {
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  at::autocast::increment_nesting();
}

Bf16::~Bf16() {
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, false);
}

void allowTf32(bool allowed) {
  at::globalContext().setAllowTF32CuBLAS(allowed);
  at::globalContext().setAllowTF32CuDNN(allowed);
}

Output floats(const Output& output) {
  const auto inFloat = [](const at::Tensor& values) {
    return values.defined() ? values.to(at::kFloat) : at::Tensor();
  };
  return {output.main.to(at::kFloat), inFloat(output.aux), {}, inFloat(output.offsets)};
}

}  // namespace uada

#include "core/engine/train/Undo.h"

namespace uada {

void Undo::keep(const std::vector<at::Tensor>& values) {
  const at::NoGradGuard noGrad;
  isWhole_ = false;
  if (copies_.size() != values.size()) {
    copies_.clear();
    for (const at::Tensor& value : values) copies_.push_back(at::empty_like(value));
  }
  if (!values.empty()) at::_foreach_copy_(copies_, values);
  isWhole_ = true;
}

void Undo::restore(const std::vector<at::Tensor>& values) const {
  if (!isWhole_) return;
  const at::NoGradGuard noGrad;
  TORCH_CHECK(values.size() == copies_.size(), copies_.size(), " tensors were kept, ", values.size(),
              " are there");
  for (std::size_t i = 0; i < values.size(); ++i) {
    at::Tensor value = values[i];
    value.copy_(copies_[i]);
    if (value.grad().defined()) value.mutable_grad() = at::Tensor();
  }
}

}  // namespace uada

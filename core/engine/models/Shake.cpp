#include "core/engine/models/Shake.h"

#include "core/base/Philox.h"
#include "core/engine/models/Transfer.h"

namespace uada {
namespace {

class Shaken : public torch::autograd::Function<Shaken> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& a,
                            const at::Tensor& b, const at::Tensor& alpha, const at::Tensor& beta) {
    context->save_for_backward({beta});
    return at::lerp(b, a, alpha);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const at::Tensor beta = context->get_saved_variables().front();
    const at::Tensor& gradient = gradients.front();
    return {gradient * beta, gradient * (1 - beta), {}, {}};
  }
};

}  // namespace

at::Tensor shaken(const at::Tensor& a, const at::Tensor& b, const at::Tensor& alpha, const at::Tensor& beta) {
  return Shaken::apply(a, b, alpha, beta);
}

at::Tensor Shake::forward(const at::Tensor& a, const at::Tensor& b) const {
  if (shares_ == ShakeMode::even || mode == NormMode::eval) return at::add(a, b).mul_(0.5);
  const bool isOfBatch = shares_ == ShakeMode::batch;
  const std::int64_t rows = isOfBatch ? 1 : placesFor(a.size(0));
  const at::Tensor drawn = at::empty({2, rows, 1, 1, 1}, at::kFloat);
  auto* alpha = drawn.mutable_data_ptr<float>();
  float* beta = alpha + rows;
  Random random(noise.seed, static_cast<std::uint32_t>(noise.step), stream(), Purpose::dropout);
  for (std::int64_t row = 0; row < rows; ++row) {
    alpha[row] = static_cast<float>(random.uniform());
    beta[row] = static_cast<float>(random.uniform());
  }
  const at::Tensor shares = sentTo(isOfBatch ? drawn : ofRows(drawn, 1), a.device()).to(a.scalar_type());
  return shaken(a, b, shares[0], shares[shares_ == ShakeMode::keep ? 0 : 1]);
}

}  // namespace uada

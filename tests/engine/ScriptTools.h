#pragma once

#include <fmt/core.h>
#include <torch/script.h>

#include <string>

#include "core/engine/models/TorchScript.h"

namespace uada {

/// Writes a small TorchScript network: a convolution, batch normalisation, dropout and a linear layer.
/// forward  the body of its forward(x), if another
inline void writeScript(const std::string& file, int classes, const std::string& forward = "") {
  torch::jit::Module module("Net");
  const auto trained = [](at::Tensor values) { return values.set_requires_grad(true); };
  const auto ramp = [&](at::IntArrayRef sizes) {
    return trained((at::arange(c10::multiply_integers(sizes), at::kFloat).reshape(sizes) * 0.7).sin() * 0.3);
  };
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_parameter("conv", ramp({4, 3, 3, 3}), false);
  module.register_parameter("weight", trained(at::ones({4})), false);
  module.register_parameter("bias", trained(at::zeros({4})), false);
  module.register_parameter("linear", ramp({classes, 4}), false);
  module.register_buffer("mean", at::zeros({4}));
  module.register_buffer("var", at::ones({4}));
  const std::string usual = R"(
  h = torch.conv2d(x, self.conv, None, [2, 2], [1, 1])
  h = torch.batch_norm(h, self.weight, self.bias, self.mean, self.var, self.training, 0.1, 1e-05, False)
  h = torch.dropout(torch.relu(h).mean([2, 3]), 0.2, self.training)
  return torch.linear(h, self.linear)
)";
  module.define("def forward(self, x):" + (forward.empty() ? usual : forward));
  module.save(file);
}

inline Choice scriptModel(const std::string& file) {
  return modelFromJson(Json::Object{{"name", TorchScript::kName}, {"file", file}}, "test");
}

}  // namespace uada

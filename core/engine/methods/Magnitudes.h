#pragma once

#include <cstdint>
#include <string>

#include "core/augment/Plan.h"
#include "core/engine/methods/Method.h"
#include "core/engine/models/Torch.h"

namespace uada {

/// One magnitude in [0, 1] for each sample of the training set, 0 at the start. A step sets those of its own
/// samples while the rows of the next are rendered ahead.
class Magnitudes {
 public:
  /// samples  of the training set
  explicit Magnitudes(std::size_t samples);
  float of(std::uint32_t sample) const;
  /// value  cut to [0, 1]; what is not a number counts as 0
  void set(std::uint32_t sample, double value);
  void visit(StateVisitor& visitor, const std::string& name) { visitor.tensor(name, values_); }

 private:
  at::Tensor values_;  // [samples], float32
  float* first_;       // its memory
};

/// The plan with every op of its chain at level min(int(top * magnitude) + 1, top) of its grid.
Plan atMagnitude(Plan plan, double magnitude);

/// How evenly the network spreads over the classes: H / ln K with H = -sum p ln(p + 1e-8), between 0 for one
/// class and 1 for all alike.
/// logits   [B, K]
/// returns  [B], with its gradient
at::Tensor relativeEntropy(const at::Tensor& logits);

/// The training set of a method that keeps something for each sample.
/// throws  std::logic_error if there is none
const Dataset& trainingSetOf(const MethodContext& context);

}  // namespace uada

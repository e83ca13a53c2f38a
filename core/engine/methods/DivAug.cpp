#include "core/engine/methods/DivAug.h"

#include "core/engine/methods/Selection.h"

namespace uada {

/// Candidates are chosen as k-means++ seeds clusters, in the space of their class probabilities.
std::unique_ptr<Method> make(const DivAug& settings, const MethodContext& context) {
  const auto look = [](StepContext& step, Rows rows, Mode mode) {
    return step.outputs(rows, mode).main.softmax(1);
  };
  const auto choose = [copies = settings.copies](const at::Tensor& probabilities, const Batch& batch) {
    return spreadOut(probabilities, selectionNumbers(batch, copies));
  };
  return makeSelecting(settings, context, look, choose);
}

}  // namespace uada

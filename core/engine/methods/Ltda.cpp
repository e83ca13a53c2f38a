#include "core/engine/methods/Ltda.h"

#include <fmt/core.h>

#include "core/base/Error.h"
#include "core/engine/methods/Selection.h"

namespace uada {

/// Candidates are chosen with a chance in proportion to their loss, or those with the largest.
std::unique_ptr<Method> make(const Ltda& settings, const MethodContext& context) {
  const bool takesLargest = settings.select == "argmax";
  if (takesLargest && settings.copies > settings.candidates)
    throw UsageError(
        fmt::format("method ltda: copies is {}, but there are only {} candidates to take the "
                    "largest of; give at most as many copies",
                    settings.copies, settings.candidates));
  const auto look = [](StepContext& step, Rows rows, Mode mode) { return step.losses(rows, mode); };
  const auto choose = [takesLargest, copies = settings.copies](const at::Tensor& losses, const Batch& batch) {
    return takesLargest ? largest(losses, copies)
                        : drawnInProportion(losses, selectionNumbers(batch, copies));
  };
  return makeSelecting(settings, context, look, choose);
}

}  // namespace uada

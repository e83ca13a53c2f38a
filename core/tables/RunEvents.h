#pragma once

#include <string>

#include "core/store/Project.h"

namespace uada {

/// What a run recorded, for TensorBoard.
struct RunEvents {
  std::string name;  ///< of the file, the same for the same run: "events.out.tfevents.1764486000.3fa2c1d0"
  std::string bytes;
  std::size_t values = 0;
};

/// Every number of its steps (train/loss, cost/step_seconds), its tests (test/top1, epoch/train_top1) and its
/// policy's ops (policy/rotate/mean_gain), at the step it is of. The time of a value is that of the run's
/// beginning and the seconds trained until then. What is no number is left out until one of its name is.
RunEvents runEvents(const ProjectReader& project, const RunSummary& run);

}  // namespace uada

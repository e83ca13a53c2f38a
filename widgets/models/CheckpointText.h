#pragma once

#include <QString>
#include <cstdint>
#include <vector>

#include "core/store/Records.h"

namespace uada {

/// The checkpoints of a run whose files are there, the newest first, each step once.
std::vector<CheckpointReport> checkpointsThere(const RunDetail& run);
/// "step 4,690, the end of epoch 3", "step 5,000, in epoch 4".
QString checkpointText(const CheckpointReport& checkpoint, std::int64_t stepsPerEpoch);

}  // namespace uada

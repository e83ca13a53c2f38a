#pragma once

#include <string>
#include <vector>

#include "core/engine/Engine.h"

namespace uada {

/// Times whole training steps of each method on a fixed job: batches of 128 made-up images of 32 pixels. The
/// methods take turns with the reference method, so that a busy machine slows both; the value is the median,
/// by the clock on the wall until the weights are changed.
std::vector<BenchResult> timeSteps(const StepBench& job);

}  // namespace uada

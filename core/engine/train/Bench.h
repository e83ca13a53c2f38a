#pragma once

#include <string>
#include <vector>

#include "core/engine/Engine.h"

namespace uada {

/// Times whole training steps of each method on a small fixed job: ResNet-10 of width 16, batch 128, made-up
/// 32-pixel images. The methods take turns with the reference method, so that a busy machine slows both; the
/// value is the median, by the clock on the wall until the weights are changed.
/// threads  0: all cores. device as chooseDevice() has it
std::vector<BenchResult> timeSteps(const std::vector<std::string>& methods, int threads,
                                   const std::string& device);

}  // namespace uada

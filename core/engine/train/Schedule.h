#pragma once

#include <cstdint>

#include "core/config/RunConfig.h"

namespace uada {

/// The learning rate of one step.
/// epoch, stepInEpoch  from 0;  stepsPerEpoch  at least 1
/// "step": rate * decay^(milestones passed); as in the authors' code the rate is set after each batch from
/// that batch's epoch, so the first batch of an epoch still uses the rate of the epoch before (methods.md 6).
/// "cosine": rate * (1 + cos(pi * s / S)) / 2 at step s of S over the run.
double learningRate(const Training& training, int epoch, std::int64_t stepInEpoch,
                    std::int64_t stepsPerEpoch);

}  // namespace uada

#include "core/engine/train/Schedule.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/Error.h"

namespace uada {
namespace {

double steppedRate(const Training& training, int epoch) {
  double rate = training.learningRate;
  for (const double share : training.milestones) {
    if (epoch + 1e-9 >= share * training.epochs)
      rate *= training.decay;  // 0.3 of 10 epochs is 3, rounding or not
  }
  return rate;
}

}  // namespace

double learningRate(const Training& training, int epoch, std::int64_t stepInEpoch,
                    std::int64_t stepsPerEpoch) {
  if (training.schedule == "constant") return training.learningRate;
  if (training.schedule == "step")
    return steppedRate(training, stepInEpoch == 0 ? std::max(0, epoch - 1) : epoch);
  if (training.schedule == "cosine") {
    const double done = static_cast<double>(epoch) * stepsPerEpoch + stepInEpoch;
    const double share = done / (static_cast<double>(training.epochs) * stepsPerEpoch);
    return training.learningRate * (1 + std::cos(std::numbers::pi * share)) / 2;
  }
  throw UsageError(fmt::format("unknown schedule '{}'; known: step cosine constant", training.schedule));
}

}  // namespace uada

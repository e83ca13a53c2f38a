#pragma once

#include <cmath>
#include <numbers>

#include "core/engine/schedules/Schedule.h"

namespace uada {

/// rate * (1 + cos(pi * s / S)) / 2 at step s of S over the run.
struct CosineSchedule {
  static constexpr const char* kName = "cosine";
  static constexpr const char* kTitle = "Cosine";
  static constexpr const char* kSource = "half a cosine to 0, by step; Loshchilov & Hutter 2017, no restarts";

  void visit(SettingsVisitor&) {}
  double rate(double initial, const Moment& moment) const {
    const double steps = static_cast<double>(moment.stepsPerEpoch);
    const double done = moment.epoch * steps + static_cast<double>(moment.stepInEpoch);
    const double share = done / (moment.epochs * steps);
    return initial * (1 + std::cos(std::numbers::pi * share)) / 2;
  }
};

}  // namespace uada

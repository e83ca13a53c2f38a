#pragma once

#include <cmath>

#include "core/engine/schedules/Schedule.h"

namespace uada {

/// rate * (1 - s / S)^power at step s of S over the run.
struct PolySchedule {
  static constexpr const char* kName = "poly";
  static constexpr const char* kTitle = "Polynomial";
  static constexpr const char* kSource = "to 0, by step; DeepLab and PSPNet, power 0.9";

  double power = 0.9;

  void visit(SettingsVisitor& v) {
    v.field({.name = "power",
             .title = "Power",
             .help = "1: a straight line; less: the rate stays high for longer",
             .min = 0.01,
             .max = 100},
            power);
  }
  double rate(double initial, const Moment& moment) const {
    const double steps = static_cast<double>(moment.stepsPerEpoch);
    const double done = moment.epoch * steps + static_cast<double>(moment.stepInEpoch);
    return initial * std::pow(1 - done / (moment.epochs * steps), power);
  }
};

}  // namespace uada

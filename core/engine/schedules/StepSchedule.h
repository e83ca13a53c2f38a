#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "core/engine/schedules/Schedule.h"

namespace uada {

/// rate * decay^(milestones passed). As in the authors' code the rate is set after each batch from that
/// batch's epoch, so the first batch of an epoch still uses the rate of the epoch before.
struct StepSchedule {
  static constexpr const char* kName = "step";
  static constexpr const char* kTitle = "Steps";
  static constexpr const char* kSource = "UADA authors' code";

  std::vector<double> milestones{0.3, 0.6, 0.8};
  double decay = 0.2;

  void visit(SettingsVisitor& v) {
    v.field({.name = "milestones",
             .title = "Milestones",
             .help = "Shares of the epochs behind the warm-up after which the rate is multiplied",
             .min = 0,
             .max = 1,
             .advanced = true,
             .unless = {{"decay", 1.0}}},
            milestones);
    v.field({.name = "decay",
             .title = "Decay",
             .help = "Factor at each milestone",
             .min = 0,
             .max = 1,
             .advanced = true,
             .unless = {{"milestones", Json::array()}}},
            decay);
  }
  std::pair<std::string, std::string> problem() const {
    if (std::ranges::is_sorted(milestones)) return {};
    return {"milestones", "ascending shares expected"};
  }
  double rate(double initial, const Moment& moment) const {
    const int epoch = moment.stepInEpoch == 0 ? std::max(0, moment.epoch - 1) : moment.epoch;
    double rate = initial;
    for (const double share : milestones)
      if (epoch + 1e-9 >= share * moment.epochs) rate *= decay;  // 0.3 of 10 epochs is 3, rounding or not
    return rate;
  }
};

}  // namespace uada

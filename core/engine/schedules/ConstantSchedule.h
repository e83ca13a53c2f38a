#pragma once

#include "core/engine/schedules/Schedule.h"

namespace uada {

struct ConstantSchedule {
  static constexpr const char* kName = "constant";
  static constexpr const char* kTitle = "Constant";
  static constexpr const char* kSource = "the same rate at every step";

  void visit(SettingsVisitor&) {}
  double rate(double initial, const Moment&) const { return initial; }
};

}  // namespace uada

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/settings/Choice.h"
#include "core/settings/Settings.h"

namespace uada {

/// Where in the training a step is.
struct Moment {
  int epoch = 0;                 ///< from 0
  std::int64_t stepInEpoch = 0;  ///< from 0
  std::int64_t stepsPerEpoch = 1;
  int epochs = 1;  ///< of the whole training
};

/// A catalogue entry of `schedules.def`; none needs torch. SCHEDULE(X) stands for the settings struct X in
/// schedules/X.h with kName, kTitle, kSource, visit() and `double rate(double initial, const Moment&) const`;
/// one that can contradict itself has `problem() const`: the field and what is wrong with it, or empty texts.
struct Schedule {
  std::string name, title, source;
  std::vector<FieldValue> fields;
  Choice::Read read = nullptr;
  /// The learning rate of one step. initial: that of the optimiser
  double (*rate)(const Choice& schedule, double initial, const Moment& moment) = nullptr;
};
const std::vector<Schedule>& schedules();
const Schedule& findSchedule(std::string_view name);
/// The one of recipes that name none, with its defaults.
Choice usualSchedule();
/// By name or as an object with settings and, where it is not the usual one, `name`. Throws UsageError.
/// where: for messages
Choice scheduleFromJson(const Json& json, const std::string& where);

}  // namespace uada

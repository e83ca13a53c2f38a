#include "core/engine/schedules/Schedule.h"
#include "core/settings/CatalogChoice.h"
#include "core/settings/SettingError.h"
#include "schedules_headers.h"

namespace uada {
namespace {

template <class S>
Choice readSchedule(const std::string& name, const Json& settings, const std::string& where) {
  S read = settingsFromJson<S>(settings, where);
  if constexpr (requires { read.problem(); })
    if (const auto [field, problem] = read.problem(); !problem.empty())
      throw SettingError(where, field, problem);
  Json stated = settingsToJson(read);
  return {name, std::move(stated), std::move(read), &readSchedule<S>};
}

template <class S>
Schedule entry() {
  Schedule schedule{S::kName, S::kTitle, S::kSource, fieldsOf<S>(), &readSchedule<S>};
  schedule.rate = [](const Choice& choice, double initial, const Moment& moment) {
    return choice.as<S>().rate(initial, moment);
  };
  return schedule;
}

}  // namespace

const std::vector<Schedule>& schedules() {
#define SCHEDULE(Settings) entry<Settings>(),
  static const std::vector<Schedule> all{
#include "core/engine/schedules/schedules.def"
  };
#undef SCHEDULE
  return all;
}

const Schedule& findSchedule(std::string_view name) { return findEntry(schedules(), name, "schedule"); }

Choice usualSchedule() {
  static const Choice usual(StepSchedule::kName, StepSchedule{});
  return usual;
}

Choice scheduleFromJson(const Json& json, const std::string& where) {
  return choiceFromJson(schedules(), "schedule", json, where, StepSchedule::kName);
}

}  // namespace uada

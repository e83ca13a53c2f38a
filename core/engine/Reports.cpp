#include "core/engine/Reports.h"

#include <utility>

namespace uada {

static constexpr std::pair<RunState, const char*> kStates[] = {
    {RunState::preparing, "preparing"}, {RunState::running, "running"},        {RunState::paused, "paused"},
    {RunState::stopping, "stopping"},   {RunState::finished, "finished"},      {RunState::stopped, "stopped"},
    {RunState::failed, "failed"},       {RunState::interrupted, "interrupted"}};

const char* stateName(RunState state) {
  for (const auto& [value, name] : kStates)
    if (value == state) return name;
  return "unknown";
}

RunState stateFromName(std::string_view name) {
  for (const auto& [value, known] : kStates)
    if (name == known) return value;
  return RunState::interrupted;
}

const std::vector<StepPhase>& phases() {
  static const std::vector<StepPhase> all{
#define PHASE(name, title, version) {#name, title, version},
#include "core/engine/phases.def"
#undef PHASE
  };
  return all;
}

}  // namespace uada

#include "core/engine/Reports.h"

#include <fmt/core.h>

#include <utility>

#include "core/base/Error.h"

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
  throw Error(fmt::format("unknown state of a run '{}'", name));
}

}  // namespace uada

#pragma once

#include <string>
#include <vector>

#include "core/config/LiveSettings.h"

namespace uada {

/// The configuration of a run that goes on from another one's checkpoint with other settings.
/// config  in force where the checkpoint is
/// sets    "method.epsilon=2", "recipe.training.epochs=20": see setValue(); may be empty
/// kept    policies that the project of the runs has used
/// throws  UsageError for a setting that a fork keeps, with the reason, and for what no new run could have
RunConfig forkedConfig(const RunConfig& config, const std::vector<std::string>& sets,
                       const std::vector<PolicyFile>& kept = {});

/// The settings that a fork may have otherwise, with their values: of optimiser, schedule, training, method
/// and runtime, without those that forkedConfig() refuses to change at all.
std::vector<RunSetting> forkSettings(const RunConfig& config);

/// What forkedConfig() refuses to change, for people.
extern const char* const kForkKeeps;

}  // namespace uada

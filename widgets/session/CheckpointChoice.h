#pragma once

#include <cstdint>
#include <filesystem>

#include "core/engine/Engine.h"

namespace uada {

/// Which of a run's checkpoints is looked at.
struct CheckpointChoice {
  bool isBest = false;    ///< that of the best test
  std::int64_t step = 0;  ///< else the one after this step; 0: the newest
  friend bool operator==(const CheckpointChoice&, const CheckpointChoice&) = default;
};

/// The sound checkpoint in a run's folder that is meant. Any thread. Throws Error that says what there is
/// instead.
FoundCheckpoint chosenCheckpoint(Engine& engine, const std::filesystem::path& folder,
                                 const CheckpointChoice& choice);

}  // namespace uada

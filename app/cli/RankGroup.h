#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "app/cli/CommandLine.h"
#include "core/engine/Engine.h"

namespace uada::cli {

/// Of verbs that train.
struct RankOptions {
  int ranks = 0;         ///< to start on this machine; 0: as the environment says, else one
  double timeout = 300;  ///< Ranks::timeout
};
void describeRanks(Verb& verb, RankOptions& options);

/// What this process is among those that train together: as torchrun (RANK, WORLD_SIZE, MASTER_ADDR ...) or
/// srun (SLURM_PROCID, SLURM_NTASKS ...) has put it into the environment; else rank 0 of those that --ranks
/// asks for. throws  UsageError where the environment is not whole, or says another number than --ranks
Ranks ranksFrom(const RankOptions& options);
/// "node[07-12,20],other" -> "node07"
std::string firstHost(const std::string& nodes);

/// Of another rank than 0: trains what rank 0 trains, until that leaves. Throws Error if that fails.
/// returns  the exit code
int follow(const Ranks& ranks);

/// While it lives this process, rank 0, trains with the others; where nobody else starts them it does so.
/// Does nothing for one rank. One at a time, on the main thread.
class RankGroup {
 public:
  /// ranks  of rank 0
  explicit RankGroup(Ranks ranks);
  ~RankGroup();
  RankGroup(const RankGroup&) = delete;
  RankGroup& operator=(const RankGroup&) = delete;

 private:
  void startOthers(const Ranks& ranks);
  const bool isAlone_;
  std::vector<pid_t> others_;
};

}  // namespace uada::cli

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/config/RunConfig.h"

namespace uada::cli {

/// A text as one word of a shell's command line, whatever it holds but NUL: 'it'\''s'.
std::string shellWord(const std::string& text);

/// The experiment of one run, which gives that run again.
/// policyFile  under which name it finds the file of its policy; empty: as the run names it
/// throws      Error if it would give another one
Json experimentOf(const RunConfig& run, const std::string& policyFile);

/// Writes a job array for Slurm: array.sh, a task a run, with runs/N.json; merge.sh; runs.csv, which names
/// them; policies. Nothing in it names the folder, so that it can be copied elsewhere. runs    each with its
/// policy file folder  is made; one that is there and not empty is an error
void writeSlurmArray(const std::vector<RunConfig>& runs, const std::filesystem::path& folder);

}  // namespace uada::cli

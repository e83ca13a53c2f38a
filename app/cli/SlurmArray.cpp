#include "app/cli/SlurmArray.h"

#include <fmt/core.h>

#include <system_error>

#include "app/cli/Places.h"
#include "core/augment/found/Library.h"
#include "core/base/Csv.h"
#include "core/base/Error.h"
#include "core/base/Files.h"
#include "core/config/Sweep.h"
#include "core/engine/methods/MethodEntry.h"

namespace uada::cli {
namespace {

namespace fs = std::filesystem;

/// {count} runs, whose numbers have {digits}; {uada}: the program as a word
constexpr const char* kArray = R"sh(#!/usr/bin/env bash
#SBATCH --job-name=uada
#SBATCH --array=1-{count}
#SBATCH --cpus-per-task=4
#SBATCH --time=04:00:00
#SBATCH --signal=B:USR1@60
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=runs/%{digits}a.log
#
# One run a task. Submit from this folder, which all nodes see:  sbatch array.sh [OPTIONS]
# OPTIONS are those of 'uada run', for example:  sbatch --gpus=1 array.sh --device cuda
# A task whose run is finished ends at once, one that was interrupted goes on: to train what is left, submit again.
#
# A minute before the time is over Slurm sends SIGUSR1 to this script (--signal above): the run is stopped with a
# checkpoint, and the task queued again. On SIGTERM, which preemption brings, it is stopped with a checkpoint and the
# script ends with code 143; Slurm queues it again by itself where preemption is set to do so.
#
# UADA          the program; else the one that made this folder, else uada of the PATH
# UADA_SCRATCH  a folder on a disk of the node. Name one where this folder lies on a network file system (NFS, Lustre):
#               project files are then kept there while a task runs, and copied back when it ends
set -u
task=$(printf '%0{digits}d' "${{SLURM_ARRAY_TASK_ID:?submit this with: sbatch array.sh}}") || exit 2
if [ ! -f "runs/$task.json" ]; then
  echo "there is no runs/$task.json in $PWD: submit from the folder of array.sh" >&2
  exit 2
fi
uada=${{UADA:-{uada}}}
command -v "$uada" >/dev/null || uada=uada

# SIGUSR2 stops a run with a checkpoint, and does no harm where Slurm has sent SIGTERM to the program, too.
signals=0 again=no training=
stop() {{
  signals=$((signals + 1))
  if [ "$1" = USR1 ]; then again=yes; fi
  if [ -n "$training" ]; then kill -USR2 "$training" 2>/dev/null; fi
}}
trap 'stop USR1' USR1
trap 'stop TERM' TERM

# A project, and what its -wal has yet to bring into it: a program that was killed leaves both. Copied whole, then renamed.
copy() {{  # FROM TO
  rm -f "$2.new-wal"
  cp "$1" "$2.new" || return 1
  if [ -s "$1-wal" ]; then cp "$1-wal" "$2.new-wal" || return 1; fi
  rm -f "$2-wal" "$2-shm" && mv "$2.new" "$2" || return 1
  if [ -f "$2.new-wal" ]; then mv "$2.new-wal" "$2-wal"; fi
}}

# The project lies beside its run folder, runs/N.files; on the node's own disk a link leads there.
project=runs/$task.uada
fetch() {{ :; }}
store() {{ :; }}
discard() {{ :; }}
if [ -n "${{UADA_SCRATCH:-}}" ]; then
  shared=$PWD/runs/$task
  local=$(mktemp -d "$UADA_SCRATCH/uada.XXXXXX") || exit 1
  project=$local/$task.uada
  discard() {{ rm -r "$local" || :; }}
  fetch() {{
    mkdir -p "$shared.files" && ln -s "$shared.files" "$local/$task.files" || return 1
    if [ -f "$shared.uada" ]; then copy "$shared.uada" "$project" || return 1; fi
    # What a node that failed took along: rows are made again from the run's folder.
    for run in "$shared.files"/*/config.json; do
      if [ ! -s "${{run%/*}}/log.jsonl" ] || "$uada" import "${{run%/*}}" --project "$project"; then continue; fi
      if [ ! -f "$shared.uada" ]; then return 1; fi
      echo "the rows of ${{run%/*}} were not made again; the task goes on with runs/$task.uada as it is" >&2
    done
  }}
  store() {{
    if [ -f "$project" ]; then copy "$project" "$shared.uada" || return 1; fi
    discard
  }}
fi
fetched=yes
fetch || fetched=no
if [ "$signals" = 0 ] && [ "$fetched" = no ]; then
  echo "cannot bring runs/$task to ${{UADA_SCRATCH:-}}" >&2
  discard
  exit 1
fi

code=143
if [ "$signals" -gt 0 ]; then
  discard  # nothing was begun: the shared project is the whole one
else
  "$uada" run "runs/$task.json" --project "$project" "$@" &
  training=$!
  if [ "$signals" -gt 0 ]; then kill -USR2 "$training"; fi
  while :; do  # a signal ends the waiting, not the run
    seen=$signals
    wait "$training"
    code=$?
    if [ "$seen" = "$signals" ]; then break; fi
  done
  if ! store; then
    echo "the project of run $task is left in $local" >&2
    if [ "$code" = 0 ]; then code=1; fi
  fi
fi
# 140: the signal came before the program could take it; nothing was begun.
if [ "$code" = 140 ]; then code=143; fi
if [ "$code" = 143 ] && [ "$again" = yes ]; then
  scontrol requeue "${{SLURM_ARRAY_JOB_ID:-}}_$SLURM_ARRAY_TASK_ID" || echo "submit again to go on: sbatch array.sh" >&2
fi
exit "$code"
)sh";

constexpr const char* kMerge = R"sh(#!/usr/bin/env bash
# Takes the runs of all tasks over into one project, on a local disk:  bash merge.sh PROJECT.uada
# What was taken before is not taken again, so that this can be done while tasks are still to come.
if [ $# -ne 1 ]; then
  echo "usage: bash merge.sh PROJECT.uada" >&2
  exit 2
fi
uada=${{UADA:-{uada}}}
command -v "$uada" >/dev/null || uada=uada
here=$(dirname -- "${{BASH_SOURCE[0]}}")
exec "$uada" merge "$here"/runs/*.uada --project "$1"
)sh";

void makeEmptyFolder(const fs::path& folder) {
  std::error_code code;
  if (fs::exists(folder, code) && !fs::is_empty(folder, code))
    throw UsageError(
        fmt::format("'{}' is there and not empty; name a folder that is not there yet", folder.string()));
  fs::create_directories(folder / "runs", code);
  if (code) throw Error(fmt::format("cannot make the folder '{}': {}", folder.string(), code.message()));
}

/// The program has the ones that come with it wherever it is.
bool comesWithProgram(const PolicyFile& policy) {
  for (const InstalledPolicy& known : installedPolicies())
    if (known.name == policy.name && known.file.empty()) return known.sha256 == policy.sha256;
  return false;
}

/// Under which name a task finds the policy of its run, which is written there; empty: under its own.
std::string writePolicy(const RunConfig& run, const fs::path& folder) {
  if (!run.policyFile || comesWithProgram(*run.policyFile)) return {};
  constexpr std::size_t kDigits = 12;
  const std::string name = "policies/" + run.policyFile->sha256.substr(0, kDigits) + ".json";
  std::error_code ignored;
  fs::create_directories(folder / "policies", ignored);
  writeFileAtomically(folder / name, run.policyFile->text);
  return name;
}

}  // namespace

std::string shellWord(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

Json experimentOf(const RunConfig& run, const std::string& policyFile) {
  Json method = choiceToJson(run.method);
  if (!policyFile.empty()) method["policy"]["file"] = policyFile;
  const Json json = Json::Object{{"name", run.experiment.empty() ? run.recipe.name : run.experiment},
                                 {"recipe", recipeToJson(run.recipe)},
                                 {"methods", Json::Array{method}},
                                 {"seeds", Json::Array{run.seed}},
                                 {"runtime", settingsToJson(run.runtime)}};
  std::vector<PolicyFile> kept;
  if (run.policyFile)
    kept.push_back({policyFile.empty() ? run.policyFile->name : policyFile, run.policyFile->sha256,
                    run.policyFile->text});
  const std::vector<RunConfig> read = sweptFromJson(json, runTitle(run), kept).runs;
  if (read.size() != 1 || configHash(read.front()) != configHash(run))
    throw Error(
        fmt::format("{} cannot be written as an experiment that gives the same run; it was queued by "
                    "an older version: queue it again",
                    runTitle(run)));
  return json;
}

void writeSlurmArray(const std::vector<RunConfig>& runs, const fs::path& folder) {
  makeEmptyFolder(folder);
  const std::size_t digits = std::to_string(runs.size()).size();  // so that names are in the order of numbers
  std::string list = "task,run,seed,configuration\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::string policy = writePolicy(runs[i], folder);
    writeFileAtomically(folder / fmt::format("runs/{:0{}}.json", i + 1, digits),
                        experimentOf(runs[i], policy).dump(2) + "\n");
    list +=
        fmt::format("{},{},{},{}\n", i + 1, csvQuoted(runTitle(runs[i])), runs[i].seed, configHash(runs[i]));
  }
  writeFileAtomically(folder / "runs.csv", list);
  const std::string program = shellWord((programFolder() / "uada").string());
  writeFileAtomically(folder / "merge.sh", fmt::format(kMerge, fmt::arg("uada", program)));
  writeFileAtomically(folder / "array.sh",
                      fmt::format(kArray, fmt::arg("count", runs.size()), fmt::arg("digits", digits),
                                  fmt::arg("uada", program)));
}

}  // namespace uada::cli

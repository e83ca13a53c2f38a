#include "core/store/Checkpoints.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/base/Error.h"
#include "core/base/Text.h"

namespace uada::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKept = 2;

/// Why a run does not go on from a checkpoint; "" if it can.
std::string obstacle(const FoundCheckpoint& found, const RunDetail& detail) {
  const RunSummary& run = detail.summary;
  if (!found.problem.empty()) return found.problem;
  if (!isHashOf(found.configHash, detail.config)) return "it was made with another configuration";
  if (found.seed != run.seed)
    return fmt::format("it was made with seed {}, the run has {}", found.seed, run.seed);
  if (!found.run.empty() && found.run != run.key) return fmt::format("it is of the run {}", found.run);
  return "";
}

/// Not deleted: it may be another run's, or be readable elsewhere.
std::string setAside(const FoundCheckpoint& found, const std::string& why) {
  auto aside = found.file;
  aside += ".aside";
  std::error_code code;
  std::filesystem::rename(found.file, aside, code);
  if (code)
    throw Error(
        fmt::format("cannot rename '{}' to '{}', which is needed to go on from an older checkpoint: {}",
                    found.file.string(), aside.filename().string(), code.message()));
  return fmt::format("checkpoint '{}' was passed over and is now called '{}': {}", found.file.string(),
                     aside.filename().string(), why);
}

/// What the rows of the run know better than its folder.
std::vector<std::string> missed(const ResumePoint& point, const std::vector<FoundCheckpoint>& found,
                                const RunDetail& run) {
  std::vector<std::string> remarks;
  if (point.file.empty()) {
    if (!found.empty() || !run.checkpoints.empty())
      remarks.push_back("no checkpoint can be read: training begins again at step 0");
    return remarks;
  }
  const CheckpointReport* last = run.checkpoints.empty() ? nullptr : &run.checkpoints.back();
  if (last && last->step > point.step &&
      std::ranges::find(found, fs::path(last->file), &FoundCheckpoint::file) == found.end())
    remarks.push_back(
        fmt::format("the newest checkpoint, '{}', is missing: training goes on after step {} instead of {}",
                    last->file, groupedText(point.step), groupedText(last->step)));
  if (point.step > run.summary.step)
    remarks.push_back(
        fmt::format("what was reported of the steps {} to {} could not be stored before the program "
                    "ended and is missing in the project; their training is kept",
                    groupedText(run.summary.step + 1), groupedText(point.step)));
  return remarks;
}

}  // namespace

ResumePoint adoptCheckpoint(Engine& engine, const std::filesystem::path& folder, const RunDetail& run) {
  ResumePoint point;
  const std::vector<FoundCheckpoint> found = engine.checkpoints(folder);
  for (const FoundCheckpoint& one : found) {
    if (point.file.empty()) {
      if (const std::string why = obstacle(one, run); !why.empty()) {
        point.remarks.push_back(setAside(one, why));
        continue;
      }
      point.file = one.file;
      point.step = one.step;
    }
    if (!one.isBest) point.kept.insert(point.kept.begin(), one.file);
  }
  std::ranges::move(missed(point, found, run), std::back_inserter(point.remarks));
  return point;
}

Rotation::Rotation(std::vector<std::filesystem::path> files) : files_(std::move(files)) {
  if (!files_.empty()) stored_ = files_.back();
}

void Rotation::written(const std::filesystem::path& file) {
  std::erase(files_, file);
  files_.push_back(file);
  removeOlder();
}

void Rotation::stored() {
  if (files_.empty()) return;
  stored_ = files_.back();
  removeOlder();
}

void Rotation::removeOlder() {
  const std::vector<fs::path> files = std::exchange(files_, {});
  for (std::size_t i = 0; i < files.size(); ++i) {
    const bool stays = i + kKept >= files.size() || files[i] == stored_;
    std::error_code ignored;  // one that cannot be removed now is older than those that count
    if (stays)
      files_.push_back(files[i]);
    else
      fs::remove(files[i], ignored);
  }
}

}  // namespace uada::store

#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/Json.h"
#include "core/engine/Reports.h"
#include "core/store/Records.h"

namespace uada::store {

/// In a run's folder.
inline constexpr const char *kLogName = "log.jsonl", *kStepsName = "steps.jsonl";

/// What one attempt leaves in its run's folder beside checkpoints, so that the folder alone tells the run:
/// what is rare in log.jsonl, a line each, and the numbers of steps in steps.jsonl. Of those it keeps some in
/// memory until the log has its next line. The project is what counts: a full disk may cost lines of this
/// copy. Belongs to the training thread.
class RunLog {
 public:
  /// from  the checkpoint that the attempt begins with
  RunLog(const std::filesystem::path& folder, const RunSummary& run, int attempt, const Manifest& manifest,
         const std::string& from);
  void add(const Report& report);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  using File = std::unique_ptr<std::FILE, Close>;
  static File open(const std::filesystem::path& file);

  void write(const char* kind, const Json& members);
  void addState(const StateReport& report);
  void addStep(const StepReport& report);

  const int attempt_;
  File log_, steps_;
  std::vector<std::string> columns_;  ///< of the rows of steps that were written last
};

/// The members of an object in a row, those of objects in it behind their name and a dot: "timings.render".
std::vector<std::pair<std::string, Json>> flattened(const Json& object);
/// The object again.
Json unflattened(const Json::Array& names, const Json::Array& values);

}  // namespace uada::store

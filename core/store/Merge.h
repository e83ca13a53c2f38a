#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "core/store/Project.h"

namespace uada {

/// What became of a run that was to be taken over.
enum class Taken { added, continued, known, leftOut };
struct TakenRun {
  std::string key, title;
  Taken what = Taken::known;
  std::string text;  ///< leftOut: why; else what could not be taken over with it, or ""
};

/// Takes runs of other projects, or of run folders alone, over into one project: all rows, and the folder. A
/// run goes by its key, so that what was taken before is not taken again, and of a run that went on elsewhere
/// only what is new. The folder comes first, then all rows in one commit: wherever it is ended, each run is
/// there whole or not at all, and the same again completes it. One at a time works on a project.
class Takeover {
 public:
  /// throws  Error if another process takes runs into the project
  explicit Takeover(ProjectWriter& into);
  ~Takeover();

  /// Each run of another project, the oldest first. A run that a process trains, that went on in both
  /// projects, or whose files cannot be read is left out, and the next one follows. The other project is
  /// read, and not changed; one of an older version is brought up to date in a copy. take    called with what
  /// became of each throws  Error if the other project cannot be read, or is this one
  void project(const std::filesystem::path& other, const std::function<void(const TakenRun&)>& take);
  /// A run whose rows are made from its folder. Its text names what the folder does not hold.
  /// throws  Error naming what is missing or damaged in the folder
  TakenRun folder(const std::filesystem::path& folder);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace uada

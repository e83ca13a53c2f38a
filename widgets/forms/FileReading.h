#pragma once

#include <filesystem>
#include <functional>
#include <set>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "widgets/session/LatestAnswer.h"

namespace uada {

class Session;

/// A file has to be read before it is known what an experiment says.
class UnreadFile : public UsageError {
 public:
  explicit UnreadFile(const std::filesystem::path& file);
  const std::filesystem::path file;
};

/// Reads the files that experiments name, such as weights, for their hashes: away from the GUI thread, since
/// they may be large. GUI thread.
class FileReading {
 public:
  explicit FileReading(Session& session) : session_(session) {}
  /// Throws UnreadFile for the first file of the experiment that was not read yet, or has changed.
  void require(const Json& experiment) const;
  /// Begins to read it; then() is called when that is over, and not if another one is asked for meanwhile. A
  /// file that cannot be read is not asked for again: whoever needs it says why.
  /// context  what this is a member of
  void read(const std::filesystem::path& file, const QObject* context, std::function<void()> then);

 private:
  Session& session_;
  LatestAnswer answer_;
  std::filesystem::path running_;  ///< empty: none is read
  std::set<std::filesystem::path> unreadable_;
};

}  // namespace uada

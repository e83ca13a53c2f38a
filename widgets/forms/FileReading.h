#pragma once

#include <QObject>
#include <filesystem>
#include <set>
#include <vector>

#include "core/base/Error.h"
#include "core/base/Json.h"
#include "widgets/forms/PolicyLooks.h"
#include "widgets/session/LatestAnswer.h"

namespace uada {

class Session;

/// A file has to be read before it is known what an experiment says.
class UnreadFile : public UsageError {
 public:
  using UsageError::UsageError;
};

/// Reads the files that experiments name away from the GUI thread: weights, for their hashes, since they may
/// be large, on the project's; policies, since they may lie anywhere, on threads of their own. GUI thread.
class FileReading : public QObject {
  Q_OBJECT
 public:
  explicit FileReading(Session& session, PolicyLooks::Read read = findPolicyFile);
  /// Throws UnreadFile for the first file of the experiment that was not read yet, or weights that have
  /// changed, and begins to read it. A file that cannot be read is not asked for again: whoever needs it says
  /// why.
  void require(const Json& experiment);
  /// What is at the paths of policies; outlives no form that asks it.
  PolicyLooks& policies() { return policies_; }
  /// Policy files that the project has used, and what was found at paths: for sweptFromJson().
  std::vector<PolicyFile> known(std::vector<PolicyFile> used) const;

 Q_SIGNALS:
  void read();  ///< a file that was waited for, or one is another than before

 private:
  void begin(const std::filesystem::path& file);

  Session& session_;
  PolicyLooks policies_;
  LatestAnswer answer_;
  std::filesystem::path running_;  ///< empty: none is read
  std::set<std::filesystem::path> unreadable_;
};

}  // namespace uada

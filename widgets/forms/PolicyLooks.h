#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/augment/found/Library.h"
#include "core/base/LooseThread.h"
#include "widgets/session/WayBack.h"

namespace uada {

/// What lies at the paths of policy files. Each is looked at on a thread of its own: a mount that is gone
/// holds up that thread alone. GUI thread.
class PolicyLooks : public QObject {
  Q_OBJECT
 public:
  /// Called on any thread; none: there is no such file. May throw, and may hang.
  using Read = std::function<std::optional<PolicyFile>(const std::string& path)>;
  explicit PolicyLooks(Read read = findPolicyFile, QObject* parent = nullptr);
  ~PolicyLooks() override;

  struct Look {
    PolicyFile file;      ///< isLookedUp
    std::string problem;  ///< why it cannot be read; empty: it can, or is not there
    bool operator==(const Look& other) const {
      return file.sha256 == other.file.sha256 && problem == other.problem;
    }
  };
  /// What was last found at the path; null: nothing yet, found() tells when that has changed. Looked at again
  /// where that is more than a second ago.
  const Look* at(const std::string& path);
  /// All that was found.
  std::vector<PolicyFile> files() const;

 Q_SIGNALS:
  void found();  ///< something that was not known before

 private:
  struct Place {
    std::optional<Look> look;
    QElapsedTimer asked;
    std::optional<LooseThread> thread;  ///< none: nobody looks
  };
  void begin(const std::string& path, Place& place);
  void take(const std::string& path, Look look);

  const Read read_;
  WayBack back_;
  std::map<std::string, Place> places_;
  std::size_t looking_ = 0;  ///< places with a thread
};

}  // namespace uada

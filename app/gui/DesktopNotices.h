#pragma once

#include <QObject>
#include <functional>

#include "widgets/session/Alerts.h"

namespace uada {

/// Shows alerts on the desktop while no window of this program is in front.
class DesktopNotices : public QObject {
  Q_OBJECT
 public:
  using Send = std::function<void(const Alert& alert)>;
  /// send  tests give another
  explicit DesktopNotices(Alerts& alerts, Send send = tellDesktop, QObject* parent = nullptr);

  /// Through D-Bus, to whatever shows notifications there; without such a service nothing happens. Does not
  /// wait.
  static void tellDesktop(const Alert& alert);
};

}  // namespace uada

#pragma once

#include <QObject>
#include <functional>
#include <memory>

namespace uada {

class Session;

/// Keeps the machine from sleeping while a run trains in this window, but not while it is paused, and while
/// another process of the window trains the queue.
class SleepInhibitor : public QObject {
  Q_OBJECT
 public:
  /// What holds the machine awake until it is destroyed; null: it cannot be done here.
  using Hold = std::shared_ptr<void>;
  using Take = std::function<Hold(const QString& why)>;
  /// take  asks the desktop; tests give another
  explicit SleepInhibitor(Session& session, Take take = askDesktop, QObject* parent = nullptr);

  bool isHeld() const { return hold_ != nullptr; }
  /// Of systemd's login manager, through D-Bus; else of the screen saver. Nobody waits for their answers: it
  /// holds once it is granted.
  static Hold askDesktop(const QString& why);

 private:
  void follow();
  Session& session_;
  const Take take_;
  Hold hold_;
  bool isWanted_ = false;
};

}  // namespace uada

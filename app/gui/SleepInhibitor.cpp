#include "app/gui/SleepInhibitor.h"

#include <QDBusConnection>
#include <QDBusInterface>
#include <QDBusReply>
#include <QDBusUnixFileDescriptor>

#include "widgets/session/Session.h"

namespace uada {

static constexpr int kPatience = 500;  // ms: the window waits

SleepInhibitor::SleepInhibitor(Session& session, Take take, QObject* parent)
    : QObject(parent), session_(session), take_(std::move(take)) {
  connect(&session, &Session::stateChanged, this, &SleepInhibitor::follow);
  follow();
}

void SleepInhibitor::follow() {
  const SessionState state = session_.state();
  const bool isWanted =
      session_.isLive() &&
      (state == SessionState::preparing || state == SessionState::running || state == SessionState::stopping);
  if (isWanted == isWanted_) return;
  isWanted_ = isWanted;
  hold_ = isWanted ? take_(tr("A run is training")) : nullptr;
}

/// systemd holds it as long as the descriptor is open.
static SleepInhibitor::Hold ofLoginManager(const QString& why) {
  const QDBusConnection bus = QDBusConnection::systemBus();
  if (!bus.isConnected()) return {};
  QDBusMessage call = QDBusMessage::createMethodCall("org.freedesktop.login1", "/org/freedesktop/login1",
                                                     "org.freedesktop.login1.Manager", "Inhibit");
  call << "sleep:idle" << "UADA Workbench" << why << "block";
  const QDBusReply<QDBusUnixFileDescriptor> reply = bus.call(call, QDBus::Block, kPatience);
  if (!reply.isValid() || !reply.value().isValid()) return {};
  return std::make_shared<QDBusUnixFileDescriptor>(reply.value());
}

static SleepInhibitor::Hold ofScreenSaver(const QString& why) {
  QDBusConnection bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return {};
  const auto call = [](const char* method) {
    return QDBusMessage::createMethodCall("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver",
                                          "org.freedesktop.ScreenSaver", method);
  };
  QDBusMessage inhibit = call("Inhibit");
  inhibit << "UADA Workbench" << why;
  const QDBusReply<uint> cookie = bus.call(inhibit, QDBus::Block, kPatience);
  if (!cookie.isValid()) return {};
  return {new uint(cookie.value()), [bus, call](uint* held) {
            QDBusMessage release = call("UnInhibit");
            release << *held;
            bus.send(release);
            delete held;
          }};
}

SleepInhibitor::Hold SleepInhibitor::askDesktop(const QString& why) {
  if (Hold hold = ofLoginManager(why)) return hold;
  return ofScreenSaver(why);
}

}  // namespace uada

#include "app/gui/SleepInhibitor.h"

#include <QCoreApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusReply>
#include <QDBusUnixFileDescriptor>

#include "widgets/session/Session.h"

namespace uada {

static constexpr int kPatience = 5000;  // ms

SleepInhibitor::SleepInhibitor(Session& session, Take take, QObject* parent)
    : QObject(parent), session_(session), take_(std::move(take)) {
  for (const auto signal : {&Session::stateChanged, &Session::workersChanged})
    connect(&session, signal, this, &SleepInhibitor::follow);
  follow();
}

void SleepInhibitor::follow() {
  const SessionState state = session_.state();
  const bool isBusy =
      session_.isLive() &&
      (state == SessionState::preparing || state == SessionState::running || state == SessionState::stopping);
  const bool isWanted = isBusy || !session_.workers().empty();
  if (isWanted == isWanted_) return;
  isWanted_ = isWanted;
  hold_ = isWanted ? take_(tr("A run is training")) : nullptr;
}

using AwakeHold = SleepInhibitor::Hold;
using AwakeThen = std::function<void(AwakeHold)>;

/// Asks a service; the window does not wait for its answer.
/// holdOf  what an answer without an error gives
static void askService(const QDBusConnection& bus, const QDBusMessage& call,
                       const std::function<AwakeHold(const QDBusMessage&)>& holdOf, const AwakeThen& then) {
  if (!bus.isConnected()) return then({});
  auto* answer = new QDBusPendingCallWatcher(bus.asyncCall(call, kPatience), QCoreApplication::instance());
  QObject::connect(answer, &QDBusPendingCallWatcher::finished, answer, [answer, holdOf, then] {
    answer->deleteLater();
    then(answer->isError() ? AwakeHold() : holdOf(answer->reply()));
  });
}

/// systemd holds it as long as the descriptor is open.
static void askLoginManager(const QString& why, const AwakeThen& then) {
  QDBusMessage call = QDBusMessage::createMethodCall("org.freedesktop.login1", "/org/freedesktop/login1",
                                                     "org.freedesktop.login1.Manager", "Inhibit");
  call << "sleep:idle" << "UADA Workbench" << why << "block";
  const auto holdOf = [](const QDBusMessage& answer) -> AwakeHold {
    const auto held = QDBusReply<QDBusUnixFileDescriptor>(answer).value();
    return held.isValid() ? std::make_shared<QDBusUnixFileDescriptor>(held) : nullptr;
  };
  askService(QDBusConnection::systemBus(), call, holdOf, then);
}

static void askScreenSaver(const QString& why, const AwakeThen& then) {
  const QDBusConnection bus = QDBusConnection::sessionBus();
  const auto call = [](const char* method) {
    return QDBusMessage::createMethodCall("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver",
                                          "org.freedesktop.ScreenSaver", method);
  };
  QDBusMessage inhibit = call("Inhibit");
  inhibit << "UADA Workbench" << why;
  const auto holdOf = [bus, call](const QDBusMessage& answer) -> AwakeHold {
    const QDBusReply<uint> cookie(answer);
    if (!cookie.isValid()) return {};
    return {new uint(cookie.value()), [bus, call](uint* held) {
              QDBusMessage release = call("UnInhibit");
              release << *held;
              bus.send(release);
              delete held;
            }};
  };
  askService(bus, inhibit, holdOf, then);
}

/// What was granted goes at once where nobody wants it any more when it is answered.
SleepInhibitor::Hold SleepInhibitor::askDesktop(const QString& why) {
  const auto granted = std::make_shared<AwakeHold>();
  const AwakeThen keep = [wanted = std::weak_ptr<AwakeHold>(granted)](AwakeHold hold) {
    if (const auto place = wanted.lock()) *place = std::move(hold);
  };
  askLoginManager(why, [why, keep, wanted = std::weak_ptr<AwakeHold>(granted)](AwakeHold hold) {
    if (!hold && !wanted.expired()) return askScreenSaver(why, keep);
    keep(std::move(hold));
  });
  return granted;
}

}  // namespace uada

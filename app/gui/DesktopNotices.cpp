#include "app/gui/DesktopNotices.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QGuiApplication>
#include <QVariantMap>
#include <utility>

namespace uada {

DesktopNotices::DesktopNotices(Alerts& alerts, Send send, QObject* parent) : QObject(parent) {
  connect(&alerts, &Alerts::raised, this, [send = std::move(send)](const Alert& alert) {
    if (!QGuiApplication::focusWindow()) send(alert);  // none of this program's has the keys
  });
}

static QString titleOf(AlertKind kind) {
  switch (kind) {
    case AlertKind::lossSpike: return QObject::tr("The loss jumps");
    case AlertKind::needsYou: return QObject::tr("A run needs you");
    case AlertKind::finished: return QObject::tr("Training is finished");
    case AlertKind::diskLow: return QObject::tr("The disk is nearly full");
  }
  return {};
}

void DesktopNotices::tellDesktop(const Alert& alert) {
  const QDBusConnection bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return;
  QDBusMessage call =
      QDBusMessage::createMethodCall("org.freedesktop.Notifications", "/org/freedesktop/Notifications",
                                     "org.freedesktop.Notifications", "Notify");
  constexpr int kUsual = -1;  // how long it is shown: as the desktop does
  // The text is read as markup there: a run's name must not become some.
  call << "UADA Workbench" << 0U << "org.uada.Workbench" << titleOf(alert.kind) << alert.text.toHtmlEscaped()
       << QStringList() << QVariantMap() << kUsual;
  bus.send(call);
}

}  // namespace uada

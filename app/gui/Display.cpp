#include "app/gui/Display.h"

#include <unistd.h>

#include <QStringList>
#include <cstdio>
#include <cstdlib>

namespace uada {
namespace {

QStringList held;  // of the one guard

/// "DISPLAY is ':1'"
QString stateOf(const char* name) {
  const QByteArray value = qgetenv(name);
  return QStringLiteral("%1 is %2")
      .arg(name, value.isEmpty() ? QStringLiteral("not set")
                                 : QStringLiteral("'%1'").arg(QString::fromLocal8Bit(value).simplified()));
}

void hold(QtMsgType type, const QMessageLogContext&, const QString& text) {
  if (type != QtFatalMsg) {
    held += text.simplified();
    return;
  }
  QStringList tried{stateOf("WAYLAND_DISPLAY"), stateOf("DISPLAY")};
  if (qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) tried += stateOf("QT_QPA_PLATFORM");
  const QString line =
      QStringLiteral(
          "uada-workbench: cannot open a window: no display can be reached (%1; Qt: %2); train, list and "
          "export without one through 'uada', or start this program with xvfb-run or "
          "QT_QPA_PLATFORM=offscreen")
          .arg(tried.join(QStringLiteral(", ")), held.join(QStringLiteral("; ")));
  std::fprintf(stderr, "%s\n", qPrintable(line));
  ::_exit(EXIT_FAILURE);  // Qt aborts once this returns
}

}  // namespace

DisplayGuard::DisplayGuard() { qInstallMessageHandler(hold); }

DisplayGuard::~DisplayGuard() {
  qInstallMessageHandler(nullptr);
  for (const QString& text : held) std::fprintf(stderr, "%s\n", qPrintable(text));
  held.clear();
}

}  // namespace uada

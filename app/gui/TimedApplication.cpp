#include "app/gui/TimedApplication.h"

#include <time.h>

#include <QEvent>
#include <QMetaEnum>
#include <exception>

#include "core/base/Error.h"

namespace uada {

static double milliseconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

void TimedApplication::Longest::take(double took, const QString& what) {
  if (took <= milliseconds) return;
  milliseconds = took;
  event = what;
}

/// The last place that can hold what a slot let through. The slot that began a user's action should have.
bool TimedApplication::handle(QObject* receiver, QEvent* event) {
  try {
    return QApplication::notify(receiver, event);
  } catch (const std::exception& error) {
    if (!onThrown) throw;
    onThrown(QString::fromStdString(problemText(error)));
    return true;
  }
}

bool TimedApplication::notify(QObject* receiver, QEvent* event) {
  if (!isTiming || depth_ > 0) return handle(receiver, event);
  const char* name = receiver->metaObject()->className();  // it may be gone afterwards
  const char* type = QMetaEnum::fromType<QEvent::Type>().valueToKey(event->type());
  const QString what = QStringLiteral("%1 of %2").arg(type ? type : "event", name);
  const double wallStart = milliseconds(CLOCK_MONOTONIC), cpuStart = milliseconds(CLOCK_THREAD_CPUTIME_ID);
  ++depth_;
  const bool taken = handle(receiver, event);
  --depth_;
  cpu.take(milliseconds(CLOCK_THREAD_CPUTIME_ID) - cpuStart, what);
  wall.take(milliseconds(CLOCK_MONOTONIC) - wallStart, what);
  return taken;
}

}  // namespace uada

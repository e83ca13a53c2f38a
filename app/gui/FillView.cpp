#include "app/gui/FillView.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QThread>

#include "widgets/panels/Panel.h"

namespace uada {

bool fillView(PanelWidget& view, const std::function<bool()>& isCancelled) {
  constexpr int kPatience = 60'000, kSettled = 200, kLook = 10;  // ms
  view.prepareExport();
  QElapsedTimer clock, settled;  // the second one: since it has read all; queued replots happen meanwhile
  clock.start();
  settled.start();
  while (settled.elapsed() < kSettled) {
    if (clock.elapsed() > kPatience || (isCancelled && isCancelled())) return false;
    QApplication::processEvents(QEventLoop::AllEvents, 2 * kLook);
    QThread::msleep(kLook);
    if (view.isReading()) settled.restart();
  }
  return true;
}

}  // namespace uada

#include "widgets/panels/MachineLabel.h"

#include <time.h>

#include <QFileInfo>
#include <filesystem>

#include "core/base/Text.h"
#include "widgets/session/Session.h"

namespace uada {

static double secondsOf(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

MachineLabel::MachineLabel(const Session& session, QWidget* parent) : QLabel(parent), session_(session) {
  setObjectName("muted");
  setToolTip(tr(
      "Device and threads of the run; processor time of this program (100 % is one core); free disk space"));
  cpuSeconds_ = secondsOf(CLOCK_PROCESS_CPUTIME_ID);
  wallSeconds_ = secondsOf(CLOCK_MONOTONIC);
  timer_.setInterval(2000);
  connect(&timer_, &QTimer::timeout, this, &MachineLabel::update);
  timer_.start();
}

void MachineLabel::update() {
  const double cpu = secondsOf(CLOCK_PROCESS_CPUTIME_ID), wall = secondsOf(CLOCK_MONOTONIC);
  const int percent = static_cast<int>(100 * (cpu - cpuSeconds_) / (wall - wallSeconds_) + 0.5);
  cpuSeconds_ = cpu;
  wallSeconds_ = wall;
  QStringList parts;
  if (session_.isLive() && !session_.progress().device.isEmpty()) {
    parts << tr("%1, %2 threads").arg(session_.progress().device).arg(session_.progress().threads);
  }
  parts << tr("CPU %1 %").arg(percent);
  if (session_.hasProject()) {
    std::error_code problem;
    const auto space =
        std::filesystem::space(QFileInfo(session_.projectFile()).absolutePath().toStdString(), problem);
    if (!problem)
      parts
          << tr("disk %1 free").arg(QString::fromStdString(bytesText(static_cast<double>(space.available))));
  }
  setText(parts.join(QStringLiteral("   |   ")) + " ");
}

}  // namespace uada

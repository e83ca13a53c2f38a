#include "widgets/panels/MachineLabel.h"

#include <cmath>

#include "core/base/Text.h"
#include "widgets/session/Session.h"

namespace uada {

/// "12.4 of 80.0 GB".
static QString shareText(double used, double total) {
  constexpr double kGB = 1e9;
  return QObject::tr("%1 of %2 GB").arg(used / kGB, 0, 'f', 1).arg(total / kGB, 0, 'f', 1);
}

QString gpuText(const GpuLoad& gpu) {
  QStringList parts;
  const auto add = [&](double value, const QString& unit) {
    if (!std::isnan(value)) parts << QStringLiteral("%1 %2").arg(value, 0, 'f', 0).arg(unit);
  };
  add(gpu.percent, QStringLiteral("%"));
  if (!std::isnan(gpu.used) && !std::isnan(gpu.total)) parts << shareText(gpu.used, gpu.total);
  add(gpu.watts, QStringLiteral("W"));
  add(gpu.celsius, QStringLiteral("°C"));
  if (gpu.isThrottled())
    parts << QObject::tr("clock held down: %1").arg(QString::fromStdString(gpu.throttle));
  return parts.isEmpty() ? QObject::tr("no numbers") : parts.join(", ");
}

MachineLabel::MachineLabel(Session& session, QWidget* parent)
    : QPushButton(parent), session_(session), watch_(MachineWatch::of(session)) {
  setObjectName("machineLine");
  setFlat(true);
  setFocusPolicy(Qt::TabFocus);
  setMinimumWidth(1);  // a narrow window cuts it, and stays narrow
  setAccessibleName(tr("Load of the machine"));
  setToolTip(tr("Load of the machine: open it over time"));
  connect(&watch_, &MachineWatch::read, this, &MachineLabel::show);
}

void MachineLabel::show() {
  const MachineReading& reading = watch_.readings().back();
  QStringList parts;
  if (session_.isLive() && !session_.progress().device.isEmpty())
    parts << tr("%1, %2 threads").arg(session_.progress().device).arg(session_.progress().threads);
  QStringList names;
  for (std::size_t i = 0; i < reading.gpus.size(); ++i) {
    names << QString::fromStdString(reading.gpus[i].name);
    parts << tr("GPU%1 %2")
                 .arg(reading.gpus.size() > 1 ? QString::number(i) : QString(), gpuText(reading.gpus[i]));
  }
  parts << tr("CPU %1 %").arg(reading.programPercent, 0, 'f', 0);
  if (reading.memory.total > 0)
    parts << tr("memory %1")
                 .arg(shareText(static_cast<double>(reading.memory.used),
                                static_cast<double>(reading.memory.total)));
  if (!std::isnan(reading.diskFree))
    parts << tr("disk %1 free").arg(QString::fromStdString(bytesText(reading.diskFree)));
  setText(parts.join(QStringLiteral("   |   ")));
  setToolTip(
      tr("Device and threads of the run; GPU: %1; processor time of this program (100 % is one core); memory "
         "used on this machine, %2 by this program; free disk space of the project. Click: over time")
          .arg(reading.gpus.empty() ? watch_.whyNoGpu() : names.join(", "),
               QString::fromStdString(bytesText(static_cast<double>(reading.memory.program)))));
}

}  // namespace uada

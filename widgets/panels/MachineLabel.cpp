#include "widgets/panels/MachineLabel.h"

#include "core/base/Text.h"
#include "widgets/session/Session.h"

namespace uada {

/// "12.4 of 80.0 GB".
static QString shareText(std::uint64_t used, std::uint64_t total) {
  constexpr double kGB = 1e9;
  return QObject::tr("%1 of %2 GB")
      .arg(static_cast<double>(used) / kGB, 0, 'f', 1)
      .arg(static_cast<double>(total) / kGB, 0, 'f', 1);
}

QString gpuText(const GpuLoad& gpu) {
  QStringList parts;
  if (gpu.percent) parts << QObject::tr("%1 %").arg(*gpu.percent);
  if (gpu.used && gpu.total) parts << shareText(*gpu.used, *gpu.total);
  if (gpu.watts) parts << QObject::tr("%1 W").arg(*gpu.watts);
  if (gpu.celsius) parts << QObject::tr("%1 °C").arg(*gpu.celsius);
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
    parts << tr("memory %1").arg(shareText(reading.memory.used, reading.memory.total));
  if (reading.diskFree >= 0)
    parts << tr("disk %1 free").arg(QString::fromStdString(bytesText(static_cast<double>(reading.diskFree))));
  setText(parts.join(QStringLiteral("   |   ")));
  setToolTip(
      tr("Device and threads of the run; GPU: %1; processor time of this program (100 % is one core); memory "
         "used on this machine, %2 by this program; free disk space of the project. Click: over time")
          .arg(reading.gpus.empty() ? watch_.whyNoGpu() : names.join(", "),
               QString::fromStdString(bytesText(static_cast<double>(reading.memory.program)))));
}

}  // namespace uada

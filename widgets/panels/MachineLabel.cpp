#include "widgets/panels/MachineLabel.h"

#include <time.h>

#include <QFileInfo>
#include <chrono>
#include <filesystem>

#include "core/base/Text.h"
#include "widgets/session/Session.h"

namespace uada {

static double secondsOf(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

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

MachineLabel::MachineLabel(const Session& session, QWidget* parent, std::string nvml)
    : QLabel(parent), session_(session) {
  setObjectName("muted");
  setMinimumWidth(1);  // a narrow window cuts it, and stays narrow
  setAccessibleName(tr("Load of the machine"));
  cpuSeconds_ = secondsOf(CLOCK_PROCESS_CPUTIME_ID);
  wallSeconds_ = secondsOf(CLOCK_MONOTONIC);
  reader_ = std::jthread([this, nvml = std::move(nvml)](const std::stop_token& stop) { watch(stop, nvml); });
}

MachineLabel::~MachineLabel() {
  reader_.request_stop();
  if (reader_.joinable()) reader_.join();
}

void MachineLabel::watch(const std::stop_token& stop, const std::string& nvml) {
  using namespace std::chrono_literals;
  const Nvml gpus(nvml.c_str());
  std::condition_variable_any wake;
  while (true) {
    std::unique_lock lock(mutex_);
    wake.wait_for(lock, stop, 2s, [] { return false; });
    if (stop.stop_requested()) return;
    const std::string folder = folder_;
    lock.unlock();
    Reading reading{readMemory(), gpus.read(), gpus.whyNot()};
    std::error_code problem;
    if (!folder.empty())
      if (const auto space = std::filesystem::space(folder, problem); !problem)
        reading.diskFree = static_cast<std::int64_t>(space.available);
    QMetaObject::invokeMethod(this, [this, reading] { show(reading); }, Qt::QueuedConnection);
  }
}

void MachineLabel::show(const Reading& reading) {
  const double cpu = secondsOf(CLOCK_PROCESS_CPUTIME_ID), wall = secondsOf(CLOCK_MONOTONIC);
  const int percent = static_cast<int>(100 * (cpu - cpuSeconds_) / (wall - wallSeconds_) + 0.5);
  cpuSeconds_ = cpu;
  wallSeconds_ = wall;
  {
    const std::lock_guard lock(mutex_);
    folder_ = session_.hasProject() ? QFileInfo(session_.projectFile()).absolutePath().toStdString() : "";
  }
  QStringList parts;
  if (session_.isLive() && !session_.progress().device.isEmpty())
    parts << tr("%1, %2 threads").arg(session_.progress().device).arg(session_.progress().threads);
  QStringList names;
  for (std::size_t i = 0; i < reading.gpus.size(); ++i) {
    names << QString::fromStdString(reading.gpus[i].name);
    parts << tr("GPU%1 %2")
                 .arg(reading.gpus.size() > 1 ? QString::number(i) : QString(), gpuText(reading.gpus[i]));
  }
  parts << tr("CPU %1 %").arg(percent);
  if (reading.memory.total > 0)
    parts << tr("memory %1").arg(shareText(reading.memory.used, reading.memory.total));
  if (reading.diskFree >= 0)
    parts << tr("disk %1 free").arg(QString::fromStdString(bytesText(static_cast<double>(reading.diskFree))));
  setText(parts.join(QStringLiteral("   |   ")) + " ");
  setToolTip(
      tr("Device and threads of the run; GPU: %1; processor time of this program (100 % is one core); memory "
         "used on this machine, %2 by this program; free disk space of the project")
          .arg(reading.gpus.empty() ? QString::fromStdString(reading.whyNoGpu) : names.join(", "),
               QString::fromStdString(bytesText(static_cast<double>(reading.memory.program)))));
}

}  // namespace uada

#include "widgets/session/MachineWatch.h"

#include <QFileInfo>
#include <chrono>
#include <utility>

#include "core/base/Error.h"
#include "widgets/session/Session.h"

namespace uada {

MachineWatch& MachineWatch::of(Session& session) {
  if (auto* known = session.findChild<MachineWatch*>()) return *known;
  return *new MachineWatch(session);
}

MachineWatch::MachineWatch(Session& session, std::string nvml) : QObject(&session), session_(session) {
  // The top of the thread: the one place where its errors are caught.
  reader_ = std::jthread([this, nvml = std::move(nvml)](const std::stop_token& stop) {
    try {
      watch(stop, nvml);
    } catch (const std::exception& error) {
      const QString why = QString::fromStdString(problemText(error, "the view of the machine"));
      QMetaObject::invokeMethod(this, [this, why] { Q_EMIT session_.problem(why); }, Qt::QueuedConnection);
    }
  });
}

MachineWatch::~MachineWatch() {
  reader_.request_stop();
  if (reader_.joinable()) reader_.join();
}

void MachineWatch::watch(const std::stop_token& stop, const std::string& nvml) {
  using namespace std::chrono_literals;
  const Nvml gpus(nvml.c_str());
  std::condition_variable_any wake;
  MachineMeter meter;
  while (true) {
    std::unique_lock lock(mutex_);
    wake.wait_for(lock, stop, 1s, [] { return false; });
    if (stop.stop_requested()) return;
    const std::string folder = folder_;
    lock.unlock();
    MachineReading reading = meter.look(folder);
    reading.gpus = gpus.read();
    QMetaObject::invokeMethod(
        this, [this, reading, why = gpus.whyNot()] { take(reading, why); }, Qt::QueuedConnection);
  }
}

void MachineWatch::take(MachineReading reading, const std::string& whyNoGpu) {
  {
    const std::lock_guard lock(mutex_);
    folder_ = session_.hasProject() ? QFileInfo(session_.projectFile()).absolutePath().toStdString() : "";
  }
  whyNoGpu_ = QString::fromStdString(whyNoGpu);
  readings_.push_back(std::move(reading));
  if (readings_.size() > kKept) readings_.pop_front();
  Q_EMIT read();
}

}  // namespace uada

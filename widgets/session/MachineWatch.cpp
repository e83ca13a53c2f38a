#include "widgets/session/MachineWatch.h"

#include <QFileInfo>
#include <chrono>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "core/base/Error.h"
#include "widgets/session/Session.h"

namespace uada {

namespace {

/// What grows while the machine works, at one look.
struct Counters {
  double time = 0, program = 0;   ///< seconds
  std::optional<double> machine;  ///< seconds of all cores
  std::optional<double> written;  ///< bytes
};

Counters readCounters() { return {steadySeconds(), programSeconds(), machineSeconds(), bytesWritten()}; }

MachineReading between(const Counters& last, const Counters& now) {
  const double span = now.time - last.time;
  const auto rate = [&](const std::optional<double>& from, const std::optional<double>& to) {
    return from && to ? (*to - *from) / span : std::numeric_limits<double>::quiet_NaN();
  };
  MachineReading reading;
  reading.time = now.time;
  reading.programPercent = 100 * rate(last.program, now.program);
  reading.machinePercent = 100 * rate(last.machine, now.machine);
  reading.written = rate(last.written, now.written);
  return reading;
}

}  // namespace

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
  Counters last = readCounters();
  while (true) {
    std::unique_lock lock(mutex_);
    wake.wait_for(lock, stop, 1s, [] { return false; });
    if (stop.stop_requested()) return;
    const std::string folder = folder_;
    lock.unlock();
    const Counters now = readCounters();
    MachineReading reading = between(std::exchange(last, now), now);
    reading.cores = static_cast<int>(std::thread::hardware_concurrency());
    reading.memory = readMemory();
    reading.gpus = gpus.read();
    std::error_code problem;
    if (!folder.empty())
      if (const auto space = std::filesystem::space(folder, problem); !problem)
        reading.diskFree = static_cast<std::int64_t>(space.available);
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

#include "widgets/session/MachineWatch.h"

#include <QFileInfo>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "core/base/Error.h"
#include "widgets/session/Session.h"
#include "widgets/session/WayBack.h"

namespace uada {

/// What the watch and its thread have in common: the thread may outlive the watch.
struct MachineWatch::Shared {
  explicit Shared(MachineWatch* watch) : to(watch), back(watch) {}
  MachineWatch* const to;  ///< the GUI thread's
  WayBack back;
  std::mutex mutex;
  std::string folder;  ///< whose disk is told; empty: none
};

MachineWatch& MachineWatch::of(Session& session) {
  if (auto* known = session.findChild<MachineWatch*>()) return *known;
  return *new MachineWatch(session);
}

MachineWatch::MachineWatch(Session& session, const std::string& nvml)
    : QObject(&session),
      session_(session),
      shared_(std::make_shared<Shared>(this)),
      // The top of the thread: the one place where its errors are caught.
      reader_([shared = shared_, nvml](const std::stop_token& stop) {
        try {
          watch(*shared, nvml, stop);
        } catch (const std::exception& error) {
          const QString why = QString::fromStdString(problemText(error, "the view of the machine"));
          shared->back.post([to = shared->to, why] { Q_EMIT to->session_.problem(why); });
        }
      }) {}

MachineWatch::~MachineWatch() { shared_->back.close(); }

void MachineWatch::watch(Shared& shared, const std::string& nvml, const std::stop_token& stop) {
  using namespace std::chrono_literals;
  const Nvml gpus(nvml.c_str());
  std::condition_variable_any wake;
  MachineMeter meter;
  while (true) {
    std::unique_lock lock(shared.mutex);
    wake.wait_for(lock, stop, 1s, [] { return false; });
    if (stop.stop_requested()) return;
    const std::string folder = shared.folder;
    lock.unlock();
    MachineReading reading = meter.look(folder);
    reading.gpus = gpus.read();
    shared.back.post([to = shared.to, reading, why = gpus.whyNot()] { to->take(reading, why); });
  }
}

void MachineWatch::take(MachineReading reading, const std::string& whyNoGpu) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->folder =
        session_.hasProject() ? QFileInfo(session_.projectFile()).absolutePath().toStdString() : "";
  }
  whyNoGpu_ = QString::fromStdString(whyNoGpu);
  readings_.push_back(std::move(reading));
  if (readings_.size() > kKept) readings_.pop_front();
  Q_EMIT read();
}

}  // namespace uada

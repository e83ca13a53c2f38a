#pragma once

#include <vector>

#include "widgets/session/EngineWork.h"

namespace uada {

/// Asks the engine, which may have to be loaded for it, what devices there are. GUI thread.
class DeviceSearch : public EngineWork {
  Q_OBJECT
 public:
  explicit DeviceSearch(EngineProvider engine) : EngineWork(std::move(engine), "the search for devices") {
    begin();
  }
  ~DeviceSearch() override { stopAndWait(); }

 Q_SIGNALS:
  /// Also what cannot be used; empty: the engine is not there.
  void found(const std::vector<uada::DeviceInfo>& devices);

 private:
  void perform(Engine& engine) override { devices_ = engine.devices(); }
  void finish(const QString&) override { Q_EMIT found(devices_); }

  std::vector<DeviceInfo> devices_;
};

}  // namespace uada

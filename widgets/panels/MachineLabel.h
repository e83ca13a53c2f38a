#pragma once

#include <QPushButton>

#include "widgets/session/MachineWatch.h"

namespace uada {

class Session;

/// "81 %" and "12.4 of 80.0 GB, 310 W" of a GPU, with what its driver tells.
QString gpuText(const GpuLoad& gpu);

/// "cpu, 2 threads | GPU 81 %, 12.4 of 80.0 GB | CPU 140 % | memory 3.1 of 24.0 GB | disk 71 GB free" in the
/// status bar, once a second. A click is to show it over time.
class MachineLabel : public QPushButton {
  Q_OBJECT
 public:
  explicit MachineLabel(Session& session, QWidget* parent = nullptr);

 private:
  void show();

  Session& session_;
  const MachineWatch& watch_;
};

}  // namespace uada

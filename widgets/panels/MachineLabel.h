#pragma once

#include <QLabel>
#include <QTimer>

namespace uada {

class Session;

/// "cpu, 2 threads | CPU 140 % | disk 71 GB free" in the status bar, every two seconds.
class MachineLabel : public QLabel {
  Q_OBJECT
 public:
  explicit MachineLabel(const Session& session, QWidget* parent = nullptr);

 private:
  void update();
  const Session& session_;
  QTimer timer_;
  double cpuSeconds_ = 0;  ///< of this process, at the last look
  double wallSeconds_ = 0;
};

}  // namespace uada

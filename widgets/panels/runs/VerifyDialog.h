#pragma once

#include <QDialog>

#include "widgets/session/Workbench.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace uada {

class Verifying;

/// Trains steps of a run again and says whether they come out equal to the last bit; the run keeps what came
/// out. GUI thread.
class VerifyDialog : public QDialog {
  Q_OBJECT
 public:
  VerifyDialog(const Workbench& workbench, qint64 run, QWidget* parent = nullptr);

 private:
  void layOut();
  void begin();
  void follow(const Verifying& live);
  void refresh();
  void tellLast();

  const Workbench& workbench_;
  const qint64 run_;
  QLabel* state_;
  QProgressBar* progress_;
  QSpinBox* steps_;
  QPushButton *verify_, *cancel_;
};

}  // namespace uada

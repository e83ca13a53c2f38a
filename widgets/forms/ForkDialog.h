#pragma once

#include <QDialog>
#include <optional>
#include <vector>

#include "core/store/Records.h"
#include "widgets/session/Workbench.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace uada {

class ChangesForm;

/// Asks from which checkpoint of a run a new one is to go on, and with which other settings, and starts it.
/// Says in words what a fork keeps, and what is wrong with a setting. GUI thread.
class ForkDialog : public QDialog {
  Q_OBJECT
 public:
  /// What is known of the run.
  struct Known {
    RunDetail run;
    std::vector<PolicyFile> policies;  ///< of the project
  };
  ForkDialog(const Workbench& workbench, Known known, QWidget* parent = nullptr);

 private:
  void addCheckpoints();
  const CheckpointReport* chosen() const;
  RunConfig before() const;
  std::vector<std::string> sets() const;
  void refresh();
  void fork();

  const Workbench& workbench_;
  const Known known_;
  std::vector<CheckpointReport> checkpoints_;  ///< whose files are there, the newest first
  QComboBox* from_ = nullptr;
  ChangesForm* form_ = nullptr;
  QLabel* problem_ = nullptr;
  QPushButton* fork_ = nullptr;
};

/// Reads what is known of a run, and shows the dialogue.
void openForkDialog(const Workbench& workbench, qint64 run, QWidget* parent);

}  // namespace uada

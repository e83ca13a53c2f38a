#pragma once

#include <QDialog>

#include "core/config/RunConfig.h"
#include "widgets/session/Workbench.h"

class QLabel;
class QPushButton;

namespace uada {

class ChangesForm;

/// Gives settings of the run that trains other values, from its next step on. Says what that means. GUI
/// thread.
class EditDialog : public QDialog {
  Q_OBJECT
 public:
  /// config  of the run that trains, with the edits that were made
  EditDialog(const Workbench& workbench, RunConfig config, QWidget* parent = nullptr);

 private:
  void refresh();
  void change();

  const Workbench& workbench_;
  const RunConfig config_;
  const qint64 run_;
  ChangesForm* form_ = nullptr;
  QLabel* problem_ = nullptr;
  QPushButton* change_ = nullptr;
};

/// Reads the settings of the run that trains, and shows the dialogue.
void openEditDialog(const Workbench& workbench, QWidget* parent);

}  // namespace uada

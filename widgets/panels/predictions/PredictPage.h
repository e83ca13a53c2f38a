#pragma once

#include <QWidget>

#include "widgets/panels/predictions/FindPredictions.h"
#include "widgets/session/Workbench.h"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QVBoxLayout;

namespace uada {

/// What will appear in the view, what is missing for it, and the choice of what is to be predicted.
class PredictPage : public QWidget {
  Q_OBJECT
 public:
  explicit PredictPage(const Workbench& workbench, QWidget* parent = nullptr);

  /// run      null: none is selected
  /// problem  why the predictions that are there cannot be shown; may be empty
  void show(const PredictableRun* run, const QString& problem);
  using QWidget::show;

 Q_SIGNALS:
  void backWanted();  ///< to the predictions that are there

 private:
  QWidget* makeForm();
  void refresh();
  void predict();
  /// Why nothing can be predicted now; empty: it can.
  QString hindrance() const;

  const Workbench& workbench_;
  PredictableRun run_;
  bool hasRun_ = false;
  QLabel *how_ = nullptr, *problem_ = nullptr, *state_ = nullptr;
  QWidget *form_ = nullptr, *progressRow_ = nullptr;
  QComboBox *split_ = nullptr, *checkpoint_ = nullptr;
  QSpinBox* limit_ = nullptr;
  QPushButton *predict_ = nullptr, *cancel_ = nullptr, *back_ = nullptr;
  QProgressBar* progress_ = nullptr;
};

}  // namespace uada

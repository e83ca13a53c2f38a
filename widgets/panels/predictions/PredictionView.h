#pragma once

#include <QWidget>

#include "widgets/session/Background.h"
#include "widgets/panels/predictions/PredictionSet.h"

namespace uada {

class Theme;

/// What shows the predictions of one task. What it needs is read in the background.
class PredictionView : public QWidget {
  Q_OBJECT
 public:
  PredictionView(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {}

  /// Replaces what is shown; null: nothing is.
  virtual void show(const Predictions& set) = 0;
  using QWidget::show;
  virtual void step(int /*by*/) {}  ///< to another sample
  /// Whether what is to be seen is still being read; what only orders the samples does not count.
  virtual bool isReading() const = 0;

 Q_SIGNALS:
  void failed(const QString& why);

 protected:
  const Theme& theme_;
};

/// The view of the task with these targets.
PredictionView* makePredictionView(TargetKind kind, const Theme& theme, QWidget* parent);

}  // namespace uada

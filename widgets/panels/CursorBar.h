#pragma once

#include <QFrame>

#include "widgets/session/Workbench.h"

class QCheckBox;
class QLabel;
class QSlider;
class QSpinBox;
class QToolButton;

namespace uada {

/// The one step cursor under the views: steps of the selected run; "follow live" keeps it at the end.
class CursorBar : public QFrame {
  Q_OBJECT
 public:
  explicit CursorBar(const Workbench& workbench, QWidget* parent = nullptr);

 public Q_SLOTS:
  void previousReport() { move(-1); }
  void nextReport() { move(1); }
  void previousEpoch() { moveEpoch(-1); }
  void nextEpoch() { moveEpoch(1); }

 private:
  QToolButton* button(const QString& icon, const QString& help);
  void move(int reports);
  void moveEpoch(int direction);
  void update();

  const Workbench& workbench_;
  QSlider* slider_;
  QSpinBox* step_;
  QLabel* label_;
  QCheckBox* follow_;
};

}  // namespace uada

#pragma once

#include <QFrame>
#include <QTimer>
#include <functional>

class QLabel;

namespace uada {

struct Workbench;

/// A line that says what was done and takes it back, for some seconds.
class UndoBar : public QFrame {
  Q_OBJECT
 public:
  explicit UndoBar(const Workbench& workbench, QWidget* parent = nullptr);

 private:
  void offer(const QString& what, const std::function<void()>& undo);
  QLabel* text_;
  QTimer away_;
  std::function<void()> undo_;
};

}  // namespace uada

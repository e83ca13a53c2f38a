#pragma once

#include <QTreeView>

namespace uada {

/// The list of runs as a tree, whose first column is ticked without being selected, and whose second, the
/// name, takes the room that the others leave.
class RunsView : public QTreeView {
  Q_OBJECT
 public:
  explicit RunsView(QWidget* parent = nullptr);
  /// After columns came or went.
  void fitName();
  /// After any cells have changed.
  void refreshCells();

 Q_SIGNALS:
  void squareClicked(const QModelIndex& index);

 protected:
  void mousePressEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  bool isOnSquare(const QMouseEvent& event) const;
};

}  // namespace uada

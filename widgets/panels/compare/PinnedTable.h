#pragma once

#include <QTableView>

namespace uada {

/// A table whose first column stays in sight while the others scroll. GUI thread.
class PinnedTable : public QTableView {
  Q_OBJECT
 public:
  explicit PinnedTable(QWidget* parent = nullptr);
  /// After columns or their widths have changed.
  void pin();
  void setModel(QAbstractItemModel* model) override;

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void place();

  QTableView* pinned_;  ///< lies above the first column, and shows that alone
};

}  // namespace uada

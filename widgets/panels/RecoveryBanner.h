#pragma once

#include <QWidget>
#include <vector>

#include "widgets/session/Workbench.h"

class QLabel;
class QPushButton;

namespace uada {

/// The bar over the views that names runs whose program ended without a word, and what can be done with them.
class RecoveryBanner : public QWidget {
  Q_OBJECT
 public:
  explicit RecoveryBanner(const Workbench& workbench, QWidget* parent = nullptr);

 private:
  void update();
  std::vector<qint64> interrupted() const;
  void keep();
  void guarded(const std::function<void()>& action);

  const Workbench& workbench_;
  QLabel *title_, *text_;
  QPushButton* resume_;
};

}  // namespace uada

#pragma once

#include <QStringList>
#include <QWidget>

#include "widgets/session/Workbench.h"

class QLabel;
class QPushButton;

namespace uada {

/// The first page: three big choices, and projects opened before.
class StartPage : public QWidget {
  Q_OBJECT
 public:
  explicit StartPage(const Workbench& workbench, const QStringList& recent, QWidget* parent = nullptr);

 Q_SIGNALS:
  void demoWanted();
  void newRunWanted();
  void openWanted();
  void projectWanted(const QString& file);
};

/// The bar over the views that says what went wrong and what to do.
class Banner : public QWidget {
  Q_OBJECT
 public:
  explicit Banner(const Workbench& workbench, QWidget* parent = nullptr);

 private:
  void showState();
  void showProblem(const QString& text);
  QLabel* title_;
  QLabel* text_;
  QPushButton* resume_;
  QPushButton* halve_;
  const Workbench& workbench_;
};

}  // namespace uada

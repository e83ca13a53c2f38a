#pragma once

#include <QWidget>

#include "widgets/forms/RunPlan.h"

class QLabel;

namespace uada {

class Theme;

/// Step "cost" of a new run: what it will take, in numbers side by side.
class CostStrip : public QWidget {
 public:
  explicit CostStrip(const Theme& theme, QWidget* parent = nullptr);
  void show(const PlanCost& cost);
  using QWidget::show;
  /// Nothing can be said: why.
  void showUnknown(const QString& why);

 private:
  QLabel* addNumber(const QString& title, const QString& help, const char* name);

  const Theme& theme_;
  QLabel *steps_, *equivalents_, *relative_, *parameters_, *time_, *disk_, *note_;
};

}  // namespace uada

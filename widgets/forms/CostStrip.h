#pragma once

#include <QStringList>
#include <QWidget>

#include "widgets/forms/RunPlan.h"

class QGridLayout;
class QLabel;
class QProgressBar;
class QPushButton;

namespace uada {

class Theme;

/// Step "cost" of a new run: what it will take, in numbers side by side, and a button that times it.
class CostStrip : public QWidget {
  Q_OBJECT
 public:
  explicit CostStrip(const Theme& theme, QWidget* parent = nullptr);
  void show(const PlanCost& cost);
  using QWidget::show;
  /// Nothing can be said: why.
  void showUnknown(const QString& why);
  /// whyNot  the steps cannot be timed now; empty: they can
  void allowTiming(const QString& whyNot);
  /// What is being timed, and how far that is, 0 ... 1.
  void showTiming(const QString& text, double share);
  void endTiming();

 Q_SIGNALS:
  void timingWanted();
  void cancelWanted();

 private:
  QLabel* addNumber(const QString& title, const QString& help, const char* name);

  const Theme& theme_;
  QWidget* makeTiming();
  void tell(const QStringList& parts);

  QGridLayout* grid_ = nullptr;
  QLabel *runs_, *steps_, *equivalents_, *relative_, *parameters_, *time_, *disk_, *note_;
  QWidget* timing_;  ///< shown while steps are timed
  QLabel* timingText_;
  QProgressBar* progress_;
  QPushButton* timeIt_;
};

}  // namespace uada

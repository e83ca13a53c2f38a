#pragma once

#include <QWidget>

#include "core/config/Sweep.h"

class QComboBox;
class QLabel;
class QLineEdit;

namespace uada {

class Theme;

/// How the values of swept fields come together: every combination, or so many random draws.
class SweepBar : public QWidget {
  Q_OBJECT
 public:
  explicit SweepBar(const Theme& theme, QWidget* parent = nullptr);

  bool isDrawn() const;
  /// How many draws and their seed, into the experiment's "sweep"; nothing for every combination. Throws
  /// UsageError.
  void write(Json& sweep) const;
  void show(const Sweep& sweep);
  using QWidget::show;
  /// Why it cannot be written; empty: it can.
  QString problem() const;
  QWidget* place() const;

  Json state() const;
  void setState(const Json& state);

 Q_SIGNALS:
  void edited();

 private:
  void change();

  QComboBox* how_;
  QWidget* random_;
  QLineEdit *draws_, *seed_;
  QLabel *hint_, *problem_;
};

}  // namespace uada

#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QToolButton;

namespace uada {

class Theme;

/// The SHA-256 of the pixels that are shown, to be copied, and whether it equals another.
class HashLine : public QWidget {
 public:
  explicit HashLine(const Theme& theme, QWidget* parent = nullptr);

  void setHash(const QString& digits);  ///< empty: there are none
  QString hash() const;
  void setExpected(const QString& digits);

 private:
  void compare();

  const Theme& theme_;
  QLineEdit *hash_, *expected_;
  QLabel* state_;
  QToolButton* copy_;
};

}  // namespace uada

#pragma once

#include <QWidget>
#include <functional>

class QLabel;
class QPushButton;

namespace uada {

class FlowLayout;
class Theme;

/// Buttons for what a new run can start from, and a word on what it was.
class StartRow : public QWidget {
 public:
  explicit StartRow(const Theme& theme, QWidget* parent = nullptr);
  /// name  the button's object name
  QPushButton* add(const char* name, const QString& title, const QString& help, std::function<void()> start);
  /// Stays behind all others.
  void keepLast(QPushButton* button) { last_ = button; }
  void say(const QString& text);

 private:
  FlowLayout* row_;
  QLabel* note_;
  QPushButton* last_ = nullptr;
};

}  // namespace uada

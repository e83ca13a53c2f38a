#pragma once

#include <QString>
#include <vector>

class QFrame;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QToolButton;
class QVBoxLayout;
class QWidget;

namespace uada {

class Theme;

/// The frame of a bar over the views: an icon, words, and buttons on their right.
struct BannerFrame {
  /// bar  gets the frame as its whole content
  explicit BannerFrame(QWidget& bar);
  void add(const std::vector<QPushButton*>& buttons);
  /// A cross at the end, which closes the bar.
  QToolButton* addClose(const Theme& theme);

  QFrame* frame;
  QLabel* icon;
  QVBoxLayout* words;
  static constexpr int kIcon = 24;  ///< pixels

 private:
  QHBoxLayout* row_;
};

}  // namespace uada

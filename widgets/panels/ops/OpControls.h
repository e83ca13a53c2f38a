#pragma once

#include <QColor>
#include <QDoubleSpinBox>
#include <QIcon>
#include <QString>
#include <functional>
#include <initializer_list>

#include "widgets/panels/ops/OpsModel.h"

class QComboBox;
class QMenu;
class QPoint;
class QSpinBox;

namespace uada {

class Theme;

// Parts and words of the op explorer.

constexpr int kFineSteps = 200;  ///< of a slider over a range without whole levels

/// The ops under their groups; data: index into ops(), tool tip: source rule and properties.
void fillOpCombo(QComboBox& combo, const Theme& theme);
/// "No grid: raw value" (data -1), then every grid.
void fillGridCombo(QComboBox& combo);

/// A number without trailing zeros, as it was typed or with the digits of a caption. Its minimum stands for
/// no number.
class PlainSpin : public QDoubleSpinBox {
 public:
  explicit PlainSpin(QWidget* parent);
  /// Shown with four significant digits; the value keeps its own until another number is typed. Counts from
  /// the next setValue() on.
  void setRounded(bool rounded) { rounded_ = rounded; }
  QString textFromValue(double value) const override;
  double valueFromText(const QString& text) const override;
  /// From no number to 0.
  void stepBy(int steps) override;

 private:
  bool rounded_ = false;
};
/// "20 degrees", "factor 1.6": the unit before or behind the number, as people say it.
void showUnit(QDoubleSpinBox& spin, const Op& op);
/// A share of width or height, [0, 1).
QDoubleSpinBox* shareSpin(const char* name, QWidget* parent);

/// A whole number that counts once it is typed to the end.
QSpinBox* numberSpin(const char* name, int least, int most, int value, QWidget* parent);
/// Colours of what lies outside an image.
/// shown   the colour now
/// choose  called with the new one; none: as the grid's code has it
QMenu* fillMenu(const Theme& theme, QWidget* parent, const std::function<QColor()>& shown,
                const std::function<void(std::optional<std::array<std::uint8_t, 3>>)>& choose);

/// Widgets that stay side by side.
QWidget* together(std::initializer_list<QWidget*> widgets);
/// The widget behind a quiet label that it is the buddy of.
QWidget* labelled(const QString& text, QWidget* widget);
QColor colourOf(const std::array<std::uint8_t, 3>& rgb);
std::array<std::uint8_t, 3> bytesOf(const QColor& colour);
QIcon colourIcon(const Theme& theme, const QColor& colour);

/// "level 6 of 9", "share 0.43", "typed"; free: the slider is the raw value.
QString levelText(const OpSetting& setting, bool free);
/// "34.1 % of the pixels, by 21 at most".
QString differenceText(const PixelDifference& difference);
/// "(12, 7)   131 44 9 → 120 40 2".
QString pixelText(const QPoint& pixel, const Image& before, const Image& after);

}  // namespace uada

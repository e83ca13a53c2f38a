#pragma once

#include <QColor>
#include <QIcon>
#include <QPalette>
#include <QString>
#include <QVector>

namespace uada {

/// Colours and icons, from resources/palette.json alone. A value made in main before any widget.
class Theme {
 public:
  enum class Kind { light, dark };
  /// follows the desktop's own palette
  static Kind preferred();
  explicit Theme(Kind kind = preferred());

  Kind kind() const { return kind_; }
  /// Sets the application's palette and style sheet.
  void apply() const;

  /// By name: window, base, text, muted, accent, accentText, border, grid, good, warning, bad, banner. Throws
  /// Error for another name.
  QColor colour(const QString& name) const;
  /// Of a group of runs. The first ones are Okabe and Ito's; the others are held apart by CIEDE2000 from one
  /// another, from those and from the background, in an order that never changes; after kMostColours they
  /// come again.
  /// index  from 0
  QColor groupColour(int index) const;
  /// Of a run in its group: the first seed has the group's colour, the others are shades of it, up to
  /// kMostShades; then they come again.
  /// place  in its group, from 0
  QColor seedColour(int index, int place) const;
  static constexpr int kMostColours = 64, kMostShades = 7;
  /// Categorical colours for groups and cost parts: index modulo their number.
  QColor category(int index) const;
  /// resources/icons/NAME.svg in the text colour (or the given one).
  QIcon icon(const QString& name, const QColor& colour = {}) const;

 private:
  Kind kind_;
  QVector<std::pair<QString, QColor>> colours_;
  QVector<QColor> categories_;
  QVector<QColor> groups_;  ///< kMostColours
};

constexpr int kGrid = 8;        ///< pixels; margins and spacings are multiples
constexpr int kRowHeight = 24;  ///< pixels of a table's row

}  // namespace uada

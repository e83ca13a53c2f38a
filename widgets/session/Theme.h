#pragma once

#include <QColor>
#include <QIcon>
#include <QPalette>
#include <QString>
#include <QVector>
#include <string>

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
  /// Of the run with that number and key: Okabe-Ito order for the first seven runs of a project, then by
  /// hash.
  QColor runColour(qint64 run, const std::string& key) const;
  /// Categorical colours for groups and cost parts: index modulo their number.
  QColor category(int index) const;
  /// resources/icons/NAME.svg in the text colour (or the given one).
  QIcon icon(const QString& name, const QColor& colour = {}) const;

 private:
  Kind kind_;
  QVector<std::pair<QString, QColor>> colours_;
  QVector<QColor> runs_, categories_;
};

constexpr int kGrid = 8;        ///< pixels; margins and spacings are multiples
constexpr int kRowHeight = 24;  ///< pixels of a table's row

}  // namespace uada

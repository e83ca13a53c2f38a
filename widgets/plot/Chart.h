#pragma once

#include <QByteArray>
#include <QSize>
#include <QString>

class QPainter;

namespace uada {

/// A widget that no Plot draws and that is exported as one: drawn anew at any size, and as numbers. Its
/// object name is the chart's on the command line. GUI thread.
class Chart {
 public:
  virtual ~Chart() = default;
  virtual QString chartName() const = 0;  ///< for people: "Time per step"
  virtual bool hasContent() const = 0;
  /// All that it shows, in the colours of paper, smaller where it would not fit. size  in pixels
  virtual void draw(QPainter& painter, QSize size) const = 0;
  /// CSV, every value.
  virtual QByteArray numbers() const = 0;
};

/// The kind is the file's ending, one of Plot::exportFilters(). Throws Error.
/// size  as Plot::exportTo() has it
void exportTo(const Chart& chart, const QString& file, QSize size);

}  // namespace uada

#pragma once

#include <QWidget>
#include <array>

#include "core/ops/Tables.h"

namespace uada {

class Theme;

using Histograms = std::array<Histogram, 3>;  ///< of each channel

/// How many pixels have each value, a strip a channel: the original as a line, the result filled. Linear; the
/// few highest bins are cut off, so that the others can be seen.
class HistogramView : public QWidget {
 public:
  explicit HistogramView(const Theme& theme, QWidget* parent = nullptr);

  void setHistograms(const Histograms& original, const Histograms& result);
  QSize sizeHint() const override { return {240, 200}; }
  QSize minimumSizeHint() const override { return {96, 96}; }
  /// "red 131: original 1,204 px, result 890 px"; empty beside the strips.
  QString readOut(const QPoint& at) const;

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;

 private:
  QRect strip(int channel) const;
  void drawChannel(QPainter& painter, int channel) const;

  const Theme& theme_;
  Histograms original_{}, result_{};
  QString pointed_;
};

}  // namespace uada

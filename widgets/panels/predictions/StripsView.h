#pragma once

#include <QRectF>
#include <QWidget>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "widgets/session/Background.h"
#include "widgets/panels/predictions/PredictionSet.h"
#include "widgets/panels/predictions/StripFigure.h"

class QLabel;
class QPushButton;
class QSpinBox;
class QComboBox;
class QStackedWidget;

namespace uada {

class SampleBar;
class Theme;

/// A sample of the strips and its rectangle, in shares of the picture's sides.
struct StripSample {
  std::uint32_t sample = 0;
  QRectF cut;
  friend bool operator==(const StripSample&, const StripSample&) = default;
};
/// Image, truth, and what each of the sets says of each sample. Throws Error.
/// sets  of the same images
StripFigure readStrips(const std::vector<Predictions>& sets, const std::vector<StripSample>& samples);

/// The figure on the screen, as wide as there is room. A rectangle that is drawn with the mouse on any
/// picture is the row's.
class StripsCanvas : public QWidget {
  Q_OBJECT
 public:
  explicit StripsCanvas(const Theme& theme, QWidget* parent = nullptr);
  void show(StripFigure figure);
  using QWidget::show;
  const StripFigure& figure() const { return figure_; }
  /// Where the picture lies in the widget.
  QRectF placeOf(int row, int column) const;

 Q_SIGNALS:
  void cutDrawn(int row, const QRectF& shares);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;

 private:
  void refit();
  const QImage& scaled(const StripPiece& piece, double ratio);
  QRectF drawnCut() const;

  const Theme& theme_;
  StripFigure figure_;
  StripLayout layout_;
  std::map<std::tuple<int, int>, QImage> scaled_;  ///< whole pictures, as they were painted last
  std::optional<StripPiece> pressed_;              ///< the picture on which a rectangle is being drawn
  QPointF from_, to_;
};

/// Strips as in a paper: image, truth and the predictions of several runs, with a rectangle that is enlarged.
class StripsView : public QWidget {
  Q_OBJECT
 public:
  StripsView(const Theme& theme, QWidget* parent = nullptr);

  /// Of the same images, the baseline first; empty: nothing to show. remark  what is missing; may be empty
  void show(std::vector<Predictions> sets, const QString& remark);
  using QWidget::show;
  void step(int by);
  bool isReading() const { return reading_.isBusy(); }
  const std::vector<StripSample>& samples() const { return samples_; }
  StripsCanvas& canvas() const { return *canvas_; }
  /// At the chosen width and scale. Throws Error.
  void save(const QString& file) const;

 Q_SIGNALS:
  void failed(const QString& why);

 private:
  QWidget* makeBar();
  void choose(std::uint32_t sample);
  void addRow();
  void removeRow();
  void clearCuts();
  void setCut(int row, const QRectF& shares);
  void ask();
  void exportNow();

  const Theme& theme_;
  std::vector<Predictions> sets_;
  std::vector<StripSample> samples_;  ///< the last one is that of the bar
  bool isAgain_ = false;
  SampleBar* bar_ = nullptr;
  QPushButton *add_ = nullptr, *remove_ = nullptr, *clear_ = nullptr, *export_ = nullptr;
  QSpinBox* width_ = nullptr;
  QComboBox* scale_ = nullptr;
  QLabel *hint_ = nullptr, *none_ = nullptr;
  QStackedWidget* pages_ = nullptr;
  StripsCanvas* canvas_ = nullptr;
  Background reading_;  ///< last: it stops before what it tells goes
};

}  // namespace uada

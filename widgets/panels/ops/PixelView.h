#pragma once

#include <QImage>
#include <QObject>
#include <QPointF>
#include <QWidget>
#include <functional>
#include <map>
#include <optional>

#include "core/images/Image.h"

class QMenu;

namespace uada {

class Theme;

/// Zoom, place and pointer that the views of equally large pictures share, so that they move as one. A zoom
/// is a whole number of screen pixels for a picture's pixel, or of picture pixels for one on the screen; only
/// where a picture is drawn smoothly, and is larger than the room, it is fitted to all of that. GUI thread.
class PixelZoom : public QObject {
  Q_OBJECT
 public:
  using QObject::QObject;

  /// Screen pixels for one of the picture: 3, 2, 1, 1/2, 1/3 ...
  double scale() const { return fraction_ > 0 ? fraction_ : step_ > 0 ? step_ : 1.0 / -step_; }
  QString text() const;                       ///< "3 ×", "1 : 2", "43 %"
  QPointF centre() const { return centre_; }  ///< what lies in the middle of a view, picture pixels
  std::optional<QPoint> pointed() const { return pointed_; }  ///< the picture's pixel under the pointer

  /// Another size of picture is fitted anew.
  void setPicture(QSize size, bool isSmooth = false);
  void setView(const QWidget* view, QSize size);
  void fit();
  /// steps  in or out; what lies at `at` (picture pixels) stays where it is
  void zoom(int steps, QPointF at);
  void moveBy(QPointF picturePixels);
  void point(std::optional<QPoint> pixel);

 Q_SIGNALS:
  void changed();

 private:
  void keepInside();

  int step_ = 1;         ///< n: n screen pixels a pixel; -n: one for n
  double fraction_ = 0;  ///< that a picture is fitted with, in place of the step below it; 0: none
  bool isSmooth_ = false;
  bool fitted_ = true;
  QSize picture_;
  QPointF centre_;
  std::map<const QWidget*, QSize> views_;
  std::optional<QPoint> pointed_;
};

/// A picture with crisp pixels under a caption. The wheel zooms at the pointer, dragging moves, a double
/// click fits; the keys plus, minus, 0 and the arrows do the same.
class PixelView : public QWidget {
  Q_OBJECT
 public:
  PixelView(const Theme& theme, PixelZoom& zoom, QWidget* parent = nullptr);

  void setPicture(Image image);
  /// One that is drawn smoothly where it is shown smaller than it is, in place of every nth pixel.
  void setPicture(QImage picture);
  /// The same, drawn in advance at the size of shownSize() or, where that is more, whole; of a picture of
  /// this size.
  /// makeWhole  draws all of it, to be copied and saved
  void setPicture(QImage shown, QSize whole, std::function<QImage()> makeWhole);
  const QImage& picture() const { return picture_; }
  /// Of a picture of that size on the screen, in the pixels of the screen; not more than it has.
  QSize shownSize(QSize whole) const;
  void setCaption(const QString& title, const QString& detail);
  QSize sizeHint() const override { return {240, 200}; }
  QSize minimumSizeHint() const override { return {96, 96}; }

 Q_SIGNALS:
  void clicked(const QPoint& pixel);  ///< of the picture
  void saveFailed(const QString& why);

 protected:
  bool event(QEvent* event) override;
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  /// Called with the picture drawn, and with clipping to where it may be.
  virtual void drawOver(QPainter&) const {}
  QPointF toPicture(QPointF place) const;
  QRectF onScreen(const QRectF& picturePixels) const;
  double scale() const { return zoom_.scale(); }

 private:
  void fillMenu(QMenu& menu);
  QRect area() const;
  QPoint corner() const;
  const QImage& scaledDown() const;
  void drawPicture(QPainter& painter) const;
  void savePicture();
  QImage wholePicture() const { return makeWhole_ ? makeWhole_() : picture_.copy(); }

  const Theme& theme_;
  PixelZoom& zoom_;
  Image image_;
  QImage picture_;                     ///< over its bytes, or its own
  QSize whole_;                        ///< of the picture; picture_ may be smaller
  std::function<QImage()> makeWhole_;  ///< null: picture_ is whole
  bool isSmooth_ = false;
  mutable QImage scaled_;  ///< as it was shown last, if it is smooth and smaller; empty: to be made
  QString title_, detail_;
  QPointF pressed_, last_;
  bool dragged_ = false;
};

}  // namespace uada

#pragma once

#include <QByteArray>
#include <QColor>
#include <QImage>
#include <QRectF>
#include <QString>
#include <QStringList>
#include <vector>

class QPainter;

namespace uada {

/// Pictures of one sample side by side, with what is inside a rectangle enlarged below each.
struct StripRow {
  QString name;                  ///< of the sample
  std::vector<QImage> pictures;  ///< one for each title, of one size
  QRectF cut;                    ///< in shares of a picture's sides, 0..1; empty: none
};
struct StripFigure {
  QStringList titles;
  std::vector<StripRow> rows;
  bool hasNames = false;  ///< of the samples, above their rows
  bool isEmpty() const { return rows.empty() || titles.isEmpty(); }
};

/// Where things stand in a figure, in units of 1/96 inch: pixels of an ordinary screen.
struct StripPiece {
  enum class Kind { picture, frame, text };
  Kind kind = Kind::picture;
  QRectF place;
  int row = 0, column = 0;  ///< of the picture
  QRectF source;            ///< pixels of the picture, whole ones
  QString text;
  bool isCut = false;  ///< of pictures: the enlarged part
};
struct StripLayout {
  QSizeF size;
  std::vector<StripPiece> pieces;
};
/// width  of the figure; columns are equally wide
StripLayout layOut(const StripFigure& figure, double width);

struct StripColours {
  QColor background = Qt::white, text = Qt::black, frame = QColor(0xff, 0xd4, 0x00);
};
/// Part of a picture in so many pixels: smoothly where it is made smaller, else with crisp pixels.
QImage scaledPart(const QImage& picture, const QRectF& source, QSize pixels);
/// ratio  pixels of the painter's device for a unit; 0: pictures are handed on with all their pixels
void paintStrips(QPainter& painter, const StripFigure& figure, const StripLayout& layout,
                 const StripColours& colours, double ratio);

/// The figure on white. scale: pixels for a unit. Throws Error for more than 100 million pixels.
QImage stripsPicture(const StripFigure& figure, double width, double scale);
QByteArray stripsPdf(const StripFigure& figure, double width);
/// With the pictures inside, as PNG.
QByteArray stripsSvg(const StripFigure& figure, double width);
/// By the file's ending: png, svg or pdf. Throws Error.
void saveStrips(const StripFigure& figure, double width, double scale, const QString& file);
QStringList stripFilters();

}  // namespace uada

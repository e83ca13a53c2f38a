#include "widgets/panels/predictions/StripFigure.h"

#include <QBuffer>
#include <QFont>
#include <QFontInfo>
#include <QObject>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/models/Saving.h"
#include "widgets/plot/Drawing.h"

namespace uada {
namespace {

constexpr double kGap = 6, kTitle = 22, kNameHeight = 18, kFrameWidth = 1.5;  // units
constexpr int kTextSize = 13;                                                 // of letters, units

QRectF partOf(const QRectF& whole, const QRectF& shares) {
  return {whole.left() + shares.left() * whole.width(), whole.top() + shares.top() * whole.height(),
          shares.width() * whole.width(), shares.height() * whole.height()};
}

/// The largest place of that shape in the middle of a room.
QRectF fitted(const QRectF& room, QSizeF shape) {
  QRectF place(QPointF(), shape.scaled(room.size(), Qt::KeepAspectRatio));
  place.moveCenter(room.center());
  place.moveTop(room.top());
  return place;
}

QFont textFont() {
  QFont font;
  font.setPixelSize(kTextSize);
  return font;
}

class LayOut {
 public:
  LayOut(const StripFigure& figure, double width) : figure_(figure), width_(width) {}

  StripLayout run() {
    const double columns = static_cast<double>(figure_.titles.size());
    side_ = (width_ - (columns + 1) * kGap) / columns;
    double top = kGap;
    for (int c = 0; c < figure_.titles.size(); ++c) text({left(c), top, side_, kTitle}, figure_.titles[c], c);
    top += kTitle;
    for (std::size_t r = 0; r < figure_.rows.size(); ++r) top = row(static_cast<int>(r), top);
    layout_.size = {width_, top};
    return layout_;
  }

 private:
  double left(int column) const { return kGap + column * (side_ + kGap); }
  void text(const QRectF& place, const QString& words, int column) {
    layout_.pieces.push_back({StripPiece::Kind::text, place, 0, column, {}, words, false});
  }
  void frame(const QRectF& place, int row, int column) {
    layout_.pieces.push_back({StripPiece::Kind::frame, place, row, column, {}, {}, false});
  }
  void picture(const QRectF& place, int row, int column, const QRectF& source, bool isCut) {
    layout_.pieces.push_back({StripPiece::Kind::picture, place, row, column, source, {}, isCut});
  }

  /// Returns where the next row begins.
  double row(int r, double top) {
    const StripRow& row = figure_.rows[static_cast<std::size_t>(r)];
    if (figure_.hasNames) {
      text({left(0), top, width_ - 2 * kGap, kNameHeight}, row.name, -1);
      top += kNameHeight;
    }
    double bottom = top;
    for (std::size_t c = 0; c < row.pictures.size(); ++c)
      bottom = std::max(bottom, cell(row, r, static_cast<int>(c), top));
    return bottom + kGap;
  }

  double cell(const StripRow& row, int r, int c, double top) {
    const QRectF pixels(row.pictures[static_cast<std::size_t>(c)].rect());
    if (pixels.isEmpty()) return top;
    const QRectF place(left(c), top, side_, side_ * pixels.height() / pixels.width());
    picture(place, r, c, pixels, false);
    if (row.cut.isEmpty()) return place.bottom();
    const QRectF source(partOf(pixels, row.cut).toAlignedRect().intersected(pixels.toRect()));
    frame(partOf(place, {source.x() / pixels.width(), source.y() / pixels.height(),
                         source.width() / pixels.width(), source.height() / pixels.height()}),
          r, c);
    const QRectF below = fitted(place.translated(0, place.height() + kGap / 2), source.size());
    picture(below, r, c, source, true);
    frame(below, r, c);
    return below.bottom();
  }

  const StripFigure& figure_;
  const double width_;
  double side_ = 0;
  StripLayout layout_;
};

const QImage& pictureOf(const StripFigure& figure, const StripPiece& piece) {
  return figure.rows[static_cast<std::size_t>(piece.row)].pictures[static_cast<std::size_t>(piece.column)];
}

/// Seen on light and dark pictures.
void paintFrame(QPainter& painter, const QRectF& place, const QColor& colour) {
  painter.setBrush(Qt::NoBrush);
  for (const auto& [pen, width] :
       {std::pair(QColor(0, 0, 0), 2 * kFrameWidth), std::pair(colour, kFrameWidth)}) {
    QPen line(pen, width);
    line.setJoinStyle(Qt::MiterJoin);
    painter.setPen(line);
    painter.drawRect(place);
  }
}

void paintPicture(QPainter& painter, const QImage& picture, const StripPiece& piece, double ratio) {
  if (ratio <= 0) {
    painter.drawImage(piece.place, picture, piece.source);
    return;
  }
  const QSize pixels = (piece.place.size() * ratio).toSize().expandedTo({1, 1});
  painter.drawImage(piece.place, scaledPart(picture, piece.source, pixels));
}

QByteArray pngOf(const QImage& picture) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  picture.save(&buffer, "PNG");
  return bytes;
}

QString rectAttributes(const QRectF& place) {
  return QStringLiteral("x=\"%1\" y=\"%2\" width=\"%3\" height=\"%4\"")
      .arg(place.x(), 0, 'f', 2)
      .arg(place.y(), 0, 'f', 2)
      .arg(place.width(), 0, 'f', 2)
      .arg(place.height(), 0, 'f', 2);
}

QString svgPiece(const StripPiece& piece, const StripFigure& figure, const StripColours& colours) {
  if (piece.kind == StripPiece::Kind::text) {
    const bool isTitle = piece.column >= 0;
    return QStringLiteral("<text x=\"%1\" y=\"%2\" text-anchor=\"%3\" fill=\"%4\">%5</text>\n")
        .arg(isTitle ? piece.place.center().x() : piece.place.left(), 0, 'f', 2)
        .arg(piece.place.center().y() + 0.36 * kTextSize, 0, 'f', 2)
        .arg(isTitle ? "middle" : "start", colours.text.name(), piece.text.toHtmlEscaped());
  }
  if (piece.kind == StripPiece::Kind::frame) {
    QString lines;
    for (const auto& [colour, width] : {std::pair(QStringLiteral("#000000"), 2 * kFrameWidth),
                                        std::pair(colours.frame.name(), kFrameWidth)})
      lines += QStringLiteral("<rect %1 fill=\"none\" stroke=\"%2\" stroke-width=\"%3\"/>\n")
                   .arg(rectAttributes(piece.place), colour)
                   .arg(width);
    return lines;
  }
  // Each with its own pixels, in the oldest way: what places and cuts them otherwise is not read everywhere.
  const QByteArray png = pngOf(pictureOf(figure, piece).copy(piece.source.toRect()));
  return QStringLiteral(
             "<image %1 preserveAspectRatio=\"none\"%2 xlink:href=\"data:image/png;base64,%3\"/>\n")
      .arg(rectAttributes(piece.place),
           piece.isCut ? QStringLiteral(" style=\"image-rendering:pixelated\"") : QString(),
           QString::fromLatin1(png.toBase64()));
}

}  // namespace

StripLayout layOut(const StripFigure& figure, double width) { return LayOut(figure, width).run(); }

QImage scaledPart(const QImage& picture, const QRectF& source, QSize pixels) {
  const bool isSmaller = pixels.width() < source.width();
  const QRect whole = source.toAlignedRect().intersected(picture.rect());
  if (isSmaller) return picture.copy(whole).scaled(pixels, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
  QImage drawn(pixels, QImage::Format_RGB32);
  QPainter painter(&drawn);
  painter.drawImage(QRectF(QPointF(), pixels), picture, source);
  return drawn;
}

void paintStrips(QPainter& painter, const StripFigure& figure, const StripLayout& layout,
                 const StripColours& colours, double ratio) {
  painter.fillRect(QRectF(QPointF(), layout.size), colours.background);
  painter.setFont(textFont());
  for (const StripPiece& piece : layout.pieces) {
    if (piece.kind == StripPiece::Kind::picture) {
      paintPicture(painter, pictureOf(figure, piece), piece, ratio);
    } else if (piece.kind == StripPiece::Kind::frame) {
      paintFrame(painter, piece.place, colours.frame);
    } else {
      painter.setPen(colours.text);
      const QString shown =
          QFontMetricsF(painter.font()).elidedText(piece.text, Qt::ElideRight, piece.place.width());
      painter.drawText(piece.place, (piece.column >= 0 ? Qt::AlignHCenter : Qt::AlignLeft) | Qt::AlignVCenter,
                       shown);
    }
  }
}

QImage stripsPicture(const StripFigure& figure, double width, double scale) {
  const StripLayout layout = layOut(figure, width);
  const QSize pixels = (layout.size * scale).toSize();
  requireDrawable(pixels, QObject::tr("the strips"),
                  QObject::tr("make them narrower, or take fewer samples"));
  QImage picture(pixels, QImage::Format_RGB32);
  picture.fill(Qt::white);
  QPainter painter(&picture);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(scale, scale);
  paintStrips(painter, figure, layout, {}, scale);
  painter.end();
  const int perMetre = static_cast<int>(std::lround(96 * scale / 0.0254));
  picture.setDotsPerMeterX(perMetre);
  picture.setDotsPerMeterY(perMetre);
  return picture;
}

QByteArray stripsPdf(const StripFigure& figure, double width) {
  const StripLayout layout = layOut(figure, width);
  return pdfOf(layout.size, [&](QPaintDevice& device) {
    QPainter painter;
    if (!painter.begin(&device)) throw Error("the PDF could not be drawn");
    paintStrips(painter, figure, layout, {}, 0);
  });
}

QByteArray stripsSvg(const StripFigure& figure, double width) {
  const StripLayout layout = layOut(figure, width);
  const StripColours colours;
  QString text = QStringLiteral(
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                     "xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"%1\" height=\"%2\" "
                     "viewBox=\"0 0 %1 %2\" font-family=\"%3, sans-serif\" font-size=\"%4\">\n"
                     "<rect width=\"100%\" height=\"100%\" fill=\"%5\"/>\n")
                     .arg(layout.size.width(), 0, 'f', 2)
                     .arg(layout.size.height(), 0, 'f', 2)
                     .arg(QFontInfo(textFont()).family().toHtmlEscaped())
                     .arg(kTextSize)
                     .arg(colours.background.name());
  for (const StripPiece& piece : layout.pieces) text += svgPiece(piece, figure, colours);
  return (text + QStringLiteral("</svg>\n")).toUtf8();
}

QStringList stripFilters() {
  return {QObject::tr("Picture (*.png)"), QObject::tr("SVG (*.svg)"), QObject::tr("PDF for a paper (*.pdf)")};
}

void saveStrips(const StripFigure& figure, double width, double scale, const QString& file) {
  const std::string ending = endingIn(stripFilters(), file, QObject::tr("a figure of strips"));
  if (figure.isEmpty()) throw Error("there are no strips to write: choose a sample first");
  if (ending == "png") return savePicture(stripsPicture(figure, width, scale), file);
  const QByteArray bytes = ending == "pdf" ? stripsPdf(figure, width) : stripsSvg(figure, width);
  writeFileAtomically(file.toStdString(),
                      std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
}

}  // namespace uada

#include "widgets/plot/Drawing.h"

#include <QBuffer>
#include <QPdfWriter>
#include <QtSvg/QSvgGenerator>  // the folder of its own library is not on the path

namespace uada {

QByteArray pdfOf(QSizeF size, const std::function<void(QPaintDevice&)>& paint) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setResolution(96);
  writer.setPageMargins({0, 0, 0, 0});
  writer.setPageSize(QPageSize(size * 72.0 / 96.0, QPageSize::Point, {}, QPageSize::ExactMatch));
  paint(writer);
  return bytes;
}

QByteArray svgOf(QSize size, const QString& title, const std::function<void(QPaintDevice&)>& paint) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setResolution(96);
  generator.setSize(size);
  generator.setViewBox(QRect({}, size));
  generator.setTitle(title);
  paint(generator);
  return bytes;
}

}  // namespace uada

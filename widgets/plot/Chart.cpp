#include "widgets/plot/Chart.h"

#include <QImage>
#include <QPainter>

#include "core/base/Error.h"
#include "core/base/Files.h"
#include "widgets/models/Saving.h"
#include "widgets/plot/Drawing.h"
#include "widgets/plot/Plot.h"

namespace uada {
namespace {

void paintOn(QPaintDevice& device, const Chart& chart, QSize size) {
  QPainter painter;
  if (!painter.begin(&device)) throw Error("the chart could not be drawn");
  chart.draw(painter, size);
}

QImage pictureOf(const Chart& chart, QSize size) {
  QImage image(size * kPictureScale, QImage::Format_RGB32);
  image.setDevicePixelRatio(kPictureScale);
  image.fill(Qt::white);
  paintOn(image, chart, size);
  return image;
}

}  // namespace

void exportTo(const Chart& chart, const QString& file, QSize size) {
  const QString name = chart.chartName();
  const std::string ending = endingIn(Plot::exportFilters(), file, QObject::tr("a chart"));
  const auto paint = [&](QPaintDevice& device) { paintOn(device, chart, size); };
  QByteArray bytes;
  if (ending == "csv") {
    bytes = chart.numbers();
  } else {
    requireDrawable(size * kPictureScale, QObject::tr("the chart"), QObject::tr("make it smaller"));
    if (ending == "png") return savePicture(pictureOf(chart, size), file);
    bytes = ending == "pdf" ? pdfOf(size, paint) : svgOf(size, name, paint);
  }
  writeFileAtomically(file.toStdString(), std::string_view(bytes.constData(), bytes.size()));
}

}  // namespace uada

#include <QStringList>
#include <QToolTip>

#include "widgets/models/Words.h"
#include "widgets/plot/PlotImpl.h"

namespace uada {

static constexpr double kReach = 5;  // pixels to each side that the pointer hits

void Plot::Impl::addMarkers() {
  for (QCPItemStraightLine* line : markers) plot->removeItem(line);
  markers.clear();
  for (const Marker& marker : figure.markers) {
    auto* line = new QCPItemStraightLine(plot);
    line->setPen(QPen(marker.colour, 1, Qt::DashDotLine));
    place(line, marker.x);
    markers.push_back(line);
  }
}

QString Plot::markersAt(double x) const {
  const double at = impl_->plot->xAxis->coordToPixel(x);
  QStringList texts;
  for (const Marker& marker : impl_->figure.markers)
    if (std::abs(impl_->plot->xAxis->coordToPixel(marker.x) - at) <= kReach) texts << marker.text;
  return texts.join('\n');
}

/// Beside the pointer, as long as it is over a marker.
void Plot::Impl::showTip(const QPoint& position, bool isInside) {
  const QString text = isInside ? owner->markersAt(plot->xAxis->pixelToCoord(position.x())) : QString();
  if (!text.isEmpty()) QToolTip::showText(plot->mapToGlobal(position), plainTip(text), plot);
  if (text.isEmpty() && hasTip) QToolTip::hideText();
  hasTip = !text.isEmpty();
}

}  // namespace uada

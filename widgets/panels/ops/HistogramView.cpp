#include "widgets/panels/ops/HistogramView.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPolygonF>
#include <algorithm>
#include <functional>

#include "widgets/models/Numbers.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr int kCaption = 20, kAxis = 14;
constexpr int kCategory[] = {4, 2, 0};  // the palette's red, green and blue; the word says the channel, too

QString channelName(int channel) {
  const QString names[] = {QObject::tr("red"), QObject::tr("green"), QObject::tr("blue")};
  return names[channel];
}

/// What a strip is high: the fourth highest bin of both, since an op may pile pixels up in black, white and
/// the colour outside.
std::uint32_t topOf(const Histogram& a, const Histogram& b) {
  std::array<std::uint32_t, 512> bins{};
  std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), bins.begin()));
  std::nth_element(bins.begin(), bins.begin() + 3, bins.end(), std::greater<>());
  return bins[3] > 0 ? bins[3] : std::max(1U, *std::max_element(bins.begin(), bins.begin() + 4));
}

}  // namespace

HistogramView::HistogramView(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
  setMouseTracking(true);
  setAttribute(Qt::WA_OpaquePaintEvent);
  setAccessibleName(tr("Histogram"));
  setToolTip(
      tr("Pixels of each value 0 to 255. Line: original; filled: result.\n"
         "A channel is as high as its fourth highest bin; higher ones are cut off."));
}

void HistogramView::setHistograms(const Histograms& original, const Histograms& result) {
  original_ = original;
  result_ = result;
  update();
}

QRect HistogramView::strip(int channel) const {
  const int height = std::max(3, this->height() - kCaption - kAxis) / 3;
  return {kGrid, kCaption + channel * height, std::max(1, width() - 2 * kGrid), height - 4};
}

void HistogramView::drawChannel(QPainter& painter, int channel) const {
  const QRect place = strip(channel);
  painter.fillRect(place, theme_.colour("alternate"));
  const auto& before = original_[static_cast<std::size_t>(channel)];
  const auto& after = result_[static_cast<std::size_t>(channel)];
  const double top = topOf(before, after), step = place.width() / 256.0;
  const auto height = [&](std::uint32_t count) { return std::min(1.0, count / top) * (place.height() - 1); };
  QColor fill = theme_.category(kCategory[channel]);
  fill.setAlpha(150);
  QPolygonF outline;
  const double bottom = place.bottom() + 1.0;
  for (std::size_t i = 0; i < 256; ++i) {
    const double x = place.left() + step * static_cast<double>(i);
    painter.fillRect(QRectF(x, bottom - height(after[i]), step, height(after[i])), fill);
    outline << QPointF(x, bottom - height(before[i])) << QPointF(x + step, bottom - height(before[i]));
  }
  painter.setPen(theme_.colour("muted"));
  painter.drawPolyline(outline);
  const QString name = channelName(channel);
  QColor veil = theme_.colour("alternate");
  veil.setAlpha(190);
  painter.fillRect(place.left(), place.top(), painter.fontMetrics().horizontalAdvance(name) + kGrid,
                   painter.fontMetrics().height(), veil);
  painter.setPen(theme_.colour("text"));
  painter.drawText(place.adjusted(4, 0, 0, 0), Qt::AlignLeft | Qt::AlignTop, name);
}

void HistogramView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme_.colour("base"));
  const QRect caption(2, 0, width() - 4, kCaption);
  painter.setPen(theme_.colour("text"));
  painter.drawText(caption, Qt::AlignLeft | Qt::AlignVCenter, tr("Histogram"));
  painter.setPen(theme_.colour("muted"));
  const QRect rest =
      caption.adjusted(painter.fontMetrics().horizontalAdvance(tr("Histogram")) + kGrid, 0, 0, 0);
  const QString words = pointed_.isEmpty() ? tr("line original, filled result") : pointed_;
  painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                   painter.fontMetrics().elidedText(words, Qt::ElideRight, rest.width()));
  for (int channel = 0; channel < 3; ++channel) drawChannel(painter, channel);
  painter.setPen(theme_.colour("muted"));
  const QRect axis(kGrid, height() - kAxis - 2, width() - 2 * kGrid, kAxis);
  for (const auto& [value, side] :
       {std::pair{0, Qt::AlignLeft}, {128, Qt::AlignHCenter}, {255, Qt::AlignRight}})
    painter.drawText(axis, side | Qt::AlignVCenter, QString::number(value));
}

QString HistogramView::readOut(const QPoint& at) const {
  for (int channel = 0; channel < 3; ++channel) {
    const QRect place = strip(channel);
    if (!place.contains(at)) continue;
    const int value = std::clamp(256 * (at.x() - place.left()) / place.width(), 0, 255);
    const auto count = [&](const Histograms& histogram) {
      return countText(histogram[static_cast<std::size_t>(channel)][static_cast<std::size_t>(value)]);
    };
    return tr("%1 %2: %3 → %4 px").arg(channelName(channel)).arg(value).arg(count(original_), count(result_));
  }
  return {};
}

void HistogramView::mouseMoveEvent(QMouseEvent* event) {
  pointed_ = readOut(event->pos());
  update();
}

void HistogramView::leaveEvent(QEvent*) {
  pointed_.clear();
  update();
}

}  // namespace uada

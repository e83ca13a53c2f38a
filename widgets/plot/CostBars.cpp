#include "widgets/plot/CostBars.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>

#include "core/base/Text.h"
#include "widgets/models/Numbers.h"
#include "widgets/session/Theme.h"

namespace uada {

namespace {

constexpr int kSwatch = 16;  ///< a square and the gap behind it

/// Seconds of each of phases(), in their order.
std::vector<double> parts(const Timings& timings) {
  struct {
    std::vector<double> seconds;
    void phase(const char*, double value) { seconds.push_back(value); }
  } lister;
  Timings::visit(timings, lister);
  return lister.seconds;
}

QString nameOf(std::size_t phase) { return QString::fromStdString(phases()[phase].name); }

QString title() { return QObject::tr("Time per step"); }

double msPerStep(double seconds, std::int64_t steps) {
  return steps > 0 ? 1000 * seconds / static_cast<double>(steps) : 0;
}

}  // namespace

CostBars::CostBars(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
  setObjectName("cost_bars");
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void CostBars::show(std::vector<Row> rows) {
  const bool resized = rows.size() != rows_.size();
  rows_ = std::move(rows);
  if (resized) updateGeometry();
  update();
}

QSize CostBars::sizeHint() const {
  return {60 * kGrid, headHeight() + static_cast<int>(rows_.size()) * kRowHeight + kGrid};
}

/// Its height goes with its width.
void CostBars::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  if (event->size().width() != event->oldSize().width()) updateGeometry();
}

int CostBars::labelWidth() const {
  int width = fontMetrics().horizontalAdvance(title());
  for (const Row& row : rows_) width = std::max(width, fontMetrics().horizontalAdvance(row.name));
  const int least = 12 * kGrid, bars = this->width() / 5;  // what is left to the bars in any case
  return std::min(width + 5 * kGrid, std::max(least, this->width() - numberWidth() - bars));
}

int CostBars::numberWidth() const {
  int width = 0;
  for (const Row& row : rows_)
    width = std::max(width, fontMetrics().horizontalAdvance("000.0 ms    " + row.ratio));
  return width + 4 * kGrid;
}

QRect CostBars::barOf(int row) const {
  const int left = labelWidth();
  return {left, headHeight() + row * kRowHeight + 4, std::max(1, width() - left - numberWidth()),
          kRowHeight - 8};
}

/// Left top of each phase's square and name, from the bars' left edge on; where that leaves too little room,
/// from the left, in as many lines as they need.
std::vector<QPoint> CostBars::legendPlaces() const {
  const auto widthOf = [this](std::size_t i) {
    return kSwatch + fontMetrics().horizontalAdvance(nameOf(i)) + 2 * kGrid;
  };
  int all = 0;
  for (std::size_t i = 0; i < phases().size(); ++i) all += widthOf(i);
  const bool isOneLine = labelWidth() + all <= width();
  QPoint at(isOneLine ? labelWidth() : kGrid, isOneLine ? 0 : kRowHeight);
  std::vector<QPoint> places;
  for (std::size_t i = 0; i < phases().size(); ++i) {
    if (!isOneLine && at.x() > kGrid && at.x() + widthOf(i) > width()) at = {kGrid, at.y() + kRowHeight};
    places.push_back(at);
    at.rx() += widthOf(i);
  }
  return places;
}

int CostBars::headHeight() const { return legendPlaces().back().y() + kRowHeight; }

void CostBars::paintLegend(QPainter& painter) const {
  painter.setPen(theme_.colour("muted"));
  painter.drawText(QRect(kGrid, 0, width(), kRowHeight), Qt::AlignVCenter, title());
  const std::vector<QPoint> places = legendPlaces();
  for (std::size_t i = 0; i < places.size(); ++i) {
    const QPoint at = places[i];
    painter.fillRect(at.x(), at.y() + kRowHeight / 2 - 5, 10, 10, theme_.category(i));
    painter.drawText(QRect(at.x() + kSwatch, at.y(), width(), kRowHeight), Qt::AlignVCenter, nameOf(i));
  }
}

void CostBars::paintRow(QPainter& painter, int index, double longest) const {
  const Row& row = rows_[index];
  const QRect bar = barOf(index);
  const int top = headHeight() + index * kRowHeight;
  painter.fillRect(kGrid, top + kRowHeight / 2 - 5, 10, 10, row.colour);
  painter.setPen(theme_.colour("text"));
  const int room = labelWidth() - 4 * kGrid;
  const bool hasRecipe = row.name.contains(QStringLiteral(": "));  // which gives way first
  const Qt::TextElideMode elide = hasRecipe ? Qt::ElideLeft : Qt::ElideRight;
  painter.drawText(QRect(kGrid + kSwatch, top, room, kRowHeight), Qt::AlignVCenter,
                   fontMetrics().elidedText(row.name, elide, room));
  double before = 0;
  for (std::size_t i = 0; i < phases().size(); ++i) {
    const double ms = msPerStep(parts(row.timings)[i], row.steps);
    const int x0 = bar.left() + static_cast<int>(before / longest * bar.width());
    const int x1 = bar.left() + static_cast<int>((before + ms) / longest * bar.width());
    painter.fillRect(QRect(x0, bar.top(), x1 - x0, bar.height()), theme_.category(i));
    before += ms;
  }
  const QRect numbers(bar.right() + kGrid, top, width() - bar.right() - 2 * kGrid, kRowHeight);
  painter.drawText(numbers, Qt::AlignVCenter | Qt::AlignLeft, stepTimeText(before));
  painter.setPen(theme_.colour("muted"));
  painter.drawText(numbers, Qt::AlignVCenter | Qt::AlignRight, row.ratio);
}

void CostBars::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  paint(painter);
}

void CostBars::paint(QPainter& painter) const {
  painter.fillRect(rect(), theme_.colour("base"));
  if (rows_.empty()) return;
  double longest = 1e-9;
  for (const Row& row : rows_) longest = std::max(longest, msPerStep(row.timings.total(), row.steps));
  paintLegend(painter);
  for (int i = 0; i < static_cast<int>(rows_.size()); ++i) paintRow(painter, i, longest);
}

bool CostBars::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const int below = help->pos().y() - headHeight();
  const int index = below / kRowHeight;
  if (below < 0 || index >= static_cast<int>(rows_.size())) {
    QToolTip::hideText();
    return true;
  }
  const Row& row = rows_[index];
  const QString steps = QString::fromStdString(groupedText(row.steps));
  const QString of = row.runs > 1 ? tr("mean of %1 steps of %2 runs").arg(steps).arg(row.runs)
                                  : tr("mean of %1 steps").arg(steps);
  QString text = QStringLiteral("<b>%1</b>, %2<table>").arg(row.name.toHtmlEscaped(), of);
  for (std::size_t i = 0; i < phases().size(); ++i) {
    const double seconds = parts(row.timings)[i], total = row.timings.total();
    text +=
        QStringLiteral(
            "<tr><td>%1&nbsp;&nbsp;</td><td align=right>%2&nbsp;&nbsp;</td><td align=right>%3 %</td></tr>")
            .arg(nameOf(i), stepTimeText(msPerStep(seconds, row.steps)))
            .arg(total > 0 ? 100 * seconds / total : 0, 0, 'f', 1);
  }
  QToolTip::showText(help->globalPos(), text + "</table>" + row.ratioHelp, this);
  return true;
}

}  // namespace uada

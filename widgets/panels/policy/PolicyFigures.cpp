#include <algorithm>
#include <cmath>

#include "core/augment/Space.h"
#include "core/ops/Op.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/panels/policy/PolicyPanel.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

constexpr double kTenLevels = 9;  // the highest of UADA's grid; others have more

const PolicyQuantityText& textOf(PolicyQuantity quantity) {
  for (const PolicyQuantityText& text : policyQuantities()) {
    if (text.quantity == quantity) return text;
  }
  return policyQuantities().front();
}

Axis stepAxis() {
  Axis axis;
  axis.title = QObject::tr("Step");
  axis.isWhole = true;
  return axis;
}

std::vector<double> middles(const PolicyBins& bins) {
  std::vector<double> x(bins.columns());
  for (int column = 0; column < bins.columns(); ++column) x[column] = bins.middle(column);
  return x;
}

struct Trajectory {
  Curve mean;
  Band spread;
};

Trajectory trajectory(const PolicyBins& bins, const std::string& op, bool after, const QString& name,
                      const QColor& colour) {
  Trajectory t;
  t.mean.name = name;
  t.mean.colour = colour;
  t.spread.name = QObject::tr("%1, ± spread").arg(name);
  t.spread.colour = colour;
  t.spread.inLegend = false;  // the title says what it is
  constexpr int kFew = 40;    // columns whose means are seen without an average
  if (bins.columns() > kFew) t.mean.smoothing = 0.8;
  for (int column = 0; column < bins.columns(); ++column) {
    const OpSums& sums = bins.at(op, column);
    if (sums.count <= 0) continue;
    const double mean = sums.value(after ? PolicyQuantity::after : PolicyQuantity::before);
    const double spread = after ? sums.spreadAfter() : sums.spreadBefore();
    t.mean.x.push_back(bins.middle(column));
    t.mean.y.push_back(mean);
    t.spread.x.push_back(bins.middle(column));
    t.spread.low.push_back(mean - spread);
    t.spread.high.push_back(mean + spread);
  }
  return t;
}

/// The end of a scale for mean levels: that of the least grid which has them all, UADA's at least.
double topOfScale(const PolicyBins& bins, const std::vector<std::string>& ops) {
  double top = 0;
  for (const std::string& op : ops)
    for (const PolicyQuantity quantity : {PolicyQuantity::before, PolicyQuantity::after})
      for (int column = 0; column < bins.columns(); ++column)
        top = std::fmax(top, bins.value(op, column, quantity));  // passes over NaN
  std::vector<double> ends;
  for (const GridInfo& grid : grids())
    if (grid.top >= std::max(top, kTenLevels)) ends.push_back(grid.top);
  return ends.empty() ? top : std::ranges::min(ends);
}

/// A few far values leave no colour for the others: then the scale ends before them, and says so.
void limitScale(HeatMap& heat, Figure& figure) {
  constexpr double kShare = 0.98;  // of the cells that the scale holds
  if (heat.max) return;
  std::vector<double> sizes;
  for (const double value : heat.values)
    if (std::isfinite(value)) sizes.push_back(std::abs(value));
  if (sizes.empty()) return;
  std::ranges::sort(sizes);
  const double end = sizes[static_cast<std::size_t>(kShare * static_cast<double>(sizes.size() - 1))];
  if (end <= 0 || sizes.back() <= 2 * end) return;
  heat.max = end;
  heat.min = heat.scale == HeatMap::Scale::diverging ? -end : 0;
  figure.title = QObject::tr("%1 (2 % of the values are beyond the scale)").arg(heat.title);
}

/// Whether an op without levels, as equalize, has no such quantity.
bool isOfLevels(PolicyQuantity quantity) {
  return quantity == PolicyQuantity::before || quantity == PolicyQuantity::after ||
         quantity == PolicyQuantity::change;
}

/// What a cell is of: "steps 121 to 130, of 84 probes", or why it is empty.
QString cellText(const PolicyBins& bins, const std::string& row, int column, PolicyQuantity quantity) {
  const std::int64_t first = column * bins.stepsPerColumn() + 1;
  const std::int64_t last = std::min(bins.lastStep(), first + bins.stepsPerColumn() - 1);
  const QString where = first == last ? QObject::tr("step %1").arg(countText(first))
                                      : QObject::tr("steps %1 to %2").arg(countText(first), countText(last));
  const OpSums& sums = bins.at(row, column);
  if (sums.count <= 0)
    return isGroupRow(row) ? QObject::tr("%1: not tried").arg(where)
                           : QObject::tr("%1: not drawn").arg(where);
  if (isOfLevels(quantity)) {
    if (hasLevels(row))
      return QObject::tr("%1, drawn %2 times").arg(where, countText(std::llround(sums.count)));
    return isGroupRow(row) ? QObject::tr("%1: levels are told of ops").arg(where)
                           : QObject::tr("%1: this op has no levels").arg(where);
  }
  if (sums.probed <= 0) return QObject::tr("%1: drawn, not probed").arg(where);
  return QObject::tr("%1, of %2 probes").arg(where, countText(std::llround(sums.probed)));
}

/// Of a run whose plans have other parts than ops.
QString noOps() { return QObject::tr("This run's plans have no ops, whose levels could be drawn"); }

}  // namespace

Figure policyHeat(const PolicyBins& bins, PolicyQuantity quantity, const std::vector<std::string>& rows) {
  const PolicyQuantityText& text = textOf(quantity);
  Figure figure;
  figure.x = stepAxis();
  figure.legend = false;
  figure.empty = bins.isEmpty() ? QObject::tr("No op was reported yet")
                                : QObject::tr("This run's policy draws no ops and tries no candidates");
  const std::vector<std::string> shown = rows.empty() ? bins.rows() : rows;
  if (bins.rows().empty()) return figure;
  HeatMap heat;
  heat.scale = text.isSigned ? HeatMap::Scale::diverging : HeatMap::Scale::sequential;
  heat.columns = bins.columns();
  heat.x0 = 0.5;
  heat.x1 = 0.5 + static_cast<double>(bins.columns()) * static_cast<double>(bins.stepsPerColumn());
  heat.title = QObject::tr(text.title);
  heat.unit = QString::fromUtf8(text.unit);
  if (quantity == PolicyQuantity::before || quantity == PolicyQuantity::after)
    heat.min = 0, heat.max = topOfScale(bins, shown);
  for (const std::string& row : shown) {
    heat.rows << q(rowTitle(row));
    const bool isShown = hasLevels(row) || !isOfLevels(quantity);
    for (int column = 0; column < bins.columns(); ++column)
      heat.values.push_back(isShown ? bins.value(row, column, quantity) : std::nan(""));
  }
  heat.detail = [&bins, shown, quantity](int row, int column) {
    return cellText(bins, shown[static_cast<std::size_t>(row)], column, quantity);
  };
  limitScale(heat, figure);
  figure.heat = std::move(heat);
  return figure;
}

Figure levelTrajectory(const PolicyBins& bins, const std::string& op, const Theme& theme) {
  Figure figure;
  figure.x = stepAxis();
  figure.left = {QObject::tr("Mean level"), {}, false, 0.0, op.empty() ? kTenLevels : topOfScale(bins, {op})};
  const bool drawsNone = !bins.isEmpty() && bins.ops().empty();
  figure.empty = drawsNone ? noOps() : QObject::tr("This op was not drawn yet");
  if (op.empty()) return figure;
  figure.title = QObject::tr("%1: mean and spread").arg(q(findOp(op).title));
  Trajectory before = trajectory(bins, op, false, QObject::tr("before"), theme.category(0));
  Trajectory after = trajectory(bins, op, true, QObject::tr("after"), theme.category(4));
  for (const Band* band : {&before.spread, &after.spread})
    for (const double high : band->high) figure.left.max = std::max(*figure.left.max, high);
  figure.bands = {std::move(before.spread), std::move(after.spread)};
  figure.curves = {std::move(before.mean), std::move(after.mean)};
  return figure;
}

Figure winnerShares(const PolicyBins& bins, const Theme& theme) {
  Figure figure;
  figure.title = QObject::tr("Trained on");
  figure.x = stepAxis();
  figure.left = {QObject::tr("Samples"), QStringLiteral("%"), false, 0.0, 100.0};
  figure.empty =
      QObject::tr("This method chooses among no groups of candidates, as UADA does, so that none can win");
  if (bins.groups().empty()) return figure;
  StackedAreas areas;
  areas.x = middles(bins);
  std::vector<std::string> parts = bins.groups();
  parts.push_back("unperturbed");
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool plain = parts[i] == "unperturbed";
    areas.names << (plain ? QObject::tr("unperturbed") : q(groupTitle(parts[i])) + QStringLiteral("′"));
    areas.colours.push_back(plain ? theme.category(6) : theme.category(static_cast<int>(i)));
    std::vector<double> share;
    for (int column = 0; column < bins.columns(); ++column)
      share.push_back(100 * bins.winnerShare(parts[i], column));
    areas.y.push_back(std::move(share));
  }
  figure.areas = std::move(areas);
  return figure;
}

/// "epochs 1 to 4", "steps 1 to 20"
static QString spanText(const LevelCounts::Span& span) {
  const QString what = span.isOfEpochs ? QObject::tr("epoch") : QObject::tr("step");
  return span.first == span.last
             ? QStringLiteral("%1 %2").arg(what, countText(span.first))
             : QObject::tr("%1s %2 to %3").arg(what, countText(span.first), countText(span.last));
}

Figure levelRidges(const LevelCounts& counts, const std::string& op, const Theme& theme) {
  Figure figure;
  figure.x = {.title = QObject::tr("Level"), .unit = {}, .isWhole = true};
  figure.empty =
      op.empty() || findOp(op).hasValue
          ? QObject::tr("No decision of a pictured sample has this op: levels are counted in these")
          : QObject::tr("This op has no levels");
  const auto spans = op.empty() ? std::vector<LevelCounts::Span>() : counts.spans(op);
  if (spans.empty()) return figure;
  Ridges ridges{
      {}, QObject::tr("trained on"), QObject::tr("as drawn"), theme.category(4), theme.colour("text")};
  double seen = 0;
  for (const LevelCounts::Span& span : spans) {
    ridges.ridges.push_back({spanText(span), span.trained, span.drawn});
    for (const double count : span.drawn) seen += count;
  }
  figure.title =
      QObject::tr("%1, of %2 pictured samples").arg(q(findOp(op).title), countText(std::llround(seen)));
  figure.ridges = std::move(ridges);
  return figure;
}

/// The larger of two ends of a scale; none: one of them is fitted to its own values.
static void shareAxis(std::optional<double>& a, std::optional<double>& b, bool isLow) {
  if (a && b) a = b = isLow ? std::min(*a, *b) : std::max(*a, *b);
}

/// Where the x axis of both begins and ends. Ridges have levels there.
static void shareX(Figure& a, Figure& b) {
  if (a.ridges || b.ridges) return;
  double low = std::nan(""), high = std::nan("");
  for (const Figure* figure : {&a, &b}) {
    if (figure->heat) {
      low = std::fmin(low, figure->heat->x0);
      high = std::fmax(high, figure->heat->x1);
    }
    for (const Curve& curve : figure->curves) {
      if (curve.x.empty()) continue;
      low = std::fmin(low, curve.x.front());
      high = std::fmax(high, curve.x.back());
    }
  }
  if (!(high > low)) return;
  for (Figure* figure : {&a, &b}) figure->x.min = low, figure->x.max = high;
}

void shareScale(Figure& a, Figure& b) {
  shareX(a, b);
  shareAxis(a.left.min, b.left.min, true);
  shareAxis(a.left.max, b.left.max, false);
  if (!a.heat || !b.heat) return;
  double low = 0, high = 0;
  for (const HeatMap* heat : {&*a.heat, &*b.heat}) {
    double least = 0, most = 0;
    for (const double value : heat->values) {
      least = std::fmin(least, value);
      most = std::fmax(most, value);
    }
    low = std::min(low, heat->min.value_or(least));
    high = std::max(high, heat->max.value_or(most));
  }
  for (HeatMap* heat : {&*a.heat, &*b.heat}) heat->min = low, heat->max = high;
}

}  // namespace uada

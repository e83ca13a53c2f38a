#include "widgets/plot/PlotText.h"

#include <fmt/core.h>

#include <QLocale>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/Text.h"
#include "core/tables/Grid.h"

namespace uada {

QString axisText(const QString& title, const QString& unit) {
  return unit.isEmpty() ? title : QStringLiteral("%1 (%2)").arg(title, unit);
}

QString valueText(double value, const QString& unit) {
  if (std::isnan(value)) return QStringLiteral("-");
  if (unit == "%") return QString::number(value, 'f', 2) + " %";
  const QString number = std::abs(value) < 1e6 && value == std::floor(value)
                             ? QString::fromStdString(groupedText(static_cast<long long>(value)))
                             : QString::fromStdString(fmt::format("{:#.4g}", value));
  return unit.isEmpty() ? number : number + " " + unit;
}

// Index of the value nearest to x.
static std::size_t nearest(const std::vector<double>& xs, double x) {
  const auto it = std::lower_bound(xs.begin(), xs.end(), x);
  if (it == xs.end()) return xs.size() - 1;
  const std::size_t i = it - xs.begin();
  return i > 0 && x - xs[i - 1] < xs[i] - x ? i - 1 : i;
}

/// The place and the value nearest to x; none: it is being read.
static std::optional<std::pair<double, double>> pointOf(const Curve& curve, double x) {
  if (curve.exact) return curve.exact(x);
  const std::size_t i = nearest(curve.x, x);
  return std::pair(curve.x[i], curve.y[i]);
}

static QString row(const QColor& colour, const QString& name, const QString& value) {
  return QStringLiteral(
             "<tr><td><span style='color:%1'>&#9632;</span> %2&nbsp;&nbsp;</td><td "
             "align='right'>%3</td></tr>")
      .arg(colour.name(), name.toHtmlEscaped(), value);
}

static QString heatText(const HeatMap& heat, double x, double y) {
  const int rows = static_cast<int>(heat.rows.size());
  const int r = rows - 1 - static_cast<int>(std::lround(y));
  const int c = static_cast<int>(std::floor((x - heat.x0) / (heat.x1 - heat.x0) * heat.columns));
  if (r < 0 || r >= rows || c < 0 || c >= heat.columns) return {};
  const double v = heat.values[static_cast<std::size_t>(r) * heat.columns + c];
  const QString detail = heat.detail ? heat.detail(r, c) : QString();
  return QStringLiteral("<b>%1</b><br>%2: %3%4")
      .arg(heat.rows[r].toHtmlEscaped(), heat.title, valueText(v, heat.unit),
           detail.isEmpty() ? QString() : QStringLiteral("<br>") + detail.toHtmlEscaped());
}

std::vector<double> sharesOf(const std::vector<double>& counts) {
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<double> shares(counts.size());
  for (std::size_t i = 0; i < counts.size() && all > 0; ++i) shares[i] = counts[i] / all;
  return shares;
}

/// "12.50 %, 24 of 192"
static QString countText(const std::vector<double>& counts, std::size_t place) {
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (place >= counts.size() || all <= 0) return QStringLiteral("-");
  return QObject::tr("%1, %2 of %3")
      .arg(valueText(100 * counts[place] / all, QStringLiteral("%")), valueText(counts[place], {}),
           valueText(all, {}));
}

static QString ridgeText(const Ridges& ridges, const QString& axis, double x, double y) {
  const int ridge = static_cast<int>(std::floor(y)), place = static_cast<int>(std::lround(x));
  if (ridge < 0 || ridge >= static_cast<int>(ridges.ridges.size()) || place < 0) return {};
  const Ridges::Ridge& found = ridges.ridges[static_cast<std::size_t>(ridge)];
  const auto at = static_cast<std::size_t>(place);
  if (at >= found.filled.size()) return {};
  return QStringLiteral("<b>%1, %2 %3</b><table cellspacing='0'>%4%5</table>")
      .arg(found.name.toHtmlEscaped(), axis.toLower().toHtmlEscaped())
      .arg(place)
      .arg(row(ridges.filled, ridges.filledName, countText(found.filled, at)),
           row(ridges.outlined, ridges.outlinedName, countText(found.outlined, at)));
}

QString readOutOf(const Figure& figure, double x, double y) {
  if (figure.heat) return heatText(*figure.heat, x, y);
  if (figure.ridges) return ridgeText(*figure.ridges, figure.x.title, x, y);
  QString rows;
  double at = std::nan("");
  for (const Curve& curve : figure.curves) {
    if (curve.x.empty()) continue;
    const std::optional<std::pair<double, double>> point = pointOf(curve, x);
    if (!point) {
      rows += row(curve.colour, curve.name, QStringLiteral("…"));
      continue;
    }
    if (std::isnan(at) || std::abs(point->first - x) < std::abs(at - x)) at = point->first;
    const Axis& axis = curve.right && figure.right ? *figure.right : figure.left;
    rows += row(curve.colour, curve.name, valueText(point->second, axis.unit));
  }
  if (figure.areas && !figure.areas->x.empty()) {
    const std::size_t i = nearest(figure.areas->x, x);
    at = figure.areas->x[i];
    for (int p = static_cast<int>(figure.areas->y.size()) - 1; p >= 0; --p) {
      rows += row(figure.areas->colours[p], figure.areas->names[p],
                  valueText(figure.areas->y[p][i], figure.left.unit));
    }
  }
  if (rows.isEmpty()) return {};
  return QStringLiteral("<b>%1 %2</b><table cellspacing='0'>%3</table>")
      .arg(figure.x.title.toLower(), std::isnan(at) ? QString() : valueText(at, figure.x.unit), rows);
}

static std::string cell(const QString& text) { return csvText(text.toStdString()); }

/// What a column of the values of an axis is called: "Accuracy (%)".
static std::string columnOf(const Axis& axis, const char* untitled) {
  return cell(axis.title.isEmpty() ? axisText(untitled, axis.unit) : axisText(axis.title, axis.unit));
}

namespace {

/// Writes rows of one curve after another.
struct Rows {
  std::string out;
  bool hasRight = false;  ///< there is a last column of values on the right axis

  void add(const QString& name, const std::vector<double>& x, const std::vector<double>& y,
           bool isRight = false) {
    const std::string quoted = cell(name);
    for (std::size_t i = 0; i < x.size(); ++i)
      out += fmt::format("{},{},{}{}{}\n", quoted, x[i], hasRight && isRight ? "," : "", y[i],
                         hasRight && !isRight ? "," : "");
  }
};

}  // namespace

static QByteArray csvOf(const HeatMap& heat, const Axis& x) {
  Rows rows;
  rows.out =
      "row," + columnOf(x, "x") + "," + columnOf({.title = heat.title, .unit = heat.unit}, "value") + "\n";
  for (int r = 0; r < heat.rows.size(); ++r) {
    std::vector<double> at, values;
    for (int c = 0; c < heat.columns; ++c) {
      at.push_back(heat.x0 + (c + 0.5) * (heat.x1 - heat.x0) / heat.columns);
      values.push_back(heat.values[static_cast<std::size_t>(r) * heat.columns + c]);
    }
    rows.add(heat.rows[r], at, values);
  }
  return QByteArray::fromStdString(rows.out);
}

static QByteArray csvOf(const Ridges& ridges, const Axis& x) {
  std::string out =
      "span," + columnOf(x, "x") + "," + cell(ridges.filledName) + "," + cell(ridges.outlinedName) + "\n";
  for (const Ridges::Ridge& ridge : ridges.ridges)
    for (std::size_t i = 0; i < ridge.filled.size(); ++i)
      out += fmt::format("{},{},{},{}\n", cell(ridge.name), i, ridge.filled[i], ridge.outlined[i]);
  return QByteArray::fromStdString(out);
}

QByteArray csvOf(const Figure& figure) {
  if (figure.heat) return csvOf(*figure.heat, figure.x);
  if (figure.ridges) return csvOf(*figure.ridges, figure.x);
  Rows rows;
  rows.hasRight = figure.right.has_value();
  rows.out = "curve," + columnOf(figure.x, "x") + "," + columnOf(figure.left, "value") +
             (figure.right ? "," + columnOf(*figure.right, "value") : std::string()) + "\n";
  for (const Curve& curve : figure.curves) rows.add(curve.name, curve.x, curve.y, curve.right);
  for (const Band& band : figure.bands) {
    rows.add(band.name + " low", band.x, band.low);
    rows.add(band.name + " high", band.x, band.high);
  }
  if (figure.areas)
    for (std::size_t p = 0; p < figure.areas->y.size(); ++p)
      rows.add(figure.areas->names[static_cast<int>(p)], figure.areas->x, figure.areas->y[p]);
  return QByteArray::fromStdString(rows.out);
}

}  // namespace uada

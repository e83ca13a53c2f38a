#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "core/ops/Op.h"
#include "widgets/models/Numbers.h"
#include "widgets/models/Words.h"
#include "widgets/panels/policy/LandscapeDialog.h"
#include "widgets/session/Theme.h"

namespace uada {
namespace {

QString titleOf(const std::string& op) { return q(findOp(op).title); }

/// A straight line through the place with that slope, over two levels to each side it is drawn for.
Curve lineThrough(const LandscapeReport& place, double slope, int from, int to, const QString& name,
                  const QColor& colour) {
  Curve line;
  line.name = name;
  line.colour = colour;
  line.dashed = true;
  if (std::isnan(slope)) return line;
  for (const int step : {from, to}) {
    line.x.push_back(place.level + step);
    line.y.push_back(place.loss + slope * step);
  }
  return line;
}

const LandscapeReport* placeAt(const std::vector<LandscapeReport>& places, int level) {
  const auto found = std::ranges::find(places, level, &LandscapeReport::level);
  return found == places.end() ? nullptr : &*found;
}

Figure curveOf(const std::vector<LandscapeReport>& places, int level, int delta, const Theme& theme) {
  Figure figure;
  figure.title = titleOf(places.front().op);
  figure.x = {QObject::tr("Level"), {}};
  figure.x.isWhole = true;
  figure.left = {QObject::tr("Loss"), {}};
  figure.right = Axis{QObject::tr("Probes (δ = ±%1) with the sign of the slope").arg(delta),
                      QStringLiteral("%"), false, 0.0, 100.0};
  Curve loss, agreement;
  Band spread;
  loss.name = QObject::tr("loss, mean of %1 samples").arg(countText(places.front().samples));
  loss.colour = spread.colour = theme.category(0);
  loss.points = agreement.points = true;
  spread.name = QObject::tr("± standard error of the mean");
  agreement.name = QObject::tr("probes with the sign of the slope");
  agreement.colour = theme.category(6);
  agreement.right = true;
  for (const LandscapeReport& place : places) {
    loss.x.push_back(place.level);
    loss.y.push_back(place.loss);
    spread.x.push_back(place.level);
    const double error = place.spread / std::sqrt(std::max(1, place.samples));
    spread.low.push_back(place.loss - error);
    spread.high.push_back(place.loss + error);
    if (std::isnan(place.agreement)) continue;
    agreement.x.push_back(place.level);
    agreement.y.push_back(100 * place.agreement);
  }
  figure.bands = {std::move(spread)};
  figure.curves = {std::move(loss), std::move(agreement)};
  if (const LandscapeReport* place = placeAt(places, level)) {
    figure.curves.push_back(lineThrough(*place, place->slope, -2, 2,
                                        QObject::tr("slope at level %1").arg(level), theme.colour("text")));
    const int reach = std::max(2, delta);
    figure.curves.push_back(lineThrough(*place, place->probeUp, 0, reach,
                                        QObject::tr("probe, δ = +%1").arg(delta), theme.category(4)));
    figure.curves.push_back(lineThrough(*place, place->probeDown, -reach, 0,
                                        QObject::tr("probe, δ = −%1").arg(delta), theme.category(2)));
  }
  return figure;
}

/// The mean loss at each pair of levels of a map; NaN: not there.
class LossMap {
 public:
  explicit LossMap(const std::vector<LandscapeReport>& places) {
    for (const LandscapeReport& place : places) losses_[{place.level, place.otherLevel}] = place.loss;
  }
  double at(int level, int other) const {
    const auto found = losses_.find({level, other});
    return found == losses_.end() ? std::nan("") : found->second;
  }
  /// What probes by delta estimate the slopes along both ops to be: the mean of the samples' dL / delta is
  /// that of the means. Upwards, and at the upper end of the range downwards.
  std::pair<double, double> probes(int level, int other, int delta) const {
    const double here = at(level, other);
    const auto along = [&](int byLevel, int byOther) {
      const double up = at(level + byLevel, other + byOther), down = at(level - byLevel, other - byOther);
      return (std::isnan(up) ? here - down : up - here) / delta;
    };
    return {along(delta, 0), along(0, delta)};
  }

 private:
  std::map<std::pair<int, int>, double> losses_;
};

/// For each pair of levels a line from its middle to where both probes say that the loss rises; a row of the
/// map each, since the places of a curve ascend.
std::vector<Curve> probeLines(const LossMap& map, int top, int delta) {
  constexpr double kReach = 0.36;  // of a cell
  const auto sign = [](double value) { return value > 0 ? 1 : value < 0 ? -1 : 0; };
  std::vector<Curve> rows;
  for (int other = 0; other <= top; ++other) {
    Curve row;
    row.name = QObject::tr("probes");
    row.colour = Qt::white;
    row.inLegend = false;
    for (int level = 0; level <= top; ++level) {
      const auto [one, two] = map.probes(level, other, delta);
      const double dx = kReach * sign(one), dy = kReach * sign(two);
      if (std::isnan(one) || std::isnan(two) || (dx == 0 && dy == 0)) continue;
      std::array<std::pair<double, double>, 2> ends{std::pair(level + 0.0, other + 0.0),
                                                    std::pair(level + dx, other + dy)};
      if (dx < 0) std::swap(ends[0], ends[1]);
      for (const auto& [x, y] : ends) row.x.push_back(x), row.y.push_back(y);
      row.x.push_back(ends[1].first);
      row.y.push_back(std::nan(""));  // the next line is another one
    }
    if (!row.x.empty()) rows.push_back(std::move(row));
  }
  return rows;
}

Figure mapOf(const std::vector<LandscapeReport>& places, int delta) {
  Figure figure;
  figure.title =
      QObject::tr("Loss: %1 across, %2 up").arg(titleOf(places.front().op), titleOf(places.front().other));
  figure.x = {QObject::tr("Level of %1").arg(titleOf(places.front().op)), {}};
  figure.x.isWhole = true;
  figure.legend = false;
  HeatMap map;
  int top = 0;
  for (const LandscapeReport& place : places) top = std::max({top, place.level, place.otherLevel});
  map.columns = top + 1;
  map.x0 = -0.5;
  map.x1 = top + 0.5;
  map.title = QObject::tr("Loss");
  const LossMap losses(places);
  map.detail = [losses, top, delta](int row, int column) {
    const auto [one, two] = losses.probes(column, top - row, delta);
    return QObject::tr("probes, δ = %1: %2 a level across, %3 up")
        .arg(delta)
        .arg(signedText(one, 4), signedText(two, 4));
  };
  figure.curves = probeLines(losses, top, delta);
  map.values.assign(static_cast<std::size_t>((top + 1) * (top + 1)), std::nan(""));
  for (int row = top; row >= 0; --row) map.rows << QString::number(row);  // from the top
  for (const LandscapeReport& place : places)
    map.values[static_cast<std::size_t>((top - place.otherLevel) * map.columns + place.level)] = place.loss;
  figure.heat = std::move(map);
  return figure;
}

/// The mean agreement over the levels that have one; NaN: none has.
double agreementOf(const std::vector<LandscapeReport>& places) {
  double sum = 0;
  int count = 0;
  for (const LandscapeReport& place : places)
    if (!std::isnan(place.agreement)) sum += place.agreement, ++count;
  return count > 0 ? sum / count : std::nan("");
}

}  // namespace

Figure landscapeFigure(const std::vector<LandscapeReport>& places, int level, int delta, const Theme& theme) {
  if (!places.empty())
    return places.front().other.empty() ? curveOf(places, level, delta, theme) : mapOf(places, delta);
  Figure figure;
  figure.empty = QObject::tr("The loss over the levels appears here.\nChoose an op, then Compute.");
  return figure;
}

QString landscapeText(const std::vector<LandscapeReport>& places, int level, int delta) {
  if (places.empty()) return {};
  if (!places.front().other.empty()) {
    const LandscapeReport& most = *std::ranges::max_element(places, {}, &LandscapeReport::loss);
    return QObject::tr(
               "The loss is largest, %1, at %2 level %3 and %4 level %5. The lines point to where probes of "
               "both ops by δ = %6, each moved alone, say that it rises.")
        .arg(lossText(most.loss), titleOf(most.op))
        .arg(most.level)
        .arg(titleOf(most.other))
        .arg(most.otherLevel)
        .arg(delta);
  }
  QString text = QObject::tr("Over all levels %1 of the samples' probes have the sign of the slope.")
                     .arg(percentText(100 * agreementOf(places)));
  const LandscapeReport* place = placeAt(places, level);
  if (!place || std::isnan(place->slope)) return text + QObject::tr(" Click a level for its slope.");
  return QObject::tr(
             "Level %1: slope %2 a level; probe with δ = +%3: %4, with δ = −%3: %5; %6 of the probes agree. ")
             .arg(level)
             .arg(signedText(place->slope, 4))
             .arg(delta)
             .arg(signedText(place->probeUp, 4), signedText(place->probeDown, 4),
                  percentText(100 * place->agreement)) +
         text;
}

}  // namespace uada

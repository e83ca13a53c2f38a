#include <algorithm>
#include <cmath>

#include "widgets/panels/live/LiveCurves.h"
#include "widgets/session/Session.h"

// What the Live view draws of two lines in pairs of runs: such that differ in a setting and share the seed,
// and so the order of the images and all that is drawn at random.
namespace uada {

/// As the bold line of a run has them.
SeedValues LiveCurves::shownValues(const LiveScalar& scalar, qint64 run, const LiveSettings& settings,
                                   std::optional<std::pair<double, double>> seen, std::size_t most) {
  if (!hasPlace(run, settings.x)) return {};
  if (scalar.isEpoch) return epochValues(scalar, run, settings.x);
  const Pyramid& values = settings.smoothing > 0 ? smooth(scalar, run, settings.smoothing) : raw(scalar, run);
  return seedValues(scalar, values, run, settings.x, seen, most);
}

std::vector<std::pair<qint64, qint64>> LiveCurves::pairsOf(const LiveLine& line,
                                                           const LiveLine& minus) const {
  std::vector<std::pair<qint64, qint64>> pairs;
  for (const qint64 run : line.runs) {
    const RunSummary* one = session_.find(run);  // null: it has just been deleted
    const auto isOfSeed = [&](qint64 id) {
      const RunSummary* other = session_.find(id);
      return one && other && one->seed == other->seed;
    };
    const auto other = std::ranges::find_if(minus.runs, isOfSeed);
    if (other != minus.runs.end()) pairs.emplace_back(run, *other);
  }
  return pairs;
}

bool LiveCurves::hasEnded(const LiveScalar& scalar, qint64 run, LiveSettings::X x, double place) {
  if (!scalar.isEpoch) return stepAt(run, place, x) > raw(scalar, run).lastStep();
  const SeedValues seed = epochValues(scalar, run, x);
  return seed.x.empty() || (seed.x.back() < place && place - seed.x.back() > seed.x.front());
}

LiveValues LiveCurves::differenceAt(const LiveScalar& scalar, const LiveLine& line, const LiveLine& minus,
                                    const LiveSettings& settings, std::optional<double> x) {
  LiveValues found;
  found.x = found.smooth = found.raw = found.deviation = std::nan("");
  std::vector<double> differences;
  for (const auto& [run, other] : pairsOf(line, minus)) {
    LiveLine first = line, second = minus;
    first.runs = {run};
    second.runs = {other};
    const LiveValues values = valuesAt(scalar, first, settings, x);
    const LiveValues others = valuesAt(scalar, second, settings, x);
    if (std::isnan(values.smooth - others.smooth)) continue;
    if (x && (hasEnded(scalar, run, settings.x, *x) || hasEnded(scalar, other, settings.x, *x))) continue;
    if (differences.empty()) found.x = values.x;
    differences.push_back(values.smooth - others.smooth);
  }
  found.smooth = momentOf(differences).mean;
  found.count = static_cast<int>(differences.size());
  return found;
}

void LiveCurves::addDifference(Figure& figure, const LiveScalar& scalar, const LiveLine& line,
                               const LiveLine& minus, const LiveSettings& settings,
                               std::optional<std::pair<double, double>> seen, std::size_t most) {
  std::vector<std::pair<SeedValues, SeedValues>> pairs;
  for (const auto& [run, other] : pairsOf(line, minus))
    pairs.emplace_back(shownValues(scalar, run, settings, seen, most),
                       shownValues(scalar, other, settings, seen, most));
  SeedCurve mean = overPairs(pairs);
  if (mean.x.empty()) return;
  figure.bands.push_back({.name = line.name,
                          .colour = line.colour,
                          .x = std::move(mean.bandX),
                          .low = std::move(mean.bandLow),
                          .high = std::move(mean.bandHigh),
                          .inLegend = false});
  Curve curve;
  curve.name = line.name;
  curve.colour = line.colour;
  curve.x = std::move(mean.x);
  curve.y = std::move(mean.mean);
  curve.points = scalar.isEpoch;
  curve.faint = !settings.pointed.isEmpty() && settings.pointed != line.key;
  figure.curves.push_back(std::move(curve));
}

}  // namespace uada

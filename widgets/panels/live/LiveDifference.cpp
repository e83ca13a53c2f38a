#include <algorithm>

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

void LiveCurves::addDifference(Figure& figure, const LiveScalar& scalar, const LiveLine& line,
                               const LiveLine& minus, const LiveSettings& settings,
                               std::optional<std::pair<double, double>> seen, std::size_t most) {
  std::vector<std::pair<SeedValues, SeedValues>> pairs;
  for (const qint64 run : line.runs)
    for (const qint64 other : minus.runs)
      if (session_.find(run)->seed == session_.find(other)->seed) {
        pairs.emplace_back(shownValues(scalar, run, settings, seen, most),
                           shownValues(scalar, other, settings, seen, most));
        break;  // of a seed that was repeated the newest
      }
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

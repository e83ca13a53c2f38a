#include "widgets/panels/compare/GroupCurve.h"

#include <utility>

#include "widgets/plot/SeedCurve.h"

namespace uada {

GroupCurve groupCurve(const std::vector<const std::vector<EpochReport>*>& runs, const Metric& metric) {
  std::vector<SeedValues> seeds;
  for (const auto* epochs : runs) {
    SeedValues& seed = seeds.emplace_back();
    for (const EpochReport& epoch : *epochs) {
      seed.x.push_back(epoch.epoch);
      seed.y.push_back(metric.scale * metricOf(epoch.test, metric.name));
    }
  }
  SeedCurve over = overSeeds(seeds);
  GroupCurve curve;
  curve.mean.x = std::move(over.x);
  curve.mean.y = std::move(over.mean);
  curve.spread.x = std::move(over.bandX);
  curve.spread.low = std::move(over.bandLow);
  curve.spread.high = std::move(over.bandHigh);
  return curve;
}

}  // namespace uada

#include "widgets/panels/compare/GroupCurve.h"

#include <cmath>
#include <map>

#include "core/tables/Table.h"

namespace uada {

GroupCurve groupCurve(const std::vector<const std::vector<EpochReport>*>& runs, const Metric& metric) {
  std::map<int, std::vector<double>> values;
  for (const auto* epochs : runs)
    for (const EpochReport& epoch : *epochs) {
      const double value = metric.scale * metricOf(epoch.test, metric.name);
      if (std::isfinite(value)) values[epoch.epoch].push_back(value);
    }
  GroupCurve curve;
  for (const auto& [epoch, those] : values) {
    const Cell cell{those, {}, {}};
    const double mean = *cell.mean();
    curve.mean.x.push_back(epoch);
    curve.mean.y.push_back(mean);
    if (const std::optional<double> spread = cell.spread()) {
      curve.spread.x.push_back(epoch);
      curve.spread.low.push_back(mean - *spread);
      curve.spread.high.push_back(mean + *spread);
    }
  }
  return curve;
}

}  // namespace uada

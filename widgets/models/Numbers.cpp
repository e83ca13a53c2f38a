#include "widgets/models/Numbers.h"

#include <fmt/core.h>

#include <QObject>
#include <cmath>

#include "core/base/Text.h"
#include "widgets/models/Words.h"

namespace uada {

QString orDash(const QString& text) { return text.isEmpty() ? QStringLiteral("–") : text; }

QString lossText(double loss) {
  return std::isfinite(loss) ? QString::fromStdString(fmt::format("{:#.4g}", loss)) : orDash({});
}

QString plainPercentText(double percent) {
  return std::isfinite(percent) ? QString::number(percent, 'f', 2) : orDash({});
}

QString percentText(double percent) {
  return std::isfinite(percent) ? plainPercentText(percent) + QStringLiteral(" %") : orDash({});
}

QString signedText(double value, int digits) {
  if (!std::isfinite(value)) return orDash({});
  const QString size = QString::number(std::abs(value), 'f', digits);
  if (size.toDouble() == 0) return size;
  return (value < 0 ? QStringLiteral("−") : QStringLiteral("+")) + size;
}

QString ratioText(std::optional<double> ratio) {
  return ratio ? QString::number(*ratio, 'f', 2) + QStringLiteral(" ×") : orDash({});
}

QString stepTimeText(double milliseconds) {
  const bool isLong = milliseconds >= 999.95;
  return QString::fromStdString(isLong ? fmt::format("{:.2f} s", milliseconds / 1000)
                                       : fmt::format("{:#.4g} ms", milliseconds));
}

QString countText(long long count) { return QString::fromStdString(groupedText(count)); }

MetricTitle metricTitle(const std::vector<RunSummary>& runs) {
  const Metric& first = runs.empty() ? tasks().front().testMetrics.front() : mainMetric(runs.front());
  for (const RunSummary& run : runs)
    if (mainMetric(run).name != first.name) return {QObject::tr("main metric"), {}};
  return {q(first.title), q(first.unit)};
}

}  // namespace uada

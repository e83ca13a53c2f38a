#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "core/store/Records.h"

namespace uada {

/// Numbers as they are shown. NaN and absent values are an en dash.
QString lossText(double loss);                   ///< four significant digits: "0.4123"
QString percentText(double percent);             ///< "93.41 %"
QString plainPercentText(double percent);        ///< "93.41": under a heading that says %
QString signedText(double value, int digits);    ///< "+0.52", with a true minus sign
QString ratioText(std::optional<double> ratio);  ///< "4.00 ×"
/// Of a step or a part of it: "320.1 ms", "2.30 s".
QString stepTimeText(double milliseconds);
QString countText(long long count);  ///< "1,234,567"
QString orDash(const QString& text);

/// How the main test metric of these runs is called within a sentence: "top-1" in "%"; "main metric" without
/// a unit where the runs differ in it.
struct MetricTitle {
  QString title, unit;
};
MetricTitle metricTitle(const std::vector<RunSummary>& runs);

}  // namespace uada

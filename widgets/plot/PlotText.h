#pragma once

#include <QByteArray>
#include <QString>

#include "widgets/plot/Plot.h"

namespace uada {

/// "Loss", "Accuracy (%)".
QString axisText(const QString& title, const QString& unit);
/// Two decimals for percentages, else four significant digits.
QString valueText(double value, const QString& unit);
/// Of counts, 0..1; none of all of them: 0 each.
std::vector<double> sharesOf(const std::vector<double>& counts);
/// The values at x, one line a curve, as rich text.
QString readOutOf(const Figure& figure, double x, double y);
/// Long form with every value, not decimated: a column for the curve (of a heat map: the row), and one for
/// each axis, named as the axis is, with its unit ("Accuracy (%)"). Numbers read back to the same bits; what
/// is none is nan, inf or -inf. A band is two: "NAME low" and "NAME high". No text is a formula of a
/// spreadsheet.
QByteArray csvOf(const Figure& figure);

}  // namespace uada

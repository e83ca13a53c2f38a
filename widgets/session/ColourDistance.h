#pragma once

#include <QColor>
#include <QVector>

namespace uada {

/// A colour of CIE L*a*b* (D65).
struct Lab {
  double l = 0, a = 0, b = 0;
};
Lab labOf(const QColor& colour);
/// Whether sRGB has that colour, and if so which one: invalid if not.
QColor colourOf(const Lab& lab);

/// CIEDE2000, with all weights 1: 1 is just to be seen side by side. Source: Sharma, Wu and Dalal 2005, "The
/// CIEDE2000 color-difference formula".
double colourDistance(const Lab& a, const Lab& b);

/// Of WCAG 2.1: 1 (none) to 21.
double contrast(const QColor& a, const QColor& b);

/// `given`, and then others up to `count`: each is the one that is farthest from all before it, among those
/// that have a contrast of 3 or more to the background, and another hue than the last two: people call a
/// dark yellow and an olive by one name, far apart as they are.
QVector<QColor> apartFrom(QVector<QColor> given, const QColor& background, int count);

/// A lighter or darker form of a colour that stays as visible on the background; 0: itself.
QColor shadeOf(const QColor& colour, int step, const QColor& background);

}  // namespace uada

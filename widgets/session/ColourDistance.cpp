#include "widgets/session/ColourDistance.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

namespace uada {
namespace {

constexpr std::array<double, 3> kWhite{0.95047, 1, 1.08883};  // D65

/// sRGB's transfer function.
double linear(double value) {
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}
double encoded(double value) {
  return value <= 0.0031308 ? 12.92 * value : 1.055 * std::pow(value, 1 / 2.4) - 0.055;
}

double labCurve(double t) { return t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116; }
double labCurveBack(double f) { return f * f * f > 216.0 / 24389 ? f * f * f : (116 * f - 16) * 27 / 24389; }

double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// Degrees, 0 to 360.
double hueOf(double a, double b) {
  if (a == 0 && b == 0) return 0;
  const double hue = std::atan2(b, a) * 180 / std::numbers::pi;
  return hue < 0 ? hue + 360 : hue;
}

/// The share of red, green and blue light.
double luminance(const QColor& c) {
  return 0.2126 * linear(c.redF()) + 0.7152 * linear(c.greenF()) + 0.0722 * linear(c.blueF());
}

/// The nearest to it that sRGB has, with less of a colour if need be.
QColor lessColourful(Lab lab) {
  QColor made = colourOf(lab);
  for (; !made.isValid() && std::hypot(lab.a, lab.b) > 1; made = colourOf(lab)) {
    lab.a *= 0.9;
    lab.b *= 0.9;
  }
  return made.isValid() ? made : colourOf({lab.l, 0, 0});
}

constexpr double kLeastContrast = 3;  // WCAG 2.1 of what is drawn

/// All that may be chosen from: a grid over lightness, chroma and hue.
QVector<QColor> candidates(const QColor& background) {
  QVector<QColor> all;
  for (int l = 30; l <= 85; l += 5)
    for (const int chroma : {30, 50, 70, 90})
      for (int hue = 0; hue < 360; hue += 10) {
        const double angle = radians(hue);
        const QColor colour =
            colourOf({static_cast<double>(l), chroma * std::cos(angle), chroma * std::sin(angle)});
        if (!colour.isValid()) continue;
        const QColor written(colour.rgb());  // as #rrggbb says it
        if (contrast(written, background) >= kLeastContrast) all.push_back(written);
      }
  return all;
}

}  // namespace

Lab labOf(const QColor& colour) {
  const double r = linear(colour.redF()), g = linear(colour.greenF()), b = linear(colour.blueF());
  const double x = labCurve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / kWhite[0]);
  const double y = labCurve((0.2126729 * r + 0.7151522 * g + 0.0721750 * b) / kWhite[1]);
  const double z = labCurve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / kWhite[2]);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

QColor colourOf(const Lab& lab) {
  const double fy = (lab.l + 16) / 116;
  const double x = kWhite[0] * labCurveBack(fy + lab.a / 500), y = kWhite[1] * labCurveBack(fy),
               z = kWhite[2] * labCurveBack(fy - lab.b / 200);
  std::array light{3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
                   -0.9692660 * x + 1.8760108 * y + 0.0415560 * z,
                   0.0556434 * x - 0.2040259 * y + 1.0572252 * z};
  constexpr double kRounding = 1e-4;
  for (double& part : light) {
    if (part < -kRounding || part > 1 + kRounding) return {};
    part = std::clamp(part, 0.0, 1.0);
  }
  return QColor::fromRgbF(static_cast<float>(encoded(light[0])), static_cast<float>(encoded(light[1])),
                          static_cast<float>(encoded(light[2])));
}

double colourDistance(const Lab& one, const Lab& two) {
  const auto seventh = [](double c) {
    return std::sqrt(std::pow(c, 7) / (std::pow(c, 7) + std::pow(25.0, 7)));
  };
  const double meanC = (std::hypot(one.a, one.b) + std::hypot(two.a, two.b)) / 2;
  const double g = 0.5 * (1 - seventh(meanC));
  const double a1 = (1 + g) * one.a, a2 = (1 + g) * two.a;
  const double c1 = std::hypot(a1, one.b), c2 = std::hypot(a2, two.b);
  const double h1 = hueOf(a1, one.b), h2 = hueOf(a2, two.b);
  double dh = 0, sumH = h1 + h2;
  if (c1 * c2 != 0) {
    dh = h2 - h1;
    if (std::abs(dh) > 180) {
      dh += dh > 0 ? -360 : 360;
      sumH += sumH < 360 ? 360 : -360;
    }
    sumH /= 2;
  }
  const double dL = two.l - one.l, dC = c2 - c1, dH = 2 * std::sqrt(c1 * c2) * std::sin(radians(dh / 2));
  const double l = (one.l + two.l) / 2 - 50, c = (c1 + c2) / 2;
  const double t = 1 - 0.17 * std::cos(radians(sumH - 30)) + 0.24 * std::cos(radians(2 * sumH)) +
                   0.32 * std::cos(radians(3 * sumH + 6)) - 0.20 * std::cos(radians(4 * sumH - 63));
  const double sL = 1 + 0.015 * l * l / std::sqrt(20 + l * l), sC = 1 + 0.045 * c, sH = 1 + 0.015 * c * t;
  const double turn = std::pow((sumH - 275) / 25, 2);
  const double rT = -2 * seventh(c) * std::sin(radians(60 * std::exp(-turn)));
  const double partL = dL / sL, partC = dC / sC, partH = dH / sH;
  return std::sqrt(partL * partL + partC * partC + partH * partH + rT * partC * partH);
}

double contrast(const QColor& a, const QColor& b) {
  const double one = luminance(a) + 0.05, two = luminance(b) + 0.05;
  return std::max(one, two) / std::min(one, two);
}

/// Than the last two; what is nearly grey has none.
static bool hasOtherHue(const Lab& lab, const QVector<QColor>& before) {
  constexpr double kGrey = 15, kApart = 30;  // chroma; degrees
  constexpr qsizetype kLast = 2;
  if (std::hypot(lab.a, lab.b) < kGrey) return true;
  for (qsizetype i = std::max<qsizetype>(0, before.size() - kLast); i < before.size(); ++i) {
    const Lab other = labOf(before[i]);
    if (std::hypot(other.a, other.b) < kGrey) continue;
    const double turn = std::abs(hueOf(lab.a, lab.b) - hueOf(other.a, other.b));
    if (std::min(turn, 360 - turn) < kApart) return false;
  }
  return true;
}

QVector<QColor> apartFrom(QVector<QColor> given, const QColor& background, int count) {
  const QVector<QColor> all = candidates(background);
  std::vector<Lab> labs;
  for (const QColor& colour : all) labs.push_back(labOf(colour));
  std::vector<double> nearest(labs.size(), 1e9);
  const auto take = [&](const QColor& colour) {
    const Lab lab = labOf(colour);
    for (std::size_t i = 0; i < labs.size(); ++i)
      nearest[i] = std::min(nearest[i], colourDistance(labs[i], lab));
  };
  take(background);
  for (const QColor& colour : given) take(colour);
  while (given.size() < count) {
    std::size_t best = labs.size();
    for (std::size_t i = 0; i < labs.size(); ++i)
      if (hasOtherHue(labs[i], given) && (best == labs.size() || nearest[i] > nearest[best])) best = i;
    given.push_back(all[static_cast<qsizetype>(best)]);
    take(given.back());
  }
  return given;
}

QColor shadeOf(const QColor& colour, int step, const QColor& background) {
  constexpr double kApart = 7;  // of L*
  const Lab lab = labOf(colour), behind = labOf(background);
  const double away = lab.l >= behind.l ? kApart : -kApart;
  const double least = 0.8 * std::min(kLeastContrast, contrast(colour, background));
  // Away from the background and towards it in turn, farther each time, as far as it stays seen.
  for (const int change : {1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6}) {
    if (step == 0) break;
    const double l = lab.l + change * away;
    if (l < 10 || l > 96) continue;
    const QColor shade = lessColourful({l, lab.a, lab.b});
    if (contrast(shade, background) >= least && --step == 0) return shade;
  }
  return colour;
}

}  // namespace uada

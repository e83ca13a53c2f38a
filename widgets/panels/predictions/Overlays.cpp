#include "widgets/panels/predictions/Overlays.h"

#include <fmt/core.h>

#include <QColor>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string_view>

#include "core/base/Error.h"

namespace uada {
namespace {

constexpr std::uint32_t kOne = 256;                // of a weight
constexpr int kLightHatch = 205, kDarkHatch = 95;  // greys
constexpr int kErrorDim = 2;                       // greys under errors are so many times darker

/// What is laid over a pixel: its colour, already weighted, and the weight of the picture, of kOne. Red and
/// blue are computed in one number: neither reaches into the other.
struct Ink {
  std::uint32_t redBlue = 0, green = 0, below = kOne;
  QRgb over(QRgb pixel) const {
    const std::uint32_t both = (pixel & 0xff00ffU) * below + redBlue;
    const std::uint32_t middle = (pixel & 0x00ff00U) * below + green;
    return 0xff000000U | (both >> 8 & 0xff00ffU) | (middle >> 8 & 0x00ff00U);
  }
};

Ink inkOf(int red, int green, int blue, double opacity) {
  const auto weight = static_cast<std::uint32_t>(std::lround(kOne * std::clamp(opacity, 0.0, 1.0)));
  const QRgb colour = qRgb(red, green, blue);
  return {(colour & 0xff00ffU) * weight, (colour & 0x00ff00U) * weight, kOne - weight};
}

/// The stripes of what is of no class: wide enough to be seen where a large picture is drawn small.
struct Hatch {
  explicit Hatch(int width, double opacity)
      : period(std::max(8, width / 64)),
        light(inkOf(kLightHatch, kLightHatch, kLightHatch, opacity)),
        dark(inkOf(kDarkHatch, kDarkHatch, kDarkHatch, opacity)) {}
  const Ink& at(int x, int y) const { return (x + y) % period < period / 4 ? light : dark; }
  int period;
  Ink light, dark;
};

void requireSize(QSize expected, int width, int height, std::string_view what) {
  if (expected == QSize(width, height)) return;
  throw Error(fmt::format("{} has {} x {} pixels, {} x {} expected as its picture has; predict again", what,
                          width, height, expected.width(), expected.height()));
}

bool isShown(const LabelStyle& style, std::size_t label) {
  return label >= style.shown.size() || style.shown[label];
}

/// The ink of each label; of those that are of no class it is not used.
std::array<Ink, 256> inksOf(const LabelStyle& style) {
  std::array<Ink, 256> inks;
  for (std::size_t i = 0; i < std::min(inks.size(), style.colours.size()); ++i) {
    const auto [red, green, blue] = style.colours[i];
    if (isShown(style, i)) inks[i] = inkOf(red, green, blue, style.opacity);
  }
  return inks;
}

const QRgb* rowOf(const QImage& picture, int y) {
  return reinterpret_cast<const QRgb*>(picture.constScanLine(y));
}
QRgb* rowOf(QImage& picture, int y) { return reinterpret_cast<QRgb*>(picture.scanLine(y)); }

/// Colours are summed in one number: 21 bits for each channel, of at most 8,192 pixels.
constexpr std::uint64_t spread(QRgb colour) {
  return std::uint64_t{colour & 0xff0000U} << 26 | std::uint64_t{colour & 0x00ff00U} << 13 |
         (colour & 0x0000ffU);
}
QRgb meanOf(std::uint64_t sum, std::uint32_t count) {
  const auto channel = [&](int shift) {
    const auto part = static_cast<std::uint32_t>(sum >> shift & 0x1fffffU);
    return static_cast<int>((part + count / 2) / count);
  };
  return qRgb(channel(42), channel(21), channel(0));
}
constexpr int kMostSummed = 8192;

/// rowAt(y)(x)  the colour of a pixel of the whole
template <class RowOf>
QImage drawnWhole(QSize whole, RowOf rowAt) {
  QImage drawn(whole, QImage::Format_RGB32);
  for (int y = 0; y < whole.height(); ++y) {
    const auto colourAt = rowAt(y);
    QRgb* to = rowOf(drawn, y);
    for (int x = 0; x < whole.width(); ++x) to[x] = colourAt(x);
  }
  return drawn;
}

/// The same, each pixel of what is shown the mean of those that it stands for: what is not shown is never
/// written.
template <class RowOf>
QImage drawn(QSize whole, QSize shown, RowOf rowAt) {
  const bool isSmaller = !shown.isEmpty() && shown != whole && shown.boundedTo(whole) == shown;
  if (!isSmaller || whole.width() / shown.width() + 1 > kMostSummed / (whole.height() / shown.height() + 1))
    return drawnWhole(whole, rowAt);
  const auto begin = [](int i, int of, int in) { return static_cast<int>(std::int64_t{i} * in / of); };
  QImage drawn(shown, QImage::Format_RGB32);
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(whole.width()));  // [x] of the rows of a pixel
  for (int row = 0; row < shown.height(); ++row) {
    std::ranges::fill(sums, 0);
    const int first = begin(row, shown.height(), whole.height());
    const int last = begin(row + 1, shown.height(), whole.height());
    for (int y = first; y < last; ++y) {
      const auto colourAt = rowAt(y);
      for (int x = 0; x < whole.width(); ++x) sums[static_cast<std::size_t>(x)] += spread(colourAt(x));
    }
    QRgb* to = rowOf(drawn, row);
    for (int column = 0, x = 0; column < shown.width(); ++column) {
      const int end = begin(column + 1, shown.width(), whole.width()), from = x;
      std::uint64_t sum = 0;
      for (; x < end; ++x) sum += sums[static_cast<std::size_t>(x)];
      to[column] = meanOf(sum, static_cast<std::uint32_t>((end - from) * (last - first)));
    }
  }
  return drawn;
}

}  // namespace

QImage pictureOf(ImageView image) {
  QImage picture(image.width, image.height, QImage::Format_RGB32);
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* from = image.row(y);
    QRgb* to = rowOf(picture, y);
    for (int x = 0; x < image.width; ++x, from += 3) to[x] = qRgb(from[0], from[1], from[2]);
  }
  return picture;
}

QImage labelOverlay(const QImage& picture, LabelMapView map, const LabelStyle& style, QSize shown) {
  requireSize(picture.size(), map.width, map.height, "a label map");
  const std::array<Ink, 256> inks = inksOf(style);
  const Hatch hatch(map.width, style.opacity);
  const std::size_t classes = style.colours.size();
  return drawn(picture.size(), shown, [&](int y) {
    return [&, y, labels = map.row(y), from = rowOf(picture, y)](int x) {
      return (labels[x] < classes ? inks[labels[x]] : hatch.at(x, y)).over(from[x]);
    };
  });
}

QImage errorOverlay(const QImage& picture, LabelMapView truth, LabelMapView predicted,
                    const LabelStyle& style, QSize shown) {
  requireSize(picture.size(), truth.width, truth.height, "a true label map");
  requireSize(picture.size(), predicted.width, predicted.height, "a predicted label map");
  const std::size_t classes = style.colours.size();
  const Ink wrong = inkOf(kWrongColour[0], kWrongColour[1], kWrongColour[2], style.opacity);
  const Hatch hatch(truth.width, style.opacity);
  return drawn(picture.size(), shown, [&](int y) {
    return [&, y, t = truth.row(y), p = predicted.row(y), from = rowOf(picture, y)](int x) {
      const int grey = qGray(from[x]) / kErrorDim;
      const QRgb dim = qRgb(grey, grey, grey);
      const bool isWrong = t[x] < classes && t[x] != p[x] && isShown(style, t[x]);
      return t[x] >= classes ? hatch.at(x, y).over(dim) : isWrong ? wrong.over(dim) : dim;
    };
  });
}

std::vector<ClassColour> classColours(ClassPalette palette, const std::vector<ClassColour>& ofTheData) {
  if (palette == ClassPalette::ofTheData) return ofTheData;
  constexpr ClassColour kOkabeIto[] = {{230, 159, 0}, {86, 180, 233}, {0, 158, 115},   {240, 228, 66},
                                       {0, 114, 178}, {213, 94, 0},   {204, 121, 167}, {90, 90, 90}};
  constexpr int kShades[] = {100, 150, 75};  // per cent of the value
  constexpr int kLightness[] = {150, 95, 205};
  const int count = static_cast<int>(ofTheData.size());
  std::vector<ClassColour> colours;
  for (int i = 0; i < count; ++i) {
    const auto [red, green, blue] = kOkabeIto[i % 8];
    // Neighbours in the list are far apart in hue: steps of the golden angle.
    const QColor colour = palette == ClassPalette::colourBlind
                              ? QColor(red, green, blue).darker(kShades[i / 8 % 3])
                              : QColor::fromHsl((i * 137) % 360, 200, kLightness[i % 3]);
    colours.push_back({static_cast<std::uint8_t>(colour.red()), static_cast<std::uint8_t>(colour.green()),
                       static_cast<std::uint8_t>(colour.blue())});
  }
  return colours;
}

QImage differencePicture(ImageView a, ImageView b, double factor) {
  requireSize({a.width, a.height}, b.width, b.height, "a compared picture");
  std::array<int, 256> amplified;
  for (int i = 0; i < 256; ++i) amplified[i] = static_cast<int>(std::lround(std::min(255.0, factor * i)));
  QImage drawn(a.width, a.height, QImage::Format_RGB32);
  for (int y = 0; y < a.height; ++y) {
    const std::uint8_t *one = a.row(y), *other = b.row(y);
    QRgb* to = rowOf(drawn, y);
    for (int x = 0; x < a.width; ++x, one += 3, other += 3) {
      const auto apart = [&](int c) { return amplified[std::abs(one[c] - other[c])]; };
      to[x] = qRgb(apart(0), apart(1), apart(2));
    }
  }
  return drawn;
}

double peakRatio(ImageView a, ImageView b) {
  requireSize({a.width, a.height}, b.width, b.height, "a compared picture");
  std::uint64_t squares = 0;
  for (std::size_t i = 0; i < a.bytes(); ++i) {
    const int apart = a.rgb[i] - b.rgb[i];
    squares += static_cast<std::uint64_t>(apart * apart);
  }
  if (squares == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.bytes()) / static_cast<double>(squares));
}

QImage hatchSwatch(QSize size) {
  QImage drawn(size, QImage::Format_RGB32);
  const Hatch hatch(0, 1);
  for (int y = 0; y < size.height(); ++y)
    for (int x = 0; x < size.width(); ++x) drawn.setPixel(x, y, hatch.at(x, y).over(qRgb(0, 0, 0)));
  return drawn;
}

}  // namespace uada

#include <cmath>
#include <limits>
#include <random>

#include "core/ops/Reference.h"
#include "tests/core/SimdTools.h"

using namespace uada;

namespace {

/// An affine map of any kind: shears, shifts, turns, with coefficients that fall on pixels and that do not.
Affine randomAffine(int kind, std::mt19937& random) {
  std::uniform_real_distribution<double> any(-1.2, 1.2), far(-40, 40);
  const double ninths = (static_cast<int>(random() % 21) - 10) * 0.3 / 9;
  const double quarters = (static_cast<int>(random() % 33) - 16) / 4.0;
  const double v = random() % 3 == 0 ? ninths : random() % 3 == 0 ? quarters : any(random);
  switch (kind) {
    case 0: return {.xy = v};
    case 1: return {.yx = v};
    case 2: return {.x0 = random() % 2 ? far(random) : quarters};
    case 3: return {.y0 = random() % 2 ? far(random) : quarters};
    case 4: return {.xy = v, .x0 = random() % 2 ? far(random) : 1 - v};
    case 5: return {.yx = v, .y0 = random() % 2 ? far(random) : 1 - v};
    case 6: {
      const double angle = 4 * v, cosine = std::cos(angle), sine = std::sin(angle);
      return {cosine, sine, 16 - 16 * cosine - 16 * sine, -sine, cosine, 16 + 16 * sine - 16 * cosine};
    }
    case 7: return {.xx = 1 + any(random), .x0 = far(random), .yy = 1 + any(random), .y0 = quarters};
    default: return {any(random), any(random), far(random), any(random), any(random), far(random)};
  }
}

}  // namespace

/// Affine maps on every instruction set of this machine against the plain code: no byte may differ.
class TestSimdAffine : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void moves_data() { addTargets(); }
  void moves();
  void movesFar_data() { addTargets(); }
  void movesFar();
  void movesToWholeNumbers_data() { addTargets(); }
  void movesToWholeNumbers();
  void movesNearWholePixels_data() { addTargets(); }
  void movesNearWholePixels();
};

void TestSimdAffine::moves() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  for (auto [width, height] : kSizes) {
    const Image image = randomImage(width, height, 0, random);
    for (int i = 0; i < (width == 224 ? 9 : 180); ++i) {
      const Affine affine = randomAffine(i % 9, random);
      for (Filter filter : kFilters) {
        const Sampling sampling{{std::uint8_t(random()), std::uint8_t(random()), 9}, filter};
        QVERIFY2(sameImage(
                     image, [&](ImageView in, ImageSpan out) { applyAffine(in, out, affine, sampling); },
                     [&](ImageView in, ImageSpan out) { reference::applyAffine(in, out, affine, sampling); }),
                 qPrintable(QStringLiteral("%1, %2 %3 %4 %5 %6 %7, filter %8")
                                .arg(sizeText(image))
                                .arg(affine.xx, 0, 'g', 17)
                                .arg(affine.xy, 0, 'g', 17)
                                .arg(affine.x0, 0, 'g', 17)
                                .arg(affine.yx, 0, 'g', 17)
                                .arg(affine.yy, 0, 'g', 17)
                                .arg(affine.y0, 0, 'g', 17)
                                .arg(int(filter))));
      }
    }
  }
}

/// Coefficients of any size, and images wider than 16 bits of fixed point.
void TestSimdAffine::movesFar() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  const Image small = randomImage(31, 5, 0, random), wide = randomImage(40000, 2, 0, random);
  const Image high = randomImage(2, 17000, 0, random);
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<Affine> affines;
  for (double v :
       {1e-20, 1e-9, 0.99999999, 1.00000001, 1e4, -16383.5, 16384.0, 32767.9, -1e6, 1e15, -1e300, infinity})
    for (int kind = 0; kind < 4; ++kind) {
      Affine affine;
      (kind == 0 ? affine.xy : kind == 1 ? affine.yx : kind == 2 ? affine.x0 : affine.y0) = v;
      affines.push_back(affine);
      affines.push_back({.xx = v, .yx = 0.5});
    }
  for (const Image* image : {&small, &wide, &high})
    for (const Affine& affine : affines)
      for (Filter filter : kFilters) {
        if (image != &small && filter != Filter::nearest && affine.xx != 1) continue;
        const Sampling sampling{{1, 2, 3}, filter};
        QVERIFY2(sameImage(
                     *image, [&](ImageView in, ImageSpan out) { applyAffine(in, out, affine, sampling); },
                     [&](ImageView in, ImageSpan out) { reference::applyAffine(in, out, affine, sampling); }),
                 qPrintable(sizeText(*image)));
      }
}

/// Turns and stretches by halves and quarters, of few colours: most of what is interpolated is a whole number
/// or hardly less, where single precision does not know how to cut. Rows longer than the pixels done at a
/// time.
void TestSimdAffine::movesToWholeNumbers() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  const Image shapes[] = {randomImage(150, 9, 0, random), randomImage(9, 150, 0, random),
                          randomImage(66, 65, 0, random), randomImage(3, 2, 0, random)};
  for (const Image& shape : shapes)
    for (const int colours : {1, 2, 3, 256}) {
      Image image = shape;
      for (std::uint8_t& v : image.rgb) v = static_cast<std::uint8_t>(colours == 1 ? 255 : v % colours * 85);
      for (int i = 0; i < 24; ++i) {
        const auto quarter = [&] { return (static_cast<int>(random() % 9) - 4) / 4.0; };
        Affine affine{quarter(), quarter(), 8 * quarter(), quarter(), quarter(), 8 * quarter()};
        if (i % 4 == 0) affine = {0, 1, 0.5 * quarter(), -1, 0, image.height + 0.25};
        if (i % 4 == 1) affine.xy += 1e-12, affine.yy -= 1e-9;
        for (Filter filter : {Filter::bilinear, Filter::bicubic}) {
          const Sampling sampling{{1, 200, 3}, filter};
          QVERIFY2(
              sameImage(
                  image, [&](ImageView in, ImageSpan out) { applyAffine(in, out, affine, sampling); },
                  [&](ImageView in, ImageSpan out) { reference::applyAffine(in, out, affine, sampling); }),
              qPrintable(QStringLiteral("%1, %2 colours, case %3").arg(sizeText(image)).arg(colours).arg(i)));
        }
      }
    }
}

/// Shears and shifts by whole pixels but for the rounding, which decides between two neighbours.
void TestSimdAffine::movesNearWholePixels() {
  const SimdTarget target;
  std::mt19937 random(kSeed);
  const Image across = randomImage(300, 12, 0, random), down = randomImage(12, 300, 0, random);
  for (int i = 0; i < 100; ++i) {
    const double whole = static_cast<int>(random() % 41) - 20;
    const double sheared = i % 2 ? whole / (random() % 12 + 0.5) : whole / (random() % 300 + 0.5);
    for (double v : {sheared, std::nextafter(sheared, 1e9), std::nextafter(sheared, -1e9), sheared + 1e-13}) {
      const double rest = random() % 3 == 0 ? v - sheared : 0, start = random() % 3 == 0 ? whole + rest : 0;
      for (const Affine& affine :
           {Affine{.xy = v, .x0 = start}, Affine{.yx = v, .y0 = start}, Affine{.x0 = start},
            Affine{.xy = v, .x0 = 0.5 - v}, Affine{.yx = v, .y0 = 0.5 - v}})
        for (const Image* image : {&across, &down})
          for (Filter filter : kFilters) {
            const Sampling sampling{{1, 2, 3}, filter};
            QVERIFY2(
                sameImage(
                    *image, [&](ImageView in, ImageSpan out) { applyAffine(in, out, affine, sampling); },
                    [&](ImageView in, ImageSpan out) { reference::applyAffine(in, out, affine, sampling); }),
                qPrintable(sizeText(*image)));
          }
    }
  }
}

QTEST_GUILESS_MAIN(TestSimdAffine)
#include "tst_simd_affine.moc"

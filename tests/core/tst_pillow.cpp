#include <fmt/core.h>

#include <QCryptographicHash>
#include <QTest>
#include <deque>
#include <random>

#include "core/ops/Op.h"
#include "core/ops/Resize.h"
#include "tests/core/OpImages.h"
#include "tests/core/Pillow.h"

using namespace uada;

// How many images of each of the five sizes; the slow program takes more.
#ifndef PILLOW_IMAGES
#define PILLOW_IMAGES 1
#endif

namespace {

constexpr unsigned kSeed = 20261122;
constexpr int kRandomValues = 20;
constexpr Filter kFilters[] = {Filter::nearest, Filter::bilinear, Filter::bicubic};

struct Case {
  const Op* op;
  double value;
  Sampling sampling;
  const Image* image;
};

/// Special values that Pillow accepts, beside random ones.
std::vector<double> specialValues(const Op& op, std::mt19937& random) {
  if (!op.hasValue) return {0};
  if (op.unit == "bits") return {0, 1, 2, 3, 4, 5, 6, 7, 8};
  if (op.unit == "degrees") return {90, -90, 180, 270, 360, 45, 1e-14, -1e-20, 179.99999};
  if (op.unit == "pixels") return {0.5, -0.5, 1, -1, 0.49999999999999994, double(random() % 7)};
  if (op.unit == "factor") return {0, 1, -0.5, 3, 1e9};
  if (op.unit == "weight") return {0, 1, 1.5, -0.5};
  return {op.min, op.max};
}

/// Also beyond the sensible range, where Pillow allows.
double randomValue(const Op& op, std::mt19937& random) {
  if (!op.hasValue) return 0;
  if (op.unit == "bits") return double(random() % 9);
  const double middle = (op.min + op.max) / 2, half = op.max - op.min;
  return std::uniform_real_distribution<double>(middle - half, middle + half)(random);
}

Sampling randomSampling(Filter filter, std::mt19937& random) {
  const auto r = random();
  Sampling sampling{{std::uint8_t(r), std::uint8_t(r >> 8), std::uint8_t(r >> 16)}, filter};
  std::uniform_real_distribution<double> share(0, 1);
  sampling.x = share(random);
  sampling.y = share(random);
  return sampling;
}

/// "rotate 10 nearest 1 2 3 0.5 0.5 33 32": as pillow_ops.py reads it, but for the offset.
std::string caseText(const Case& c) {
  const auto& [red, green, blue] = c.sampling.fill;
  return fmt::format("{} {} {} {} {} {} {} {} {} {}", c.op->name, c.value,
                     filterName(c.sampling.filter.value_or(Filter::nearest)), red, green, blue, c.sampling.x,
                     c.sampling.y, c.image->width, c.image->height);
}

Image ours(const Case& c) {
  Image partner(c.image->width, c.image->height);
  flipVertical(c.image->view(), partner.span());
  Sampling sampling = c.sampling;
  sampling.other = partner.view();
  return applied(*c.op, *c.image, c.value, sampling);
}

}  // namespace

/// Every operation against a Pillow that is installed, on images of many shapes: no byte may differ.
class TestPillow : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase();
  void specialValuesOnOddShapes();
  void randomValues_data();
  void randomValues();
  void resizes();
  void centres();

 private:
  void compareBytes(const std::vector<Case>& cases);
  void compareSums(const std::vector<Case>& cases);
  QString python_, version_;
};

void TestPillow::initTestCase() {
  python_ = pythonWithPillow(version_);
  if (python_.isEmpty()) QSKIP("not run: the comparison with Pillow needs Debian's package python3-pil");
  qInfo("Pillow %s", qPrintable(version_));
}

void TestPillow::compareBytes(const std::vector<Case>& cases) {
  PillowCall call;
  for (const Case& c : cases) call.add(caseText(c), *c.image);
  const QByteArray wanted = call.run(python_, QStringLiteral("pillow_ops.py"));
  qsizetype at = 0;
  for (const Case& c : cases) {
    const Image got = ours(c);
    const int differing = differingBytes(got, wanted, at);
    QVERIFY2(differing == 0,
             fmt::format("{}: {} bytes differ (seed {})", caseText(c), differing, kSeed).c_str());
    at += static_cast<qsizetype>(got.rgb.size());
  }
  QCOMPARE(at, wanted.size());
  qInfo("%zu cases are equal", cases.size());
}

/// Of large images only the SHA-256 is handed over.
void TestPillow::compareSums(const std::vector<Case>& cases) {
  PillowCall call;
  for (const Case& c : cases) call.add(caseText(c), *c.image);
  const QByteArray wanted = call.run(python_, QStringLiteral("pillow_ops.py"), {QStringLiteral("--sums")});
  QCOMPARE(wanted.size(), static_cast<qsizetype>(32 * cases.size()));
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Image got = ours(cases[i]);
    const QByteArrayView bytes(got.rgb.data(), static_cast<qsizetype>(got.rgb.size()));
    QVERIFY2(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256) == wanted.mid(qsizetype(32 * i), 32),
             fmt::format("{}: bytes differ (seed {})", caseText(cases[i]), kSeed).c_str());
  }
  qInfo("%zu cases are equal", cases.size());
}

void TestPillow::specialValuesOnOddShapes() {
  std::mt19937 random(kSeed);
  std::deque<Image> images;
  std::vector<Case> cases;
  int kind = 0;
  for (auto [width, height] : {std::pair{1, 1},
                               {1, 7},
                               {7, 1},
                               {2, 2},
                               {3, 3},
                               {3, 2},
                               {5, 5},
                               {4, 6},
                               {6, 5},
                               {33, 32},
                               {64, 48},
                               {31, 57},
                               {300, 5}})
    images.push_back(randomImage(width, height, width < 4 ? 0 : kind++ % 4, random));
  for (const Op& op : ops())
    for (const Image& image : images)
      for (double value : specialValues(op, random))
        for (Filter filter : kFilters)
          if (filter == Filter::nearest || (op.geometric && op.hasValue))
            cases.push_back({&op, value, randomSampling(filter, random), &image});
  // Wider than the 16 bits of Pillow's fixed point.
  const Image wide = randomImage(40000, 2, 0, random);
  for (const Op& op : ops())
    if (op.geometric) cases.push_back({&op, 0.37, {{9, 8, 7}, {}}, &wide});
  compareBytes(cases);
}

void TestPillow::randomValues_data() {
  QTest::addColumn<int>("width");
  QTest::addColumn<int>("height");
  QTest::addColumn<int>("number");
  for (auto [width, height] : {std::pair{1, 1}, {1, 7}, {33, 32}, {224, 224}, {640, 427}})
    for (int number = 0; number < PILLOW_IMAGES; ++number)
      QTest::addRow("%dx%d image %d", width, height, number) << width << height << number;
}

void TestPillow::randomValues() {
  QFETCH(int, width);
  QFETCH(int, height);
  QFETCH(int, number);
  std::mt19937 random(kSeed + static_cast<unsigned>(1000 * width + number));
  const Image image = randomImage(width, height, number % 4, random);
  std::vector<Case> cases;
  for (const Op& op : ops())
    for (int i = 0; i < (op.hasValue ? kRandomValues : 1); ++i) {
      const double value = randomValue(op, random);
      for (Filter filter : kFilters)
        if (filter == Filter::nearest || (op.geometric && op.hasValue))
          cases.push_back({&op, value, randomSampling(filter, random), &image});
    }
  compareSums(cases);
}

void TestPillow::resizes() {
  std::mt19937 random(kSeed);
  struct Resized {
    const Image* image;
    PixelBox part;
    int width, height;
    Filter filter;
  };
  std::deque<Image> images;
  std::vector<Resized> cases;
  for (auto [width, height] :
       {std::pair{1, 1}, {1, 7}, {7, 1}, {2, 3}, {33, 32}, {97, 61}, {224, 224}, {640, 427}, {40000, 2}})
    images.push_back(randomImage(width, height, 0, random));
  for (const Image& image : images) {
    const int w = image.width, h = image.height;
    const auto upTo = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
    for (int i = 0; i < 12 * PILLOW_IMAGES; ++i) {
      PixelBox part{upTo(w), upTo(h), 0, 0};
      part.right = part.left + 1 + upTo(w - part.left);
      part.bottom = part.top + 1 + upTo(h - part.top);
      if (i % 3 == 0) part = {0, 0, w, h};
      const int toWidth = i % 4 == 1 ? part.width() : 1 + upTo(2 * std::min(w, 200));
      const int toHeight = i % 4 == 2 ? part.height() : 1 + upTo(2 * std::min(h, 200));
      for (Filter filter : kFilters) cases.push_back({&image, part, toWidth, toHeight, filter});
    }
  }
  PillowCall call;
  const auto text = [](const Resized& c) {
    return fmt::format("{} {} {} {} {} {} {} {} {}", filterName(c.filter), c.part.left, c.part.top,
                       c.part.right, c.part.bottom, c.width, c.height, c.image->width, c.image->height);
  };
  for (const Resized& c : cases) call.add(text(c), *c.image);
  const QByteArray wanted = call.run(python_, QStringLiteral("pillow_resize.py"));
  ResizeScratch scratch;
  qsizetype at = 0;
  for (const Resized& c : cases) {
    Image out(c.width, c.height);
    resize(c.image->view(), c.part, out.span(), c.filter, scratch);
    const int differing = differingBytes(out, wanted, at);
    QVERIFY2(differing == 0, fmt::format("{}: {} bytes differ (seed {})", text(c), differing, kSeed).c_str());
    at += static_cast<qsizetype>(out.rgb.size());
  }
  QCOMPARE(at, wanted.size());
  qInfo("%zu cases are equal", cases.size());
}

/// How test images of any size come to the network's input.
void TestPillow::centres() {
  std::mt19937 random(kSeed);
  struct Centre {
    Image image;
    int side;
  };
  std::deque<Centre> cases;
  for (auto [width, height] : {std::pair{500, 375},
                               {375, 500},
                               {640, 427},
                               {257, 256},
                               {256, 256},
                               {224, 224},
                               {33, 90},
                               {9, 2},
                               {1, 1}})
    for (const int side : {224, 64, 32, 31, 7, 1})
      cases.push_back({randomImage(width, height, 0, random), side});
  for (int i = 0; i < 20; ++i) {
    const auto upTo = [&](unsigned most) { return 1 + static_cast<int>(random() % most); };
    cases.push_back({randomImage(upTo(300), upTo(300), 0, random), upTo(230)});
  }
  PillowCall call;
  const auto text = [](const Centre& c) {
    return fmt::format("centre 0 0 {0} {1} {2} {2} {0} {1}", c.image.width, c.image.height, c.side);
  };
  for (const Centre& c : cases) call.add(text(c), c.image);
  const QByteArray wanted = call.run(python_, QStringLiteral("pillow_resize.py"));
  ResizeScratch scratch;
  qsizetype at = 0;
  for (const Centre& c : cases) {
    Image out(c.side, c.side);
    resizedCentre(c.image.view(), out.span(), scratch);
    const int differing = differingBytes(out, wanted, at);
    QVERIFY2(differing == 0, fmt::format("{}: {} bytes differ (seed {})", text(c), differing, kSeed).c_str());
    at += static_cast<qsizetype>(out.rgb.size());
  }
  QCOMPARE(at, wanted.size());
  qInfo("%zu cases are equal", cases.size());
}

QTEST_GUILESS_MAIN(TestPillow)
#include "tst_pillow.moc"

#include <QTest>
#include <cmath>
#include <set>

#include "core/ops/Cutout.h"
#include "core/ops/Normalise.h"
#include "core/ops/Resize.h"
#include "tests/core/OpImages.h"

using namespace uada;

namespace {

/// One row of grey pixels.
Image line(const std::vector<int>& values) {
  Image image(static_cast<int>(values.size()), 1);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(values[i / 3]);
  return image;
}

Image turned(const Image& row) {
  Image image = row;
  std::swap(image.width, image.height);
  return image;
}

QString reds(const Image& image) {
  QStringList text;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) text << QString::number(image.rgb[i]);
  return text.join(' ');
}

Random randomOf(std::uint32_t index) { return {5, 0, index, Purpose::test}; }

}  // namespace

/// Image-level parts: cropping, padding, resizing, the boxes of Cutout, normalisation.
class TestCrops : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void reflects_data();
  void reflects();
  void reflectsBothWays();
  void flipsRows();
  void centres_data();
  void centres();
  void shorterSide();
  void resizesByHand();
  void resizesKeepOneColour();
  void resizeLooksAtItsPartAlone();
  void partsOfAnArea();
  void resizedCropsObeyTheRule();
  void resizedCropsFallBackToTheMiddle();
  void resizedCropsReachEveryPlace();
  void centredBoxes();
  void inclusiveBoxes();
  void cutoutOps();
  void pairsWithoutAPartner();
  void normalises();
};

void TestCrops::reflects_data() {
  QTest::addColumn<QList<int>>("source");
  QTest::addColumn<int>("pad");
  QTest::addColumn<QString>("padded");
  // As numpy.pad(..., mode="reflect").
  QTest::newRow("less than the image") << QList<int>{1, 2, 3, 4} << 2 << "3 2 1 2 3 4 3 2";
  QTest::newRow("more than the image") << QList<int>{1, 2, 3} << 5 << "2 1 2 3 2 1 2 3 2 1 2 3 2";
  QTest::newRow("two pixels") << QList<int>{1, 2} << 3 << "2 1 2 1 2 1 2 1";
  QTest::newRow("one pixel") << QList<int>{7} << 2 << "7 7 7 7 7";
  QTest::newRow("none") << QList<int>{1, 2} << 0 << "1 2";
}

void TestCrops::reflects() {
  QFETCH(QList<int>, source);
  QFETCH(int, pad);
  QFETCH(QString, padded);
  const Image image = line({source.begin(), source.end()});
  const int size = image.width + 2 * pad;
  Image across(size, 1), down(1, size);
  padCropReflect(image.view(), across.span(), pad, 0, pad);
  QCOMPARE(reds(across), padded);
  padCropReflect(turned(image).view(), down.span(), 0, pad, pad);
  QCOMPARE(reds(down), padded);
}

/// Inside, as with zeros; and each output pixel is some pixel of the source's row and column.
void TestCrops::reflectsBothWays() {
  std::mt19937 random(1);
  const Image image = randomImage(9, 6, 0, random);
  Image zero(9, 6), mirrored(9, 6);
  padCrop(image.view(), zero.span(), 4, 4, 4);
  padCropReflect(image.view(), mirrored.span(), 4, 4, 4);
  QVERIFY(zero == image && mirrored == image);
  padCropReflect(image.view(), mirrored.span(), 0, 8, 4);  // up by 4, right by 4
  const auto at = [](const Image& i, int y, int x) { return i.view().row(y)[3 * x]; };
  QCOMPARE(at(mirrored, 0, 0), at(image, 4, 4));
  QCOMPARE(at(mirrored, 4, 4), at(image, 0, 8));
  QCOMPARE(at(mirrored, 5, 5), at(image, 1, 7));
}

void TestCrops::flipsRows() {
  std::mt19937 random(1);
  const Image image = randomImage(3, 5, 0, random);
  Image out(3, 5), back(3, 5);
  flipVertical(image.view(), out.span());
  for (int y = 0; y < 5; ++y)
    QVERIFY(std::equal(image.view().row(y), image.view().row(y) + 9, out.view().row(4 - y)));
  QVERIFY(applied(findOp("flip_ud"), image, 0) == out);
  flipVertical(out.view(), back.span());
  QVERIFY(back == image);
}

void TestCrops::centres_data() {
  QTest::addColumn<int>("have");
  QTest::addColumn<int>("want");
  QTest::addColumn<QString>("expected");
  // torchvision: round((have - want) / 2) with halves to even; padding (want - have) // 2 before.
  QTest::newRow("equal") << 3 << 3 << "1 2 3";
  QTest::newRow("even") << 6 << 4 << "2 3 4 5";
  QTest::newRow("half to 0") << 5 << 4 << "1 2 3 4";
  QTest::newRow("half to 2") << 7 << 4 << "3 4 5 6";
  QTest::newRow("too small") << 3 << 6 << "0 1 2 3 0 0";
  QTest::newRow("far too small") << 1 << 4 << "0 1 0 0";
}

void TestCrops::centres() {
  QFETCH(int, have);
  QFETCH(int, want);
  QFETCH(QString, expected);
  std::vector<int> values;
  for (int i = 1; i <= have; ++i) values.push_back(i);
  Image across(want, 1), down(1, want);
  centreCrop(line(values).view(), across.span());
  centreCrop(turned(line(values)).view(), down.span());
  QCOMPARE(reds(across), expected);
  QCOMPARE(reds(down), expected);
}

void TestCrops::shorterSide() {
  QCOMPARE(shorterSideTo(256, 640, 427), std::pair(383, 256));
  QCOMPARE(shorterSideTo(256, 427, 640), std::pair(256, 383));
  QCOMPARE(shorterSideTo(32, 32, 32), std::pair(32, 32));
  QCOMPARE(shorterSideTo(7, 1, 100), std::pair(7, 700));
  QCOMPARE(shorterSideTo(256, 64'000'000, 1), std::pair(2'000'000'000, 256));  // at most what an int holds
}

void TestCrops::resizesByHand() {
  // Two pixels to one: both weigh the same under either filter.
  QCOMPARE(reds(resized(line({10, 21}).view(), 1, 1, Filter::bilinear)), QStringLiteral("16"));
  QCOMPARE(reds(resized(line({10, 21}).view(), 1, 1, Filter::bicubic)), QStringLiteral("16"));
  // Doubled: weights 1/4 and 3/4, the ends alone.
  QCOMPARE(reds(resized(line({0, 100}).view(), 4, 1, Filter::bilinear)), QStringLiteral("0 25 75 100"));
  QCOMPARE(reds(resized(turned(line({0, 100})).view(), 1, 4, Filter::bilinear)),
           QStringLiteral("0 25 75 100"));
  // Halved: the triangle reaches over four pixels with weights 1 3 3 1 of 8, cut at the ends to 3 3 1 of 7.
  QCOMPARE(reds(resized(line({70, 0, 0, 0, 0, 0}).view(), 3, 1, Filter::bilinear)), QStringLiteral("30 0 0"));
  QCOMPARE(reds(resized(line({0, 0, 80, 0, 0, 0}).view(), 3, 1, Filter::bilinear)),
           QStringLiteral("11 30 0"));
  QCOMPARE(reds(resized(line({1, 2, 3, 4, 5, 6}).view(), 3, 1, Filter::nearest)), QStringLiteral("2 4 6"));
  QCOMPARE(reds(resized(line({1, 2, 3}).view(), 6, 1, Filter::nearest)), QStringLiteral("1 1 2 2 3 3"));
}

void TestCrops::resizesKeepOneColour() {
  std::mt19937 random(2);
  for (int value : {0, 1, 128, 254, 255}) {
    const Image image = line(std::vector<int>(23, value));
    for (Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic})
      for (int width : {1, 2, 22, 23, 24, 200})
        for (std::uint8_t byte : resized(image.view(), width, 3, filter).rgb) QCOMPARE(int{byte}, value);
  }
  const Image image = randomImage(20, 10, 0, random);
  for (Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic})
    QVERIFY(resized(image.view(), 20, 10, filter) == image);
}

/// A part resized in place is the part cut out and resized.
void TestCrops::resizeLooksAtItsPartAlone() {
  std::mt19937 random(3);
  const Image image = randomImage(40, 30, 0, random);
  ResizeScratch scratch;
  for (const PixelBox part : {PixelBox{0, 0, 40, 30}, {3, 5, 20, 29}, {39, 29, 40, 30}, {0, 7, 40, 8}}) {
    Image cut(part.width(), part.height());
    padCrop(image.view(), cut.span(), part.top, part.left, 0);
    for (Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic}) {
      Image out(11, 13);
      resize(image.view(), part, out.span(), filter, scratch);
      QVERIFY(out == resized(cut.view(), 11, 13, filter));
    }
  }
}

void TestCrops::partsOfAnArea() {
  QCOMPARE(partOf(100, 100, 0.25, 1), std::pair(50, 50));
  QCOMPARE(partOf(100, 100, 0.25, 4), std::pair(100, 25));
  QCOMPARE(partOf(640, 427, 0.5, 4.0 / 3), std::pair(427, 320));  // sqrt(136640 * 4 / 3) = 426.8
  QCOMPARE(partOf(5, 1, 0.05, 1), std::pair(0, 0));               // round(0.5) is 0, as in Python
}

void TestCrops::resizedCropsObeyTheRule() {
  const ResizedCropRule rule;
  for (auto [width, height] : {std::pair{500, 375}, {375, 500}, {64, 64}, {640, 427}})
    for (std::uint32_t i = 0; i < 500; ++i) {
      Random random = randomOf(i), again = randomOf(i);
      const PixelBox box = drawResizedCrop(random, width, height);
      QVERIFY(box == drawResizedCrop(again, width, height));
      QVERIFY(box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height);
      QVERIFY(box.width() > 0 && box.height() > 0);
      // Rounding moves each side by at most a half.
      const double w = box.width(), h = box.height(), pixels = double(width) * height;
      QVERIFY((w + 0.5) * (h + 0.5) >= rule.minArea * pixels &&
              (w - 0.5) * (h - 0.5) <= rule.maxArea * pixels);
      QVERIFY((w + 0.5) / (h - 0.5) >= rule.minAspect && (w - 0.5) / (h + 0.5) <= rule.maxAspect);
    }
}

/// An image so long that no draw fits: the middle, as wide as the aspects allow.
void TestCrops::resizedCropsFallBackToTheMiddle() {
  const ResizedCropRule whole{.minArea = 1, .maxArea = 1};
  Random random = randomOf(1);
  QVERIFY((drawResizedCrop(random, 1000, 9, whole) == PixelBox{494, 0, 506, 9}));  // 9 * 4 / 3 = 12
  QVERIFY((drawResizedCrop(random, 9, 1000, whole) == PixelBox{0, 494, 9, 506}));  // 9 / (3 / 4) = 12
  QVERIFY((drawResizedCrop(random, 1, 1) == PixelBox{0, 0, 1, 1}));
  const ResizedCropRule never{.minArea = 4, .maxArea = 4};
  QVERIFY((drawResizedCrop(random, 11, 10, never) == PixelBox{0, 0, 11, 10}));
}

/// Places and sizes are spread: area uniform, the logarithm of the aspect uniform, both within sampling
/// error.
void TestCrops::resizedCropsReachEveryPlace() {
  const ResizedCropRule rule{.minArea = 0.1, .maxArea = 0.3};
  const int n = 20000, side = 1000;
  double area = 0, logAspect = 0, place = 0;
  std::set<int> quarters;
  for (std::uint32_t i = 0; i < n; ++i) {
    Random random = randomOf(i);
    const PixelBox box = drawResizedCrop(random, side, side, rule);
    area += double(box.width()) * box.height() / side / side;
    logAspect += std::log(double(box.width()) / box.height());
    place += double(box.left) / (side - box.width());
    quarters.insert((box.left > 300) + 2 * (box.top > 300));
  }
  QVERIFY(std::abs(area / n - 0.2) < 4 * 0.2 / std::sqrt(12.0 * n));
  QVERIFY(std::abs(logAspect / n) < 4 * 0.575 / std::sqrt(12.0 * n));
  QVERIFY(std::abs(place / n - 0.5) < 4 / std::sqrt(12.0 * n));
  QCOMPARE(quarters.size(), std::size_t{4});
}

void TestCrops::centredBoxes() {
  QVERIFY((centredBox(16, 10, 16, 32, 32) == PixelBox{8, 2, 24, 18}));
  QVERIFY((centredBox(0, 31, 16, 32, 32) == PixelBox{0, 23, 8, 32}));
  QVERIFY((centredBox(5, 5, 5, 32, 32) == PixelBox{3, 3, 7, 7}));  // 5 / 2 on each side: 4 pixels
  QVERIFY((centredBox(5, 5, 1, 32, 32) == PixelBox{5, 5, 5, 5}));
}

void TestCrops::inclusiveBoxes() {
  // A side of 16 about the middle hides 17 pixels; at the edge it is cut.
  QVERIFY((inclusiveBox(16, 16, 16, 32, 32) == PixelBox{8, 8, 25, 25}));
  QVERIFY((inclusiveBox(16.9, 16.2, 16, 32, 32) == PixelBox{8, 8, 25, 25}));
  QVERIFY((inclusiveBox(0.3, 31.9, 16, 32, 32) == PixelBox{0, 23, 17, 32}));
  QVERIFY((inclusiveBox(3, 4, 0, 32, 32) == PixelBox{3, 4, 4, 5}));
  QVERIFY((inclusiveRectangle(3, 4, 10.9, 9.2, 32, 32) == PixelBox{3, 4, 11, 10}));
}

void TestCrops::cutoutOps() {
  const Image image(8, 8);
  const auto hidden = [&](const char* op, double value, double x, double y) {
    const Image out = applied(findOp(op), image, value, {.x = x, .y = y});
    return 64 - std::count(out.rgb.begin(), out.rgb.end(), 0) / 3;
  };
  QCOMPARE(hidden("cutout", 4, 0.5, 0.5), 16);
  QCOMPARE(hidden("cutout", 4, 0, 0), 4);
  QCOMPARE(hidden("cutout", 0, 0.5, 0.5), 0);
  QCOMPARE(hidden("cutout", -3, 0.5, 0.5), 0);
  QCOMPARE(hidden("cutout", 1e300, 0.99, 0.5), 64);
  QCOMPARE(hidden("cutout_abs", 4, 0.5, 0.5), 25);
  QCOMPARE(hidden("cutout_abs", 0, 0.5, 0.5), 1);
  QCOMPARE(hidden("cutout_abs", -1, 0.5, 0.5), 0);
  const Image own = applied(findOp("cutout"), image, 99), other = applied(findOp("cutout_abs"), image, 99);
  QCOMPARE((std::array{own.rgb[0], own.rgb[1], own.rgb[2]}), (std::array<std::uint8_t, 3>{125, 122, 113}));
  QCOMPARE((std::array{other.rgb[0], other.rgb[1], other.rgb[2]}),
           (std::array<std::uint8_t, 3>{125, 123, 114}));
  const Image chosen = applied(findOp("cutout"), image, 99, {.cover = std::array<std::uint8_t, 3>{1, 2, 3}});
  QCOMPARE((std::array{chosen.rgb[0], chosen.rgb[1], chosen.rgb[2]}), (std::array<std::uint8_t, 3>{1, 2, 3}));
}

void TestCrops::pairsWithoutAPartner() {
  std::mt19937 random(4);
  const Image image = randomImage(6, 4, 0, random), partner = randomImage(6, 4, 0, random), small(4, 6);
  const Op& op = findOp("sample_pairing");
  QVERIFY(applied(op, image, 0.4) == image);
  QVERIFY(applied(op, image, 0.4, {.other = small.view()}) == image);
  QVERIFY(applied(op, image, 0, {.other = partner.view()}) == image);
  QVERIFY(applied(op, image, 1, {.other = partner.view()}) == partner);
}

void TestCrops::normalises() {
  Image image(2, 1);
  image.rgb = {0, 51, 255, 102, 0, 128};
  std::vector<float> out(6);
  Normaliser({0.5F, 0.25F, 0}, {0.5F, 0.125F, 1}).apply(image.view(), out.data());
  const float expected[] = {-1.0F, -0.4F, 1.0F, -0.2F, -2.0F, 128.0F / 255.0F};
  for (int i = 0; i < 6; ++i) QVERIFY(std::abs(out[std::size_t(i)] - expected[i]) < 1e-6F);
  QCOMPARE(out[5], 128.0F / 255.0F);
}

QTEST_GUILESS_MAIN(TestCrops)
#include "tst_crops.moc"

#include <QTest>
#include <opencv2/imgproc.hpp>
#include <random>

#include "core/images/OpenCv.h"
#include "core/ops/CvBoxes.h"
#include "core/ops/CvMoves.h"
#include "tests/core/SimdTools.h"

using namespace uada;

namespace {

constexpr std::array<std::uint8_t, 3> kOutside{124, 116, 104};

cv::Mat matOf(const Image& image) {
  return {image.height, image.width, CV_8UC3, const_cast<std::uint8_t*>(image.rgb.data())};
}

Image imageOf(const cv::Mat& mat) {
  Image image(mat.cols, mat.rows);
  mat.copyTo(matOf(image));
  return image;
}

Image cut(const Image& image, const PixelBox& box) {
  return imageOf(matOf(image)(cv::Rect(box.left, box.top, box.width(), box.height())));
}

/// Of the whole picture, of its rim, of one pixel, of anything.
PixelBox randomBox(ImageSize size, std::mt19937& random) {
  const auto line = [&random](int side) {
    if (random() % 4 == 0) return std::pair(0, side);
    const int begin = static_cast<int>(random() % static_cast<unsigned>(side));
    const int end = random() % 4 == 0
                        ? begin + 1
                        : begin + 1 + static_cast<int>(random() % static_cast<unsigned>(side - begin));
    return std::pair(begin, end);
  };
  const auto [left, right] = line(size.width);
  const auto [top, bottom] = line(size.height);
  return {left, top, right, bottom};
}

QString boxText(const PixelBox& b) {
  return QStringLiteral("%1 %2 %3 %4").arg(b.left).arg(b.top).arg(b.right).arg(b.bottom);
}

/// A box drawn from no more than it needs is the same as in the whole result.
/// needs(out) -> box; draw(in, out)
template <class Needs, class Draw>
bool sameBox(const Image& image, const Image& whole, const PixelBox& box, const Needs& needs,
             const Draw& draw) {
  const PixelBox from = needs(box);
  const Image in = from.empty() ? Image() : cut(image, from);
  Image out(box.width(), box.height());
  draw(BoxView{in.view(), from}, BoxSpan{out.span(), box});
  return out == cut(whole, box);
}

constexpr std::pair<int, int> kShapes[] = {{1, 1}, {1, 9},   {7, 1},   {2, 3},
                                           {5, 4}, {33, 32}, {64, 47}, {300, 211}};

}  // namespace

/// Scaling, rotation and blur of boxes beside OpenCV's whole pictures: no byte may differ. Scaling, our own
/// loops, on every instruction set of this machine.
class TestCvBoxes : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase() { keepOpenCvSerial(); }
  void scales_data() { addTargets(); }
  void scales();
  void rotates();
  void blurs();
};

void TestCvBoxes::scales() {
  const Target target;
  std::mt19937 random(kSeed);
  for (auto [width, height] : kShapes)
    for (const double factor : {0.3, 0.499, 0.501, 0.75, 0.999, 1.001, 1.35, 1.5, 1.777, 2.0, 3.9}) {
      const Image image = randomImage(width, height, 0, random);
      const ImageSize size{width, height}, scaled = scaleMap(size, factor).out;
      if (scaled == size || !scalesByBoxes(factor, Filter::bilinear)) continue;
      Image whole(scaled.width, scaled.height);
      scaleImage(image.view(), whole.span(), factor, Filter::bilinear);
      for (int i = 0; i < 12; ++i) {
        const PixelBox box = randomBox(scaled, random);
        QVERIFY2(
            sameBox(
                image, whole, box, [&](const PixelBox& out) { return scaleNeeds(size, factor, out); },
                [&](const BoxView& in, const BoxSpan& out) { scaleBox(in, size, out, factor); }),
            qPrintable(QStringLiteral("%1 x %2 by %3: ").arg(width).arg(height).arg(factor) + boxText(box)));
      }
    }
  QVERIFY(!scalesByBoxes(0.5, Filter::bilinear));  // OpenCV takes means of four pixels there
  QVERIFY(!scalesByBoxes(0.7, Filter::bicubic));
}

void TestCvBoxes::rotates() {
  std::mt19937 random(kSeed);
  for (auto [width, height] : kShapes)
    for (const double degrees : {-180.0, -90.0, -9.99, -0.01, 0.5, 4.2, 10.0, 45.0, 133.3})
      for (const Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic}) {
        const Image image = randomImage(width, height, 0, random);
        const cv::Mat matrix =
            cv::getRotationMatrix2D(cv::Point2f(float(width) / 2, float(height) / 2), degrees, 1);
        cv::Mat turned;
        cv::warpAffine(matOf(image), turned, matrix, {width, height}, cvFilter(filter), cv::BORDER_CONSTANT,
                       cv::Scalar(kOutside[0], kOutside[1], kOutside[2]));
        const Map map = rotationMap({width, height}, degrees);
        for (int i = 0; i < 8; ++i) {
          const PixelBox box = randomBox({width, height}, random);
          QVERIFY2(
              sameBox(
                  image, imageOf(turned), box, [&](const PixelBox& out) { return rotationNeeds(map, out); },
                  [&](const BoxView& in, const BoxSpan& out) { rotateBox(in, out, map, filter, kOutside); }),
              qPrintable(QStringLiteral("%1 x %2 by %3: ").arg(width).arg(height).arg(degrees) +
                         boxText(box)));
        }
      }
}

void TestCvBoxes::blurs() {
  std::mt19937 random(kSeed);
  for (auto [width, height] : kShapes) {
    const Image image = randomImage(width, height, 0, random);
    cv::Mat blurred;
    cv::GaussianBlur(matOf(image), blurred, {5, 5}, 0);
    for (int i = 0; i < 40; ++i) {
      const PixelBox box = randomBox({width, height}, random);
      QVERIFY2(sameBox(
                   image, imageOf(blurred), box,
                   [&](const PixelBox& out) { return blurNeeds({width, height}, out); }, blurBox),
               qPrintable(QStringLiteral("%1 x %2: ").arg(width).arg(height) + boxText(box)));
    }
  }
}

QTEST_GUILESS_MAIN(TestCvBoxes)
#include "tst_cv_boxes.moc"

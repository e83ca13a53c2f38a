#include <QPainter>
#include <QTest>
#include <array>
#include <cmath>

#include "core/base/Error.h"
#include "tests/core/LabelTools.h"
#include "widgets/panels/predictions/BoxCounts.h"
#include "widgets/panels/predictions/Confusion.h"
#include "widgets/panels/predictions/Overlays.h"

using namespace uada;

namespace {

/// Pixels of one grey each.
Image greys(int width, int height, const std::vector<int>& values) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(values[i / 3]);
  return image;
}

LabelStyle halfRed() { return {{{200, 0, 0}, {0, 100, 0}}, {true, true}, 0.5}; }

}  // namespace

/// What the view Predictions computes and draws, by hand.
class TestPredictionPictures : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Three of class 0, two of class 1, none of class 2; one guess is of no class.
  void confusionByHand() {
    const std::vector<Guess> guesses{{0, 0}, {0, 1}, {0, 1}, {1, 1}, {1, 2}, {1, -1}};
    const Confusion confusion(3, guesses);
    QCOMPARE(confusion.samples(), std::int64_t{5});
    QCOMPARE(confusion.outside(), std::int64_t{1});
    QCOMPARE(confusion.right(), std::int64_t{2});
    QCOMPARE(confusion.count(0, 1), std::int64_t{2});
    QCOMPARE(confusion.count(1, 0), std::int64_t{0});
    QCOMPARE(confusion.ofTruth(0), std::int64_t{3});
    QCOMPARE(confusion.ofPredicted(1), std::int64_t{3});
    QCOMPARE(confusion.share(0, 1), 2.0 / 3);
    QCOMPARE(confusion.share(1, 2), 0.5);
    QCOMPARE(confusion.precision(1), 1.0 / 3);
    QVERIFY(std::isnan(confusion.share(2, 2)));
    QCOMPARE(confusion.mostWrong(), std::int64_t{2});
  }

  /// Classes 0 and 3 are confused most, 3 with 1 a little; 2 is never wrong. 3 has most errors.
  void confusedClassesStandSideBySide() {
    const std::vector<Guess> guesses{{0, 3}, {0, 3}, {3, 0}, {3, 1}, {2, 2}, {1, 1}};
    QCOMPARE(byConfusion(Confusion(4, guesses)), (std::vector<int>{3, 0, 1, 2}));
  }

  /// 50 % of (200, 0, 0) over 100: 150, 50, 50. The third pixel is of no class: stripes.
  void labelsAreBlended() {
    const QImage picture = pictureOf(greys(3, 1, {100, 100, 100}).view());
    const QImage drawn = labelOverlay(picture, test::mapOf(3, 1, {0, 1, 255}).view(), halfRed());
    QCOMPARE(drawn.pixel(0, 0), qRgb(150, 50, 50));
    QCOMPARE(drawn.pixel(1, 0), qRgb(50, 100, 50));
    const QRgb stripe = drawn.pixel(2, 0);
    QVERIFY(qRed(stripe) == qGreen(stripe) && qGreen(stripe) == qBlue(stripe) && qRed(stripe) != 100);
  }

  void stripesOfTheIgnoredHaveTwoGreys() {
    const QImage picture = pictureOf(greys(16, 1, std::vector<int>(16, 0)).view());
    const LabelMap map(16, 1, 255);
    std::set<QRgb> colours;
    const QImage drawn = labelOverlay(picture, map.view(), {{{9, 9, 9}}, {}, 1});
    for (int x = 0; x < 16; ++x) colours.insert(drawn.pixel(x, 0));
    QCOMPARE(colours.size(), std::size_t{2});
  }

  void aClassThatIsOffIsNotDrawn() {
    const QImage picture = pictureOf(greys(2, 1, {100, 100}).view());
    LabelStyle style = halfRed();
    style.shown = {false, true};
    const QImage drawn = labelOverlay(picture, test::mapOf(2, 1, {0, 1}).view(), style);
    QCOMPARE(drawn.pixel(0, 0), qRgb(100, 100, 100));
    QCOMPARE(drawn.pixel(1, 0), qRgb(50, 100, 50));
  }

  /// Right pixels are half as bright; wrong ones half of that and half of the red; what is ignored is
  /// neither.
  void errorsAreRed() {
    const QImage picture = pictureOf(greys(4, 1, {100, 100, 100, 100}).view());
    const LabelMap truth = test::mapOf(4, 1, {0, 0, 255, 1}), predicted = test::mapOf(4, 1, {0, 1, 1, 0});
    LabelStyle style = halfRed();
    const QImage drawn = errorOverlay(picture, truth.view(), predicted.view(), style);
    QCOMPARE(drawn.pixel(0, 0), qRgb(50, 50, 50));
    QCOMPARE(drawn.pixel(1, 0),
             qRgb((50 + kWrongColour[0]) / 2, (50 + kWrongColour[1]) / 2, (50 + kWrongColour[2]) / 2));
    QCOMPARE(qRed(drawn.pixel(2, 0)), qBlue(drawn.pixel(2, 0)));
    QVERIFY(qRed(drawn.pixel(3, 0)) > qBlue(drawn.pixel(3, 0)));
    style.shown = {true, false};
    QCOMPARE(errorOverlay(picture, truth.view(), predicted.view(), style).pixel(3, 0), qRgb(50, 50, 50));
  }

  /// At half the size each pixel is the mean of the four that it stands for, as if the whole had been drawn
  /// and made smaller.
  void overlaysAreDrawnAtTheSizeThatIsShown() {
    const QImage picture = pictureOf(greys(4, 2, {0, 40, 80, 120, 160, 200, 240, 250}).view());
    const LabelMap truth = test::mapOf(4, 2, {0, 0, 1, 255, 1, 0, 1, 1});
    const LabelMap predicted = test::mapOf(4, 2, {0, 1, 1, 0, 0, 0, 1, 0});
    const auto meanOf = [](const QImage& whole, int x) {
      int red = 2, green = 2, blue = 2;  // rounded
      for (const QPoint& at : {QPoint(x, 0), QPoint(x + 1, 0), QPoint(x, 1), QPoint(x + 1, 1)}) {
        const QRgb pixel = whole.pixel(at);
        red += qRed(pixel), green += qGreen(pixel), blue += qBlue(pixel);
      }
      return qRgb(red / 4, green / 4, blue / 4);
    };
    const LabelStyle style = halfRed();
    for (const bool isError : {false, true}) {
      const auto draw = [&](QSize size) {
        return isError ? errorOverlay(picture, truth.view(), predicted.view(), style, size)
                       : labelOverlay(picture, truth.view(), style, size);
      };
      const QImage whole = draw({}), half = draw({2, 1});
      QCOMPARE(half.size(), QSize(2, 1));
      QCOMPARE(half.pixel(0, 0), meanOf(whole, 0));
      QCOMPARE(half.pixel(1, 0), meanOf(whole, 2));
      QCOMPARE(draw({4, 2}), whole);
      QCOMPARE(draw({8, 4}), whole);  // never larger
    }
  }

  void palettesHaveAColourForEachClass() {
    const std::vector<ClassColour> own(21, ClassColour{1, 2, 3});
    QVERIFY(classColours(ClassPalette::ofTheData, own) == own);
    for (const ClassPalette palette : {ClassPalette::distinct, ClassPalette::colourBlind}) {
      const std::vector<ClassColour> made = classColours(palette, own);
      QCOMPARE(made.size(), own.size());
      QCOMPARE(std::set(made.begin(), made.end()).size(), own.size());  // no two alike
    }
    QVERIFY((classColours(ClassPalette::colourBlind, own)[0] == ClassColour{230, 159, 0}));
  }

  void mapsOfAnotherSizeAreRefused() {
    const QImage picture = pictureOf(greys(2, 1, {0, 0}).view());
    const LabelMap small(1, 1), right(2, 1);
    QVERIFY_THROWS_EXCEPTION(Error, labelOverlay(picture, small.view(), halfRed()));
    QVERIFY_THROWS_EXCEPTION(Error, errorOverlay(picture, right.view(), small.view(), halfRed()));
    QVERIFY_THROWS_EXCEPTION(Error, peakRatio(greys(2, 1, {0, 0}).view(), greys(1, 1, {0}).view()));
  }

  /// Half of the values are 10 apart: a mean square of 50, and 10 log10(255^2 / 50) dB.
  void differencesByHand() {
    const Image a = greys(2, 1, {100, 100}), b = greys(2, 1, {100, 90});
    QVERIFY(std::abs(peakRatio(a.view(), b.view()) - 10 * std::log10(65025.0 / 50)) < 1e-12);
    QVERIFY(std::isinf(peakRatio(a.view(), a.view())));
    const QImage drawn = differencePicture(a.view(), b.view(), 8);
    QCOMPARE(drawn.pixel(0, 0), qRgb(0, 0, 0));
    QCOMPARE(drawn.pixel(1, 0), qRgb(80, 80, 80));
    QCOMPARE(differencePicture(a.view(), b.view(), 32).pixel(1, 0), qRgb(255, 255, 255));
  }

  /// Two objects of class 0, one of them found at 0.9 and again at 0.6, a difficult one found at 0.8, and an
  /// object of class 1 that nothing finds.
  void tallyFollowsTheScore() {
    const auto at = [](float x, int label, bool difficult = false) {
      return ObjectBox{x, 0, x + 9, 9, label, difficult};
    };
    const Boxes truth{at(0, 0), at(100, 0), at(200, 0, true), at(300, 1)};
    const std::vector<FoundBox> found{
        {at(0, 0), 0.9}, {at(1, 0), 0.6}, {at(200, 0), 0.8}, {at(400, 0), 0.3}, {at(100, 0), 0.2}};
    BoxCounts counts(2);
    counts.add(found, judged(found, truth, ApRule::voc07Rfb), truth);
    counts.finish();
    QCOMPARE(counts.objects(0), std::size_t{2});
    QCOMPARE(counts.tally(0, 0.95), (BoxTally{0, 0, 2, 0}));
    QCOMPARE(counts.tally(0, 0.9), (BoxTally{1, 0, 1, 0}));
    QCOMPARE(counts.tally(0, 0.5), (BoxTally{1, 1, 1, 1}));
    QCOMPARE(counts.tally(0, 0.0), (BoxTally{2, 2, 0, 1}));
    QCOMPARE(counts.tally(-1, 0.5), (BoxTally{1, 1, 2, 1}));
    QCOMPARE(counts.tally(0, 0.5).precision(), 0.5);
    QCOMPARE(counts.tally(-1, 0.5).recall(), 1.0 / 3);
    QVERIFY(std::isnan(counts.tally(1, 0.5).precision()));
  }
};

QTEST_MAIN(TestPredictionPictures)
#include "tst_prediction_pictures.moc"

#include <QTest>

#include "core/base/Philox.h"
#include "core/data/LabelCounts.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/LabelTools.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr double kNear = 1e-9;

bool isNear(double a, double b) { return std::abs(a - b) < kNear; }

LabelCounts counted(int classes, const LabelMap& predicted, const LabelMap& truth, int ignore = 255) {
  LabelCounts counts(classes);
  counts.add(predicted.view(), truth.view(), ignore);
  return counts;
}

/// Pixel by pixel, as the words of LabelCounts have it. The last entry is of labels that are no class.
std::vector<ClassPixels> slowly(int classes, const LabelMap& predicted, const LabelMap& truth, int ignore) {
  std::vector<ClassPixels> all(static_cast<std::size_t>(classes) + 1);
  const auto of = [&](std::uint8_t label) -> ClassPixels& {
    return label < classes ? all[label] : all.back();
  };
  for (std::size_t i = 0; i < truth.labels.size(); ++i) {
    if (truth.labels[i] == ignore) continue;
    ++of(truth.labels[i]).truth;
    ++of(predicted.labels[i]).predicted;
    if (&of(truth.labels[i]) == &of(predicted.labels[i])) ++of(truth.labels[i]).intersection;
  }
  return all;
}

std::vector<ClassPixels> all(const LabelCounts& counts) {
  std::vector<ClassPixels> pixels;
  for (int c = 0; c < counts.classes(); ++c) pixels.push_back(counts.pixels(c));
  pixels.push_back(counts.outside());
  return pixels;
}

/// Runs of labels of odd lengths, some of no class, some ignored.
LabelMap runs(int width, int height, int classes, std::uint32_t seed) {
  LabelMap map(width, height);
  Random random(seed, 0, 0, Purpose::test);
  for (std::size_t i = 0; i < map.labels.size();) {
    const std::uint32_t drawn = random.below(static_cast<std::uint32_t>(classes) + 2);
    const auto label = static_cast<std::uint8_t>(drawn > static_cast<std::uint32_t>(classes) ? 255 : drawn);
    for (std::uint32_t left = 1 + random.below(40); left > 0 && i < map.labels.size(); --left)
      map.labels[i++] = label;
  }
  return map;
}

}  // namespace

class TestLabelCounts : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void byHand();
  void labelsOutsideAreOfNoClass();
  void anyLabelMayBeIgnored();
  void nothingOccurs();
  void runsAreCountedAsPixels();
  void mergedIsTheSum();
  void differentSizesAreRefused();
};

void TestLabelCounts::byHand() {
  // Class 3 is nowhere, and the fifth pixel is ignored, whatever was predicted there.
  const LabelMap truth = mapOf(3, 2, {0, 0, 1, 1, 255, 2}), predicted = mapOf(3, 2, {0, 1, 1, 1, 0, 0});
  const LabelCounts counts = counted(4, predicted, truth);
  QVERIFY(all(counts) == (std::vector<ClassPixels>{{1, 2, 2}, {2, 3, 2}, {0, 0, 1}, {0, 0, 0}, {0, 0, 0}}));
  QCOMPARE(counts.ignored(), std::uint64_t{1});
  QCOMPARE(counts.counted(), std::uint64_t{5});
  QCOMPARE(counts.images(), std::uint64_t{1});
  const double iou[] = {1.0 / 3, 2.0 / 3, 0, 0}, accuracy[] = {0.5, 1, 0, 0};
  for (int c = 0; c < 4; ++c) {
    QVERIFY(isNear(counts.iou(c), iou[c]));
    QVERIFY(isNear(counts.accuracy(c), accuracy[c]));
  }
  QVERIFY(isNear(counts.meanIou(), 0.25));
  QVERIFY(isNear(counts.meanIouOccurring(), 1.0 / 3));
  QVERIFY(isNear(counts.meanAccuracy(), 0.375));
  QVERIFY(isNear(counts.meanAccuracyOccurring(), 0.5));
  QVERIFY(isNear(counts.overallAccuracy(), 0.6));
  const LabelCounts itself = counted(3, truth, truth);
  QVERIFY(isNear(itself.meanIou(), 1) && isNear(itself.meanAccuracy(), 1));
  QVERIFY(isNear(itself.overallAccuracy(), 1));
}

void TestLabelCounts::labelsOutsideAreOfNoClass() {
  // A class that is predicted where the truth is of no class counts against it.
  const LabelCounts counts = counted(2, mapOf(3, 1, {0, 200, 7}), mapOf(3, 1, {9, 0, 2}));
  QVERIFY(all(counts) == (std::vector<ClassPixels>{{0, 1, 1}, {0, 0, 0}, {1, 2, 2}}));
  QVERIFY(isNear(counts.iou(0), 0));
}

void TestLabelCounts::anyLabelMayBeIgnored() {
  const LabelMap truth = mapOf(4, 1, {0, 1, 255, 1}), predicted = mapOf(4, 1, {1, 1, 1, 0});
  QVERIFY(all(counted(2, predicted, truth, 0)) ==
          (std::vector<ClassPixels>{{0, 1, 0}, {1, 2, 2}, {0, 0, 1}}));
}

void TestLabelCounts::nothingOccurs() {
  const LabelMap map = mapOf(2, 1, {255, 255});
  const LabelCounts counts = counted(3, map, map);
  QCOMPARE(counts.meanIou(), 0.0);
  QCOMPARE(counts.meanIouOccurring(), 0.0);
  QCOMPARE(counts.meanAccuracyOccurring(), 0.0);
  QCOMPARE(counts.overallAccuracy(), 0.0);
  QCOMPARE(counts.ignored(), std::uint64_t{2});
}

void TestLabelCounts::runsAreCountedAsPixels() {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const int width = 30 + static_cast<int>(seed), classes = seed % 2 ? 19 : 2;
    const LabelMap truth = runs(width, 17, classes, seed), predicted = runs(width, 17, classes, seed + 100);
    for (const int ignore : {255, 1})
      QVERIFY2(all(counted(classes, predicted, truth, ignore)) == slowly(classes, predicted, truth, ignore),
               std::to_string(seed).c_str());
  }
}

void TestLabelCounts::mergedIsTheSum() {
  LabelCounts together(19), first(19), second(19);
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    const LabelMap truth = runs(40, 9, 19, seed), predicted = runs(40, 9, 19, seed + 50);
    together.add(predicted.view(), truth.view());
    (seed % 2 ? first : second).add(predicted.view(), truth.view());
  }
  LabelCounts told(19);
  for (const LabelCounts* part : {&first, &second}) told.merge(part->numbers());
  QVERIFY(all(told) == all(together));
  QCOMPARE(told.ignored(), together.ignored());
  QVERIFY(errorOf([&] { told.merge(LabelCounts(18).numbers()); }).contains("19 classes"));
  first.merge(second);
  QVERIFY(all(first) == all(together));
  QCOMPARE(first.images(), std::uint64_t{4});
  QCOMPARE(first.ignored(), together.ignored());
  QVERIFY(errorOf([&] { first.merge(LabelCounts(18)); }).contains("18 classes"));
}

void TestLabelCounts::differentSizesAreRefused() {
  QVERIFY(errorOf([] { counted(2, LabelMap(3, 2), LabelMap(2, 3)); }).contains("3 x 2 pixels"));
}

QTEST_GUILESS_MAIN(TestLabelCounts)
#include "tst_label_counts.moc"

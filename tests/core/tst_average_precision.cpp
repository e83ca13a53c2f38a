#include <fmt/core.h>

#include <QTest>
#include <cmath>

#include "core/base/Json.h"
#include "core/base/Philox.h"
#include "core/data/AveragePrecision.h"
#include "tests/core/GoldenScript.h"

using namespace uada;

namespace {

constexpr const char* kScript = PROJECT_DIR "/tests/golden/voc_map.py";
constexpr const char* kNumbers = PROJECT_DIR "/tests/golden/voc_map.json";

bool isNear(double a, double b) { return std::abs(a - b) < 1e-9; }

/// A box of 10 x 10 pixels with its upper left one at (x, y).
ObjectBox box(float x, float y, int label = 0, bool difficult = false) {
  return {x, y, x + 9, y + 9, label, difficult};
}

double average(const AveragePrecision& counts, ApRule rule = ApRule::voc07Rfb, int label = 0) {
  return counts.average(label, rule);
}

/// Of the script's rule.
class Draws {
 public:
  explicit Draws(std::uint32_t seed) : state_(seed) {}
  int below(int count) {
    state_ = 1664525u * state_ + 1013904223u;
    return static_cast<int>((state_ >> 16) % static_cast<std::uint32_t>(count));
  }

 private:
  std::uint32_t state_;
};

struct MadeCase {
  int images, classes, perImage, side, moved;
};

/// Corners are counted from 1.
ObjectBox lessOne(std::array<int, 4> corners, int label, bool difficult = false) {
  const auto at = [&](std::size_t i) { return static_cast<float>(corners[i] - 1); };
  return {at(0), at(1), at(2), at(3), label, difficult};
}

/// The boxes that the script makes; line by line as there, since draws have an order.
AveragePrecision madeCounts(std::uint32_t seed, const MadeCase& made) {
  const auto [images, classes, perImage, side, moved] = made;
  Draws draws(seed);
  std::vector<int> scores;
  for (int i = 1; i <= images * perImage; ++i) scores.push_back(i);
  for (int i = images * perImage - 1; i > 0; --i)
    std::swap(scores[static_cast<std::size_t>(i)], scores[static_cast<std::size_t>(draws.below(i + 1))]);
  AveragePrecision counts(classes);
  std::size_t place = 0;
  for (int image = 0; image < images; ++image) {
    struct Truth {
      int label;
      bool difficult;
      std::array<int, 4> corners;
    };
    std::vector<Truth> truth;
    for (int left = draws.below(5); left > 0; --left) {
      const int x = 1 + draws.below(side / 2), y = 1 + draws.below(side / 2);
      Truth own{draws.below(classes), draws.below(4) == 0, {x, y, 0, 0}};
      own.corners[2] = std::min(side, x + 1 + draws.below(side / 2));
      own.corners[3] = std::min(side, y + 1 + draws.below(side / 2));
      truth.push_back(own);
    }
    Boxes boxes;
    for (const Truth& own : truth) boxes.push_back(lessOne(own.corners, own.label, own.difficult));
    std::vector<FoundBox> found;
    for (int i = 0; i < perImage; ++i, ++place) {
      Truth near{0, false, {1, 1, side, side}};
      if (!truth.empty()) near = truth[static_cast<std::size_t>(draws.below(static_cast<int>(truth.size())))];
      const int label = draws.below(5) != 0 ? near.label : draws.below(classes);
      for (int& corner : near.corners) corner += draws.below(2 * moved + 1) - moved;
      auto [left, top, right, bottom] = near.corners;
      if (left > right) std::swap(left, right);
      if (top > bottom) std::swap(top, bottom);
      found.push_back({lessOne({left, top, right + 1, bottom + 1}, label),
                       scores[place] / (static_cast<double>(scores.size()) + 1)});
    }
    counts.add(found, boxes);
  }
  return counts;
}

}  // namespace

class TestAveragePrecision : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void overlapsByHand();
  void elevenPointsByHand();
  void areaByHand();
  void oneOfTwoByHand();
  void aSecondBoxIsWrong();
  void difficultObjectsCountAsNeither();
  void halfIsNotEnough();
  void theBestObjectDecides();
  void classesAreApart();
  void nothingFound();
  void verdictsNameTheObject();
  void surerBoxesKeepTheirVerdicts();
  void orderOfEqualScores();
  void numbersAreAllThatWasAdded();
  void asTheScript_data();
  void asTheScript();
  void theScriptGivesTheStoredNumbers();
};

/// Two boxes of 10 x 10 pixels, one 2 to the right: 80 of 120 pixels. As ssd.pytorch counts they have 9 x 9,
/// and what is found lies at 3 and 1: 6 * 8 of 2 * 81 - 48.
void TestAveragePrecision::overlapsByHand() {
  QVERIFY(isNear(overlap(box(2, 0), box(0, 0), ApRule::voc07Rfb), 80.0 / 120));
  QVERIFY(isNear(overlap(box(2, 0), box(0, 0), ApRule::voc12Area), 80.0 / 120));
  QVERIFY(isNear(overlap(box(2, 0), box(0, 0), ApRule::voc07Ssd), 48.0 / 114));
  QVERIFY(isNear(overlap(box(0, 0), box(0, 0), ApRule::voc07Rfb), 1));
  QVERIFY(isNear(overlap(box(-1, -1), box(0, 0), ApRule::voc07Ssd), 1));
  QVERIFY(isNear(overlap(box(10, 0), box(0, 0), ApRule::voc07Rfb), 0));
  const ObjectBox none{3, 3, 3, 3};  // one pixel, or none
  QVERIFY(isNear(overlap(none, none, ApRule::voc07Rfb), 1));
  QVERIFY(isNear(overlap(none, none, ApRule::voc07Ssd), 0));
  QVERIFY(isNear(overlap({NAN, 0, 1, 1}, box(0, 0), ApRule::voc07Rfb), 0) ||
          std::isnan(overlap({NAN, 0, 1, 1}, box(0, 0), ApRule::voc07Rfb)));
}

/// A recall of 0.3 does not reach the fourth point, which in double precision is a little more.
void TestAveragePrecision::elevenPointsByHand() {
  QVERIFY(isNear(elevenPoints({}), 0));
  const std::vector<CurvePoint> all{{1, 1}};
  QVERIFY(isNear(elevenPoints(all), 1));
  const std::vector<CurvePoint> half{{0.5, 1}};
  QVERIFY(isNear(elevenPoints(half), 6.0 / 11));
  const std::vector<CurvePoint> third{{0.3, 1}};
  QVERIFY(isNear(elevenPoints(third), 3.0 / 11));  // 0, 0.1, 0.2
  const std::vector<CurvePoint> rising{{0.2, 0.5}, {0.4, 0.8}, {1, 0.4}};
  QVERIFY(isNear(elevenPoints(rising), (5 * 0.8 + 6 * 0.4) / 11));
}

void TestAveragePrecision::areaByHand() {
  QVERIFY(isNear(areaBelow({}), 0));
  const std::vector<CurvePoint> rising{{0.2, 0.5}, {0.4, 0.8}, {0.4, 0.6}, {1, 0.4}};
  QVERIFY(isNear(areaBelow(rising), 0.4 * 0.8 + 0.6 * 0.4));
}

/// Two objects; found: one right (0.9), one nowhere (0.8), the other right (0.7). Recalls 1/2, 1/2, 1,
/// precisions 1, 1/2, 2/3.
void TestAveragePrecision::oneOfTwoByHand() {
  AveragePrecision counts(1);
  const std::vector<FoundBox> found{{box(50, 50), 0.8}, {box(0, 0), 0.9}, {box(20, 0), 0.7}};
  counts.add(found, Boxes{box(0, 0), box(20, 0)});
  QCOMPARE(counts.objects(0), std::size_t{2});
  QCOMPARE(counts.found(0), std::size_t{3});
  QVERIFY(isNear(average(counts), (6 + 5 * 2.0 / 3) / 11));
  QVERIFY(isNear(average(counts, ApRule::voc12Area), 0.5 + 0.5 * 2 / 3));
}

void TestAveragePrecision::aSecondBoxIsWrong() {
  AveragePrecision counts(1);
  counts.add(std::vector<FoundBox>{{box(0, 0), 0.9}, {box(1, 0), 0.8}, {box(30, 0), 0.7}},
             Boxes{box(0, 0), box(30, 0)});
  QVERIFY(isNear(average(counts, ApRule::voc12Area), 0.5 + 0.5 * 2 / 3));
}

void TestAveragePrecision::difficultObjectsCountAsNeither() {
  AveragePrecision counts(1);
  counts.add(std::vector<FoundBox>{{box(30, 0), 0.9}, {box(31, 0), 0.85}, {box(0, 0), 0.8}},
             Boxes{box(0, 0), box(30, 0, 0, true)});
  QCOMPARE(counts.objects(0), std::size_t{1});
  QCOMPARE(counts.difficult(0), std::size_t{1});
  QVERIFY(isNear(average(counts), 1) && isNear(average(counts, ApRule::voc12Area), 1));
  AveragePrecision none(1);
  none.add(std::vector<FoundBox>{{box(30, 0), 0.9}}, Boxes{box(30, 0, 0, true)});
  QCOMPARE(average(none), 0.0);
  QCOMPARE(none.mean(ApRule::voc07Rfb), 0.0);
}

/// 10 x 20 and 10 x 10 pixels share a half: no more than 0.5, so wrong.
void TestAveragePrecision::halfIsNotEnough() {
  const ObjectBox tall{0, 0, 9, 19};
  AveragePrecision counts(1);
  counts.add(std::vector<FoundBox>{{tall, 0.9}}, Boxes{box(0, 0)});
  QCOMPARE(overlap(tall, box(0, 0), ApRule::voc07Rfb), 0.5);
  QCOMPARE(average(counts), 0.0);
  AveragePrecision more(1);
  more.add(std::vector<FoundBox>{{{0, 0, 9, 18}, 0.9}}, Boxes{box(0, 0)});
  QVERIFY(isNear(average(more), 1));
}

/// A box belongs to the object it shares most with, even where that one is taken and another is free.
void TestAveragePrecision::theBestObjectDecides() {
  AveragePrecision counts(1);
  counts.add(std::vector<FoundBox>{{box(0, 0), 0.9}, {box(1, 0), 0.8}}, Boxes{box(0, 0), box(3, 0)});
  QVERIFY(isNear(average(counts, ApRule::voc12Area), 0.5));
}

void TestAveragePrecision::classesAreApart() {
  AveragePrecision counts(3);
  counts.add(std::vector<FoundBox>{{box(0, 0, 1), 0.9}, {box(0, 0, 7), 0.9}, {box(0, 0, -1), 0.9}},
             Boxes{box(0, 0, 0), box(30, 0, 1)});
  counts.add(std::vector<FoundBox>{{box(0, 0, 0), 0.5}, {box(0, 0, 2), 0.5}}, Boxes{box(0, 0, 0)});
  QCOMPARE(counts.images(), std::size_t{2});
  QVERIFY(isNear(average(counts, ApRule::voc12Area, 0), 0.5));
  QCOMPARE(average(counts, ApRule::voc12Area, 1), 0.0);
  QCOMPARE(counts.found(2), std::size_t{1});
  QVERIFY(isNear(counts.mean(ApRule::voc12Area), 0.25));  // class 2 has no object
}

void TestAveragePrecision::nothingFound() {
  AveragePrecision counts(2);
  QCOMPARE(counts.mean(ApRule::voc07Ssd), 0.0);
  counts.add({}, Boxes{box(0, 0)});
  counts.add({}, {});
  QCOMPARE(average(counts), 0.0);
  QCOMPARE(counts.images(), std::size_t{2});
}

/// In the order in which they are given: the second box is the surest of the object at 0.
void TestAveragePrecision::verdictsNameTheObject() {
  const Boxes truth{box(0, 0), box(50, 0, 0, true), box(90, 0, 1)};
  const std::vector<FoundBox> found{
      {box(1, 0), 0.5}, {box(0, 0), 0.9}, {box(50, 0), 0.4}, {box(90, 0), 0.3}, {box(95, 0, 1), 0.3}};
  const std::vector<JudgedBox> boxes = judged(found, truth, ApRule::voc07Rfb);
  const std::array verdicts{Verdict::wrong, Verdict::right, Verdict::neither, Verdict::wrong, Verdict::wrong};
  const std::array objects{0, 0, 1, -1, -1};  // 50 pixels of 150 are not enough
  QCOMPARE(boxes.size(), verdicts.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    QCOMPARE(boxes[i].verdict, verdicts[i]);
    QCOMPARE(boxes[i].object, objects[i]);
  }
  QVERIFY(isNear(boxes[0].share, 90.0 / 110));
  QVERIFY(isNear(boxes[4].share, 50.0 / 150));
}

/// Whatever score is asked for.
void TestAveragePrecision::surerBoxesKeepTheirVerdicts() {
  Draws draws(5);
  Boxes truth;
  std::vector<FoundBox> found;
  for (int i = 0; i < 8; ++i)
    truth.push_back(box(static_cast<float>(draws.below(40)), static_cast<float>(draws.below(40)),
                        draws.below(2), draws.below(4) == 0));
  for (int i = 0; i < 60; ++i) {
    const ObjectBox& near = truth[static_cast<std::size_t>(draws.below(8))];
    found.push_back({box(near.left + static_cast<float>(draws.below(5)), near.top, near.label),
                     1.0 / (2 + draws.below(50))});
  }
  const std::vector<JudgedBox> all = judged(found, truth, ApRule::voc07Ssd);
  for (const double score : {0.02, 0.03, 0.1, 0.4}) {
    std::vector<FoundBox> kept;
    std::vector<Verdict> expected;
    for (std::size_t i = 0; i < found.size(); ++i)
      if (found[i].score >= score) kept.push_back(found[i]), expected.push_back(all[i].verdict);
    const std::vector<JudgedBox> fewer = judged(kept, truth, ApRule::voc07Ssd);
    for (std::size_t i = 0; i < fewer.size(); ++i) QCOMPARE(fewer[i].verdict, expected[i]);
  }
}

/// Those of the image that came first count first.
void TestAveragePrecision::orderOfEqualScores() {
  AveragePrecision first(1), last(1);
  const std::vector<FoundBox> right{{box(0, 0), 0.5}}, wrong{{box(40, 0), 0.5}};
  const Boxes truth{box(0, 0)};
  first.add(right, truth), first.add(wrong, {});
  last.add(wrong, {}), last.add(right, truth);
  QVERIFY(isNear(average(first), 1) && isNear(average(last), 0.5));
}

void TestAveragePrecision::numbersAreAllThatWasAdded() {
  const AveragePrecision first = madeCounts(3, {12, 3, 5, 60, 4}), second = madeCounts(4, {9, 3, 6, 60, 4});
  AveragePrecision told(3);
  for (const AveragePrecision* part : {&first, &second}) told.merge(part->numbers());
  QCOMPARE(told.images(), first.images() + second.images());
  AveragePrecision both = first;
  both.merge(second.numbers());
  for (int label = 0; label < 3; ++label) {
    QCOMPARE(told.objects(label), first.objects(label) + second.objects(label));
    QCOMPARE(told.found(label), first.found(label) + second.found(label));
    for (const ApRule rule : {ApRule::voc07Ssd, ApRule::voc07Rfb, ApRule::voc12Area})
      QCOMPARE(told.average(label, rule), both.average(label, rule));
  }
  AveragePrecision alone(3);
  alone.merge(first.numbers());
  QCOMPARE(alone.mean(ApRule::voc07Ssd), first.mean(ApRule::voc07Ssd));
  QVERIFY(told.mean(ApRule::voc07Ssd) != first.mean(ApRule::voc07Ssd));
}

void TestAveragePrecision::asTheScript_data() {
  QTest::addColumn<int>("place");
  for (int place = 0; place < 5; ++place) QTest::addRow("case %d", place) << place;
}

void TestAveragePrecision::asTheScript() {
  QFETCH(int, place);
  const Json all = readJsonFile(kNumbers);
  const Json& golden = all.at("cases").asArray().at(static_cast<std::size_t>(place));
  std::vector<int> made;
  for (const Json& number : golden.at("made").asArray()) made.push_back(static_cast<int>(number.asInt()));
  const AveragePrecision counts =
      madeCounts(static_cast<std::uint32_t>(made[0]), {made[1], made[2], made[3], made[4], made[5]});
  for (std::size_t i = 0; i < kApRuleNames.size(); ++i) {
    const auto rule = static_cast<ApRule>(i);
    const Json& wanted = golden.at("values").at(kApRuleNames[i]);
    QVERIFY(std::abs(counts.mean(rule) - wanted.at("mean").asDouble()) < 1e-8);
    const Json::Array& classes = wanted.at("classes").asArray();
    for (int c = 0; c < counts.classes(); ++c) {
      const double known = classes[static_cast<std::size_t>(c)].asDouble();
      if (known < 0)
        QCOMPARE(counts.objects(c), std::size_t{0});
      else
        QVERIFY(std::abs(counts.average(c, rule) - known) < 1e-8);
    }
  }
}

void TestAveragePrecision::theScriptGivesTheStoredNumbers() {
  checkGolden("average precisions", kScript, kNumbers);
}

QTEST_GUILESS_MAIN(TestAveragePrecision)
#include "tst_average_precision.moc"

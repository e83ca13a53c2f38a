#include <QtTest>
#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/Error.h"
#include "tests/core/ChiSquare.h"
#include "tests/core/ResizedTools.h"

using namespace uada;
using namespace uada::test;

/// Random resized crops as a part of plans, with their group (docs/methods.md, "resized crop").
class TestResizedCrop : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyPolicyDrawsThem_data() { policyRows(); }
  void everyPolicyDrawsThem();
  void probesMoveThePlaceAlone_data() { policyRows(); }
  void probesMoveThePlaceAlone();
  void stepsAreOfOneThirtySecond_data();
  void stepsAreOfOneThirtySecond();
  void handWorkedMoves();
  void wholeImagesCannotMove();
  void placesAreUniform();
  void partsAreOfTheRule();
  void eachImageHasItsOwnSize();
  void settingsAreHeeded();
  void wrongSettingsAreRefused_data();
  void wrongSettingsAreRefused();
  void jsonHasTheStatedForm();
  void jsonRefusesWhatIsNoPart_data();
  void jsonRefusesWhatIsNoPart();

 private:
  ThreadPool pool_{1};
};

/// The same chain, flip and box as with a padded crop would be drawn from other numbers; what must hold is
/// that the plan has the one crop and survives text.
void TestResizedCrop::everyPolicyDrawsThem() {
  QFETCH(QString, policy);
  const auto space = resizedSpace(policy.toStdString());
  for (std::uint32_t index = 0; index < 300; ++index) {
    const Plan plan = samplePlan(*space, index);
    QVERIFY(plan.find("resized_crop") && !plan.find("crop") && plan.find("flip"));
    QVERIFY(plan.order() == RenderOrder::cropFirst);
    QVERIFY(resizedOf(plan).source == kSource && resizedOf(plan).filter == Filter::bilinear);
    QVERIFY(samePart(space->clamped(plan), plan, "resized_crop"));
    QVERIFY(planFromJson(parseJson(toJson(plan).dump(), "test")) == plan);
    QVERIFY(plan == samplePlan(*space, index));
  }
}

void TestResizedCrop::probesMoveThePlaceAlone() {
  QFETCH(QString, policy);
  const auto space = resizedSpace(policy.toStdString(), {}, 224, {500, 375});
  int clamped = 0, cropGroups = 0;
  for (std::uint32_t index = 0; index < 500; ++index) {
    const Plan plan = samplePlan(*space, index);
    for (const Group group : space->groups()) {
      if (group != groupNamed("crop")) continue;
      ++cropGroups;
      const Probe probe = probedCrop(*space, plan, index);
      QCOMPARE(int{probe.coordinates}, 2);
      QVERIFY(std::abs(probe.delta[0]) == 7 && std::abs(probe.delta[1]) == 7);
      Plan moved = plan;
      moved.find("resized_crop")->at[0] += probe.delta[0];
      moved.find("resized_crop")->at[1] += probe.delta[1];
      QVERIFY(probe.plan == moved);
      const Plan used = space->clamped(probe.plan);
      const ResizedCrop part = resizedOf(used);
      QVERIFY(part.row >= 0 && part.row + part.height <= 375 && part.col >= 0 &&
              part.col + part.width <= 500);
      QVERIFY(part.height == resizedOf(plan).height && part.width == resizedOf(plan).width);
      QCOMPARE(probe.clamped, !samePart(used, probe.plan, "resized_crop"));
      QCOMPARE(probe.unchanged, samePart(used, plan, "resized_crop"));
      clamped += probe.clamped;
      for (const float dL : {-1.0f, 0.0f, 1.0f})
        QVERIFY(space->update(plan, probe, group, dL, 0).plan == plan);
      QVERIFY(space->update(plan, probe, group, 1, 1).plan == (probe.unchanged ? plan : probe.plan));
    }
  }
  QCOMPARE(cropGroups > 0, policy != "crop-flip");
  QVERIFY(cropGroups == 0 || (clamped > 10 && clamped < 490));
}

void TestResizedCrop::stepsAreOfOneThirtySecond_data() {
  QTest::addColumn<int>("side");
  QTest::addColumn<int>("pixels");
  QTest::newRow("224") << 224 << 7;
  QTest::newRow("32") << 32 << 1;
  QTest::newRow("28") << 28 << 1;
  QTest::newRow("1") << 1 << 1;  // at least one pixel
  QTest::newRow("47") << 47 << 1;
  QTest::newRow("48: a half counts up") << 48 << 2;
  QTest::newRow("64") << 64 << 2;
  QTest::newRow("8192: beyond a byte") << 8192 << 256;
}

void TestResizedCrop::stepsAreOfOneThirtySecond() {
  QFETCH(int, side);
  QFETCH(int, pixels);
  const auto space = resizedSpace("uada-cifar", {}, side);
  const Plan plan = planWith({1000, 1000, 10, 10, {2000, 2000}});
  std::map<int, int> coins;
  for (std::uint32_t index = 0; index < 4000; ++index) {
    const Probe probe = probedCrop(*space, plan, index);
    QVERIFY(std::abs(probe.delta[0]) == pixels && std::abs(probe.delta[1]) == pixels);
    QCOMPARE(resizedOf(probe.plan).row - 1000, int{probe.delta[0]});
    ++coins[2 * (probe.delta[0] > 0) + (probe.delta[1] > 0)];
  }
  QVERIFY(isUniform(coins, 0, 4));
}

/// Side 224: a part of 100 rows and 200 columns at row 3, column 290 of 375 x 500: rows 0..275, columns
/// 0..300.
void TestResizedCrop::handWorkedMoves() {
  const auto space = resizedSpace("uada-cifar", {}, 224, {500, 375});
  const Plan plan = planWith({3, 290, 100, 200, {500, 375}});
  Probe probe;
  probe.plan = plan;
  probe.coordinates = 2;
  probe.delta = {-7, 7};
  const auto placeAt = [&](const Plan& moved) { return Space::coordinates(moved, groupNamed("crop"), -1); };
  using Place = std::vector<int>;
  const Candidate along = space->update(plan, probe, groupNamed("crop"), 0.5f, 1);
  QVERIFY((placeAt(along.plan) == Place{-4, 297} && placeAt(space->clamped(along.plan)) == Place{0, 297}));
  QVERIFY(along.clamped);
  const Candidate against = space->update(plan, probe, groupNamed("crop"), -0.5f, 1);
  QVERIFY((placeAt(against.plan) == Place{10, 283}) && !against.clamped);
  const Candidate far = space->update(plan, probe, groupNamed("crop"), 0.5f, 3);
  QVERIFY((placeAt(far.plan) == Place{-18, 311} && placeAt(space->clamped(far.plan)) == Place{0, 300}));
  const Candidate half =
      space->update(plan, probe, groupNamed("crop"), -0.5f, 0.5);  // 3.5 pixels, toward zero
  QVERIFY((placeAt(half.plan) == Place{6, 286}));
  QVERIFY(space->update(plan, probe, groupNamed("crop"), 0, 1).plan == plan);
}

/// A part that is the whole image has nowhere to go.
void TestResizedCrop::wholeImagesCannotMove() {
  const auto space = resizedSpace("uada-cifar");
  const Plan plan = planWith({0, 0, 37, 50, kSource});
  for (std::uint32_t index = 0; index < 20; ++index) {
    const Probe probe = probedCrop(*space, plan, index);
    QVERIFY(probe.unchanged && probe.clamped && !probe.inert);
    QVERIFY(space->update(plan, probe, groupNamed("crop"), 1, 1).plan == plan);
  }
}

/// Of the parts of one size the place is uniform: row and column as shares of the room there is.
void TestResizedCrop::placesAreUniform() {
  const auto space = resizedSpace(
      "crop-flip", R"("min_area":0.25,"max_area":0.25,"min_aspect":1,"max_aspect":1)", 32, {40, 40});
  std::map<int, int> row, col, place;
  for (std::uint32_t index = 0; index < 40000; ++index) {
    const ResizedCrop part = resizedOf(samplePlan(*space, index));
    QVERIFY(part.height == 20 && part.width == 20);
    ++row[part.row], ++col[part.col], ++place[part.row / 3 * 7 + part.col / 3];
  }
  QVERIFY(isUniform(row, 0, 21) && isUniform(col, 0, 21) && isUniform(place, 0, 49));
}

/// Area uniform in 0.08..1 where every aspect fits, the aspect's logarithm uniform, both within rounding.
void TestResizedCrop::partsAreOfTheRule() {
  const auto space = resizedSpace("crop-flip", R"("max_area":0.7)", 224, {600, 600});
  std::map<int, int> area, aspect;
  for (std::uint32_t index = 0; index < 20000; ++index) {
    const ResizedCrop part = resizedOf(samplePlan(*space, index));
    const double w = part.width, h = part.height;
    const double share = w * h / 360000, ratio = std::log(w / h) / std::log(4.0 / 3);
    QVERIFY((w + 0.5) * (h + 0.5) >= 0.08 * 360000 && (w - 0.5) * (h - 0.5) <= 0.7 * 360000);
    QVERIFY((w + 0.5) / (h - 0.5) >= 0.75 && (w - 0.5) / (h + 0.5) <= 4.0 / 3);
    ++area[std::clamp(static_cast<int>((share - 0.08) / 0.62 * 8), 0, 7)];
    ++aspect[std::clamp(static_cast<int>((ratio + 1) / 2 * 8), 0, 7)];
  }
  QVERIFY(isUniform(area, 0, 8) && isUniform(aspect, 0, 8));
}

void TestResizedCrop::eachImageHasItsOwnSize() {
  const auto space = resizedSpace("randaugment");
  for (const ImageSize size : {ImageSize{500, 375}, {31, 200}, {1, 1}, {}}) {
    Random random = planStream(3), other = planStream(3);
    const ImageSize used = size.empty() ? kSource : size;
    const Plan plan = space->sample(random, 1, size);
    QVERIFY(resizedOf(plan).source == used);
    QVERIFY(resizedOf(plan).width <= used.width && resizedOf(plan).height <= used.height);
    QVERIFY(samePart(space->clamped(plan), plan, "resized_crop"));
    QVERIFY(makeSpace("randaugment", R"({"crop":"resized"})", kSide, 1, used)->sample(other) == plan);
  }
  const auto square = resizedSpace("randaugment", {}, 28, {});  // no size known: the network's own
  QVERIFY((resizedOf(samplePlan(*square, 0)).source == ImageSize{28, 28}));
}

void TestResizedCrop::settingsAreHeeded() {
  QVERIFY(resizedOf(samplePlan(*resizedSpace("uada-cifar", R"("resize_filter":"bicubic")"), 0)).filter ==
          Filter::bicubic);
  const auto order = [](const char* settings) {
    return samplePlan(*makeSpace("randaugment", settings), 0).order();
  };
  QVERIFY(order("{}") == RenderOrder::chainFirst && order(R"({"order":"usual"})") == RenderOrder::chainFirst);
  QVERIFY(order(R"({"order":"chain_first"})") == RenderOrder::chainFirst);
  QVERIFY(order(R"({"order":"crop_first"})") == RenderOrder::cropFirst);
  QVERIFY(order(R"({"crop":"resized","order":"crop_first"})") == RenderOrder::cropFirst);
  const auto padded = makeSpace("crop-flip", R"({"crop":"padded","min_area":0.5})");
  QVERIFY(samplePlan(*padded, 3) == samplePlan(*makeSpace("crop-flip"), 3));
}

void TestResizedCrop::wrongSettingsAreRefused_data() {
  QTest::addColumn<QString>("settings");
  QTest::addColumn<QString>("named");
  QTest::newRow("kind") << R"({"crop":"random"})" << "crop";
  QTest::newRow("area of nothing") << R"({"min_area":0})" << "min_area";
  QTest::newRow("more than the image") << R"({"max_area":1.5})" << "max_area";
  QTest::newRow("areas in reverse") << R"({"min_area":0.6,"max_area":0.5})" << "min_area: 0.6 found";
  QTest::newRow("aspects in reverse") << R"({"min_aspect":2})" << "min_aspect: 2";
  QTest::newRow("filter") << R"({"resize_filter":"lanczos"})" << "resize_filter";
  QTest::newRow("ops first") << R"({"crop":"resized","order":"chain_first"})" << "chain_first";
}

void TestResizedCrop::wrongSettingsAreRefused() {
  QFETCH(QString, settings);
  QFETCH(QString, named);
  try {
    makeSpace("randaugment", settings.toUtf8().constData());
    QFAIL("taken");
  } catch (const UsageError& error) {
    QVERIFY2(QString(error.what()).contains(named), error.what());
  }
}

void TestResizedCrop::jsonHasTheStatedForm() {
  Plan plan = planWith({12, -3, 100, 200, {500, 375}});
  QCOMPARE(toJson(plan).dump(), std::string(R"({"resized_crop":[12,-3,100,200],"source":[375,500]})"));
  QCOMPARE(planText(plan), std::string("resized crop (12, -3, 100, 200)"));
  QVERIFY(planFromJson(toJson(plan)) == plan);
  plan = planWith({12, -3, 100, 200, {500, 375}, Filter::bicubic});
  plan.set(flipPart(true));
  QCOMPARE(
      toJson(plan).dump(),
      std::string(
          R"({"resized_crop":[12,-3,100,200],"source":[375,500],"resize_filter":"bicubic","flip":true})"));
  QCOMPARE(planText(plan), std::string("resized crop (12, -3, 100, 200) · flip"));
  QVERIFY(planFromJson(toJson(plan)) == plan);
  plan = planWith({12, -3, 100, 200, {500, 375}, Filter::nearest});
  QVERIFY(planFromJson(toJson(plan)) == plan);
}

void TestResizedCrop::jsonRefusesWhatIsNoPart_data() {
  QTest::addColumn<QString>("json");
  QTest::addColumn<QString>("named");
  QTest::newRow("two crops") << R"({"crop":[1,2],"resized_crop":[0,0,1,1],"source":[4,4]})" << "both";
  QTest::newRow("no source") << R"({"resized_crop":[0,0,1,1]})" << "'source' is missing";
  QTest::newRow("source alone") << R"({"source":[4,4]})" << "source";
  QTest::newRow("filter alone") << R"({"crop":[1,2],"resize_filter":"nearest"})" << "resize_filter";
  QTest::newRow("three numbers") << R"({"resized_crop":[0,0,1],"source":[4,4]})" << "resized_crop";
  QTest::newRow("no rows") << R"({"resized_crop":[0,0,0,1],"source":[4,4]})" << "1 x 0";
  QTest::newRow("too many rows") << R"({"resized_crop":[0,0,5,1],"source":[4,9]})" << "9 x 4";
  QTest::newRow("too many columns") << R"({"resized_crop":[0,0,1,10],"source":[4,9]})" << "9 x 4";
  QTest::newRow("source of nothing") << R"({"resized_crop":[0,0,1,1],"source":[0,9]})" << "source";
  QTest::newRow("place too far") << R"({"resized_crop":[0,9999999,1,1],"source":[4,9]})" << "resized_crop";
  QTest::newRow("unknown filter") << R"({"resized_crop":[0,0,1,1],"source":[4,9],"resize_filter":"box"})"
                                  << "box";
  QTest::newRow("filter as number") << R"({"resized_crop":[0,0,1,1],"source":[4,9],"resize_filter":1})"
                                    << "resize_filter";
  QTest::newRow("chain first") << R"({"resized_crop":[0,0,1,1],"source":[4,9],"order":"chain-first"})"
                               << "crop-first";
}

void TestResizedCrop::jsonRefusesWhatIsNoPart() {
  QFETCH(QString, json);
  QFETCH(QString, named);
  const Json parsed = parseJson(json.toStdString(), "test");
  try {
    planFromJson(parsed);
    QFAIL("taken as a plan");
  } catch (const Error& error) {
    QVERIFY2(QString(error.what()).contains(named), error.what());
  }
}

QTEST_GUILESS_MAIN(TestResizedCrop)
#include "tst_resized_crop.moc"

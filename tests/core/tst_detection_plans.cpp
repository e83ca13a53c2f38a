#include <QtTest>
#include <algorithm>

#include "core/augment/Clamp.h"
#include "core/augment/Stages.h"
#include "core/ops/Crop.h"
#include "core/ops/CvMoves.h"
#include "core/ops/Photometry.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/SegmentationTools.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr ImageSize kSource{40, 30};
constexpr int kDraws = 300;

ResidentDataset oneImage(ImageSize size) {
  ResidentDataset data;
  data.width = size.width;
  data.height = size.height;
  data.classCount = 1;
  data.labels = {0};
  for (int i = 0; i < 3 * size.width * size.height; ++i)
    data.rgb.push_back(static_cast<std::uint8_t>(7 * i + i / 50));
  return data;
}

/// A pixel that is changed.
std::array<int, 3> changed(std::array<std::uint8_t, 3> pixel, const LightChange& change) {
  Image in(1, 1), out(1, 1);
  std::ranges::copy(pixel, in.rgb.begin());
  changeLight(in.view(), out.span(), change);
  return {out.rgb[0], out.rgb[1], out.rgb[2]};
}

std::unique_ptr<Space> space() {
  return makeSpace(policyFromJson(Json("detection"), "test"), {.input = squareInput(20), .source = kSource});
}

}  // namespace

/// Plans of object detection: the image and its boxes on their way to the network's input (docs/methods.md,
/// "Detection").
class TestDetectionPlans : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void lightIsThatOfTheFormulas();
  void expandedCutAndResized();
  void onlyWhatIsShownIsDrawn();
  void cropsStayInThePicture();
  void boxesNeedTheirCentre();
  void drawsKeepAnObject();
  void eightBitsAreThoseOfTheFormulas();
  void canvasesMayBeStretched();
  void firstCropsKeepTheirShares();
  void rfbDrawsAsItsCode();
  void rfbCropsOverlap();
  void rfbLeavesAloneWhatWouldVanish();
  void groupsMoveByTenths();
  void plansAreReadAndNamed();
  void badPlansAreRefused();

 private:
  ThreadPool pool_{1};
};

/// Worked by hand: sums and factors on levels, then HSV's.
void TestDetectionPlans::lightIsThatOfTheFormulas() {
  using Pixel = std::array<int, 3>;
  QVERIFY((changed({100, 150, 200}, {.brightness = 12.5F}) == Pixel{112, 162, 212}));  // halves to even
  QVERIFY((changed({10, 250, 0}, {.brightness = 20}) == Pixel{30, 255, 20}));
  QVERIFY((changed({10, 250, 0}, {.brightness = 20, .contrast = 0.5F}) == Pixel{15, 135, 10}));
  QVERIFY((changed({10, 20, 30}, {.brightness = -20, .contrast = 1.5F}) == Pixel{0, 0, 15}));
  QVERIFY((changed({1, 2, 3}, {.channels = {2, 0, 1}}) == Pixel{3, 1, 2}));
  // V = 200, S = 1/2, H = 210 degrees: half the saturation halves the distance to V.
  QVERIFY((changed({100, 150, 200}, {.saturation = 0.5F}) == Pixel{150, 175, 200}));
  // Turned by 30 degrees, to 240: red and green are alike.
  QVERIFY((changed({100, 150, 200}, {.hue = 30}) == Pixel{100, 100, 200}));
  // From 349.8 degrees by 20: past 360 it begins anew, 9.8 sixtieths of the way from red to yellow.
  QVERIFY((changed({200, 100, 117}, {.hue = 20}) == Pixel{200, 116, 100}));
  // Before HSV the sum is not cut: (300, 150, 150) and half of its saturation, then half of all.
  QVERIFY((changed({200, 50, 50},
                   {.brightness = 100, .contrast = 0.5F, .saturation = 0.5F, .contrastLast = true}) ==
           Pixel{150, 112, 112}));
}

/// An image of 40 x 30 on a canvas of 80 x 60, of which a rectangle of 40 x 40 is cut, resized to 20 x 20.
void TestDetectionPlans::expandedCutAndResized() {
  const ResidentDataset data = oneImage(kSource);
  const Renderer renderer(data, settingsOf({20, 20}), pool_);
  const Plan plan = planOf({wholePart(kSource), expandPart(2000, 10, 5, true, kSource),
                            sampleCropPart({20, 10, 60, 50}, true), flipPart(true), resizePart()});
  const std::vector<Map> maps = renderer.maps(plan);
  QCOMPARE(maps.size(), std::size_t{4});
  QVERIFY(maps[0].out == (ImageSize{80, 60}) && maps[1].out == (ImageSize{40, 40}));
  // (12, 8, 32, 28) lies at (22, 13, 42, 33) on the canvas, at (2, 3, 22, 23) in the rectangle, mirrored at
  // (18, 3, 38, 23), and is halved.
  const auto boxes = std::get<Boxes>(renderer.target(plan, BoxesView(Boxes{{12, 8, 32, 28, 3}})));
  QVERIFY((boxes == Boxes{{9, 1.5, 19, 11.5, 3}}));
  const Image picture = renderer.picture(0, plan);
  QVERIFY((ImageSize{picture.width, picture.height} == ImageSize{20, 20}));
  // The same by hand.
  Image canvas(80, 60);
  for (std::size_t i = 0; i < canvas.rgb.size(); ++i) canvas.rgb[i] = renderer.colourOf(BoxFill::mean)[i % 3];
  for (int y = 0; y < 30; ++y) std::copy_n(data.view(0).row(y), 120, canvas.span().row(y + 5) + 30);
  Image cut(40, 40), resized(20, 20);
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 40; ++x)
      std::copy_n(canvas.view().row(y + 10) + 3 * (59 - x), 3, cut.span().row(y) + 3 * x);
  resizeImage(cut.view(), resized.span());
  QVERIFY(picture == resized);
}

/// Of the picture before a crop only a box is drawn: its pixels are those of the whole one.
void TestDetectionPlans::onlyWhatIsShownIsDrawn() {
  constexpr ImageSize kWide{203, 67};
  const ResidentDataset data = oneImage(kWide);
  const Renderer renderer(data, settingsOf({20, 20}), pool_);
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    Random random(3, 1, i, Purpose::test);
    const auto up = [&](int most) {
      return static_cast<int>(random.below(static_cast<std::uint32_t>(most)));
    };
    Photometric light{.brightness = 3000 - up(6000)};
    if (random.coin()) light.saturation = 500 + up(1000), light.hue = 1000 - up(2000);
    if (random.coin()) light.eightBit = true;
    const bool isExpanded = random.coin();
    const Part canvas = expandPart(1000 + up(1000), up(150), up(40), isExpanded, kWide);
    Plan plan = planOf({wholePart(kWide), photometricPart(light), canvas});
    const ImageSize size = kindOf(canvas).made(clampPlan(plan, renderer.settings().input).parts()[2],
                                               Frame{renderer.settings().input, {}, kWide});
    const int left = up(size.width - 2), top = up(size.height - 2);
    const PixelBox box{left, top, left + 1 + up(size.width - left), top + 1 + up(size.height - top)};
    const Image whole = renderer.picture(0, plan);
    plan.add(sampleCropPart(box, true));
    plan.add(flipPart(random.coin()));
    const auto& at = clampPlan(plan, renderer.settings().input).find("sample_crop")->at;
    Image cut(at[2] - at[0], at[3] - at[1]);
    cutWindow(whole.view(), cut.span(), at[1], at[0], {});
    if (plan.find("flip")->at[0] != 0) {
      Image mirrored(cut.width, cut.height);
      flipHorizontal(cut.view(), mirrored.span());
      cut = mirrored;
    }
    QVERIFY2(renderer.picture(0, plan) == cut, planText(plan).c_str());
  }
}

void TestDetectionPlans::cropsStayInThePicture() {
  const Input input = squareInput(20);
  const auto used = [&](const PixelBox& box) {
    const Plan plan = planOf({wholePart(kSource), sampleCropPart(box, true), resizePart()});
    const auto& at = clampPlan(plan, input).find("sample_crop")->at;
    return PixelBox{at[0], at[1], at[2], at[3]};
  };
  QVERIFY((used({-5, -5, 99, 99}) == PixelBox{0, 0, 40, 30}));
  QVERIFY((used({10, 10, 5, 5}) == PixelBox{10, 10, 11, 11}));
  QVERIFY((used({0, 0, 10, 30}) == PixelBox{0, 0, 10, 20}));    // at most twice as high as wide
  QVERIFY((used({0, 0, 40, 5}) == PixelBox{0, 0, 40, 20}));     // at least half as high
  QVERIFY((used({0, 29, 40, 30}) == PixelBox{0, 29, 40, 30}));  // as far as there is room
  const Plan off = planOf({wholePart(kSource), sampleCropPart({1, 2, 3, 4}, false), resizePart()});
  QVERIFY((clampPlan(off, input).find("sample_crop")->at == std::array<std::int32_t, 4>{0, 0, 40, 30}));
}

void TestDetectionPlans::boxesNeedTheirCentre() {
  const ResidentDataset data = oneImage(kSource);
  const Renderer renderer(data, settingsOf({20, 20}), pool_);
  const Plan plan = planOf({wholePart(kSource), sampleCropPart({10, 0, 30, 20}, true), resizePart()});
  const TargetRule rule{.leastShare = 0, .leastSide = 0, .keepsCentre = true};
  // Centres at 10 (on the edge), 10.5 and 29.5; the last is cut at the rectangle.
  const Boxes boxes{{4, 4, 16, 8, 1}, {5, 4, 16, 8, 2}, {20, 4, 39, 8, 3}};
  const auto kept = std::get<Boxes>(renderer.target(plan, BoxesView(boxes), rule));
  QVERIFY((kept == Boxes{{0, 4, 6, 8, 2}, {10, 4, 20, 8, 3}}));
  // By share: of the second 6 of 11 are left, of the third 10 of 19.
  QCOMPARE(std::get<Boxes>(renderer.target(plan, BoxesView(boxes), {.leastShare = 0.54})).size(),
           std::size_t{1});
}

void TestDetectionPlans::drawsKeepAnObject() {
  const auto drawing = space();
  const Boxes boxes{{2, 2, 8, 8, 0}, {30, 20, 39, 29, 1}, {15, 10, 20, 14, 0, true}};
  int cropped = 0, expanded = 0;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    Random random(1, 1, i, Purpose::plan);
    const Plan plan = drawing->sample(random, 1, kSource, boxes);
    QVERIFY(drawing->clamped(plan) == plan);
    const Part& canvas = *plan.find("expand");
    expanded += canvas.fired;
    const Part& crop = *plan.find("sample_crop");
    if (!crop.fired) continue;
    ++cropped;
    bool isKept = false;
    for (std::size_t b = 0; b < 2; ++b) {
      const double x = (boxes[b].left + boxes[b].right) / 2 + canvas.at[1];
      const double y = (boxes[b].top + boxes[b].bottom) / 2 + canvas.at[2];
      isKept = isKept || (x > crop.at[0] && x < crop.at[2] && y > crop.at[1] && y < crop.at[3]);
    }
    QVERIFY(isKept);
  }
  QVERIFY(expanded > kDraws * 0.4 && expanded < kDraws * 0.6);
  QVERIFY(cropped > kDraws * 0.7 && cropped < kDraws * 0.95);  // five of six modes
  // Without an object nothing is cut out.
  for (std::uint32_t i = 0; i < 30; ++i) {
    Random random(1, 1, i, Purpose::plan);
    QVERIFY(!drawing->sample(random, 1, kSource).find("sample_crop")->fired);
  }
}

/// Worked by hand: each step is cut and rounded down, HSV counts 2 degrees and 255 levels.
void TestDetectionPlans::eightBitsAreThoseOfTheFormulas() {
  const auto made = [](std::array<std::uint8_t, 3> pixel, const EightBitLight& change) {
    Image in(1, 1), out(1, 1);
    std::ranges::copy(pixel, in.rgb.begin());
    changeLight(in.view(), out.span(), change);
    return std::array<int, 3>{out.rgb[0], out.rgb[1], out.rgb[2]};
  };
  using Pixel = std::array<int, 3>;
  QVERIFY((made({100, 100, 100}, {.brightness = 12.9}) == Pixel{112, 112, 112}));
  QVERIFY(
      (made({240, 240, 240}, {.brightness = 31, .contrast = 0.5}) == Pixel{127, 127, 127}));  // 255 is cut
  QVERIFY((made({10, 10, 10}, {.brightness = -20, .contrast = 1.5}) == Pixel{0, 0, 0}));
  QVERIFY((made({200, 0, 0}, {.hue = 60}) == Pixel{0, 200, 0}));   // 120 degrees
  QVERIFY((made({200, 0, 0}, {.hue = -60}) == Pixel{0, 0, 200}));  // below 0 it begins anew
  QVERIFY((made({200, 0, 0}, {.saturation = 0}) == Pixel{200, 200, 200}));
  // Of a plan: 901 hundredths of a degree are 5 whole steps of 2 degrees.
  const ResidentDataset data = oneImage(kSource);
  const Renderer renderer(data, settingsOf({40, 30}), pool_);
  const auto pictureOf = [&](int hue) {
    return renderer.picture(0, planOf({wholePart(kSource), photometricPart({.hue = hue, .eightBit = true})}));
  };
  QVERIFY(pictureOf(901) == pictureOf(1000) && !(pictureOf(899) == pictureOf(1000)));
}

/// A canvas of twice the size with an aspect of 1.25: 2.5 times as wide, 1.6 times as high.
void TestDetectionPlans::canvasesMayBeStretched() {
  const Frame frame{squareInput(20), {}, kSource};
  const Part part = expandPart(2000, 10, 5, true, kSource, 1250);
  const PartKind& kind = kindOf(part);
  QVERIFY((kind.made(part, frame) == ImageSize{100, 48}));
  QCOMPARE(kind.range(part, frame, 1).high, 60);
  QCOMPARE(kind.range(part, frame, 2).high, 18);
  QCOMPARE(kind.range(part, frame, 0).low, 1250);  // below it the canvas would be lower than the image
  QCOMPARE(kind.range(expandPart(2000, 0, 0, true, kSource, 800), frame, 0).low, 1250);
  QVERIFY((kind.made(expandPart(1000, 0, 0, true, kSource, 800), frame) == ImageSize{40, 46}));
}

/// At most twice as large a share of one side as of the other, of an image of 40 x 30.
void TestDetectionPlans::firstCropsKeepTheirShares() {
  const auto used = [&](const PixelBox& box) {
    const Plan plan = planOf({wholePart(kSource), firstCropPart(box, true), resizePart()});
    const auto& at = clampPlan(plan, squareInput(20)).find("first_crop")->at;
    return PixelBox{at[0], at[1], at[2], at[3]};
  };
  QVERIFY((used({0, 0, 36, 14}) == PixelBox{0, 0, 36, 14}));  // 0.9 and 0.47 of the sides: 36 / 14 is above 2
  QVERIFY((used({0, 0, 36, 5}) == PixelBox{0, 0, 36, 13}));
  QVERIFY((used({0, 0, 10, 30}) == PixelBox{0, 0, 10, 16}));
  const Plan plan = planOf({wholePart(kSource), photometricPart({.brightness = 100, .eightBit = true}),
                            firstCropPart({0, 0, 20, 20}, true), expandPart(1500, 4, 3, true, {20, 20}, 1100),
                            flipPart(false), resizePart(CvResize::area)});
  QCOMPARE(kindOf(plan.parts()[1]).name, std::string("first_crop"));  // before light and colour
  QCOMPARE(planText(plan), std::string("cut (0, 0, 20, 20) · brightness 1, in 8 bits · "
                                       "expand 1.5 (aspect 1.1) at (3, 4) · resize (area)"));
  QVERIFY(planFromJson(parseJson(toJson(plan).dump(), "test")) == plan);
}

/// What the code of RFBNet makes sure of, in every draw.
void TestDetectionPlans::rfbDrawsAsItsCode() {
  const auto drawing = makeSpace(
      policyFromJson(parseJson(R"({"name": "detection", "variant": "rfb", "expand_chance": 0.6})", "t"),
                     "test"),
      {.input = squareInput(20), .source = kSource});
  const Boxes boxes{{2, 2, 18, 18, 0}, {20, 10, 39, 29, 1, true}};
  int cut = 0, expanded = 0, both = 0;
  std::array<int, 5> filters{}, hues{};
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    Random random(1, 1, i, Purpose::plan);
    const Plan plan = drawing->sample(random, 1, kSource, boxes);
    QVERIFY(drawing->clamped(plan) == plan);
    QVERIFY(!plan.find("sample_crop"));
    const auto& [left, top, right, bottom] = plan.find("first_crop")->at;
    int inside = 0;
    for (const ObjectBox& box : boxes) {
      const float x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
      inside += x > float(left) && x < float(right) && y > float(top) && y < float(bottom);
    }
    QVERIFY(inside > 0);
    both += inside == 2;
    cut += plan.find("first_crop")->fired;
    const Part& canvas = *plan.find("expand");
    QCOMPARE(canvas.size[0], bottom - top);
    expanded += canvas.fired;
    const Part& light = *plan.find("photometric");
    QCOMPARE(light.at[3] % 200, 0);
    hues[0] += light.at[3] != 0, hues[1] += std::abs(light.at[3]) > 1800;
    ++filters[plan.find("resize")->style];
  }
  QVERIFY(cut > kDraws * 0.4 && cut < kDraws * 0.95);  // no crop can share 0.5 with both objects
  QVERIFY(expanded > kDraws * 0.5 && expanded < kDraws * 0.7);
  QVERIFY(both > kDraws / 2);
  QVERIFY(hues[0] > kDraws * 0.4 && hues[1] > kDraws * 0.15);  // up to 36 degrees
  for (const int count : filters) QVERIFY(count > kDraws / 10);
}

/// An object that fills the image shares with a crop what that has of its area: 0.7 and more in two of seven
/// modes, and by chance in the others, together 0.48 of all; 0.2 if no mode asked for anything.
void TestDetectionPlans::rfbCropsOverlap() {
  const auto drawing =
      makeSpace(policyFromJson(parseJson(R"({"name": "detection", "variant": "rfb"})", "t"), "test"),
                {.input = squareInput(20), .source = kSource});
  const Boxes boxes{{0, 0, 40, 30, 0}};
  int large = 0;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    Random random(1, 1, i, Purpose::plan);
    const Part crop = *drawing->sample(random, 1, kSource, boxes).find("first_crop");
    const int area = (crop.at[2] - crop.at[0]) * (crop.at[3] - crop.at[1]);
    large += crop.fired && area > 0.65 * 40 * 30;
  }
  QVERIFY2(large > 0.4 * kDraws && large < 0.65 * kDraws, fmt::format("{}", large).c_str());
}

/// An image without objects, and one whose object would be no longer than a hundredth of the picture.
void TestDetectionPlans::rfbLeavesAloneWhatWouldVanish() {
  const auto drawing =
      makeSpace(policyFromJson(parseJson(R"({"name": "detection", "variant": "rfb", "expand_chance": 1,
                                                  "interpolation": "bilinear"})",
                                         "t"),
                               "test"),
                {.input = squareInput(20), .source = kSource});
  const Plan untouched =
      planOf({wholePart(kSource), firstCropPart({0, 0, 40, 30}, false), photometricPart({}),
              expandPart(1000, 0, 0, false, kSource), flipPart(false), resizePart()});
  for (std::uint32_t i = 0; i < 30; ++i) {
    Random random(1, 1, i, Purpose::plan), again(1, 1, i, Purpose::plan);
    QVERIFY(drawing->sample(random, 1, kSource) == untouched);
    QVERIFY(drawing->sample(again, 1, kSource, Boxes{{10, 10, 10.25F, 14, 0}}) == untouched);
  }
}

void TestDetectionPlans::groupsMoveByTenths() {
  const auto drawing = space();
  QCOMPARE(drawing->groups().size(), std::size_t{4});
  const Plan plan = planOf({wholePart(kSource), photometricPart({.brightness = 3000, .hue = 0}),
                            expandPart(1500, 4, 3, true, kSource), sampleCropPart({2, 2, 34, 34}, true),
                            flipPart(false), resizePart()});
  Random random(1, 1, 0, Purpose::probe);
  const Probe light = drawing->probe(plan, groupNamed("photometric"), random);
  QCOMPARE(std::abs(light.delta[0]), 640);  // 6.4 levels
  QCOMPARE(std::abs(light.delta[1]), 100);
  QCOMPARE(std::abs(light.delta[3]), 360);
  // What is not applied does not move.
  QCOMPARE(drawing->clamped(light.plan).find("photometric")->at[1], 1000);
  QCOMPARE(std::abs(drawing->clamped(light.plan).find("photometric")->at[3]), 360);
  const Probe canvas = drawing->probe(plan, groupNamed("expand"), random);
  QCOMPARE(std::abs(canvas.delta[0]), 300);
  QCOMPARE(std::abs(canvas.delta[1]), 1);  // 40 / 32
  const Probe crop = drawing->probe(plan, groupNamed("crop"), random);
  for (int k = 0; k < 4; ++k) QCOMPARE(std::abs(crop.delta[static_cast<std::size_t>(k)]), 1);
  const Candidate moved = drawing->update(plan, crop, groupNamed("crop"), 0.5F, 1);
  for (std::size_t k = 0; k < 4; ++k)
    QCOMPARE(moved.plan.find("sample_crop")->at[k], plan.find("sample_crop")->at[k] + crop.delta[k]);
  const Plan off = planOf({wholePart(kSource), photometricPart({}), expandPart(1000, 0, 0, false, kSource),
                           sampleCropPart({0, 0, 40, 30}, false), flipPart(false), resizePart()});
  for (const char* group : {"photometric", "expand", "crop"})
    QVERIFY2(drawing->probe(off, groupNamed(group), random).unchanged, group);
}

void TestDetectionPlans::plansAreReadAndNamed() {
  const Plan plan =
      planOf({wholePart(kSource),
              photometricPart({.brightness = -1250, .contrast = 700, .contrastLast = true, .permutation = 4}),
              expandPart(1500, 4, 3, true, kSource), sampleCropPart({2, 2, 34, 34}, true), flipPart(true),
              resizePart()});
  QVERIFY(planFromJson(parseJson(toJson(plan).dump(), "test")) == plan);
  QCOMPARE(planText(plan),
           std::string("brightness -12.5, contrast 0.7, channels 2 0 1 · expand 1.5 at (3, 4) · "
                       "sample (2, 2, 34, 34) · flip · resize"));
  const Plan off = planOf({wholePart(kSource), photometricPart({}), expandPart(1000, 0, 0, false, kSource),
                           sampleCropPart({0, 0, 40, 30}, false), flipPart(false), resizePart()});
  QVERIFY(planFromJson(parseJson(toJson(off).dump(), "test")) == off);
  const ResidentDataset data = oneImage(kSource);
  const Renderer renderer(data, settingsOf({20, 20}), pool_);
  const std::vector<Stage> stages = stagesOf(renderer, 0, plan);
  QCOMPARE(stages.size(), std::size_t{7});
  QCOMPARE(stages[3].title, std::string("Expand"));
  QCOMPARE(stages[3].image.width, 60);
  QCOMPARE(stages[6].detail, std::string("32 x 32 pixels to 20 x 20"));
}

void TestDetectionPlans::badPlansAreRefused() {
  const auto problem = [](const char* text) {
    return errorOf([&] { planFromJson(parseJson(text, "test")); });
  };
  QVERIFY(problem(R"({"whole":[0,4]})").contains("whole"));
  QVERIFY(problem(R"({"whole":[3,4],"scale":{"thousandths":1000,"source":[3,4]}})").contains("both found"));
  for (const char* crops :
       {R"({"crop":[1,2],"window":[0,0]})", R"({"window":[0,0],"sample_crop":{"box":[0,0,2,2]}})"})
    QVERIFY(problem(crops).contains("both found"));
  QVERIFY(problem(R"({"photometric":{"gamma":1}})").contains("gamma"));
  QVERIFY(problem(R"({"photometric":{"channels":[0,0,1]}})").contains("0, 1 and 2 in any order expected"));
  for (const char* name : {"gamma", "hue"})  // unknown, and not there
    QVERIFY(problem(fmt::format(R"({{"photometric":{{"contrast":700,"applied":["{}"]}}}})", name).c_str())
                .contains(QString("a number that is there expected, '%1' found").arg(name)));
  QVERIFY(problem(R"({"expand":{"thousandths":1000}})").contains("at"));
  QVERIFY(problem(R"({"sample_crop":{"box":[1,2,3]}})").contains("box"));
  QVERIFY(problem(R"({"resize":"lanczos"})").contains("lanczos4 expected"));
  QVERIFY(problem(R"({"expand":{"thousandths":1500,"at":[0,0],"image":[9,9],"aspect":9000}})")
              .contains("aspect"));
  for (const char* other : {R"("contrast_last":true)", R"("channels":[1,0,2])"})
    QVERIFY(problem(fmt::format(R"({{"photometric":{{"eight_bit":true,{}}}}})", other).c_str())
                .contains("eight_bit has neither"));
}

QTEST_GUILESS_MAIN(TestDetectionPlans)
#include "tst_detection_plans.moc"

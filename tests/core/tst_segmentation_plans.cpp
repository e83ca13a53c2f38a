#include <QtTest>
#include <algorithm>

#include "core/augment/Clamp.h"
#include "core/augment/Stages.h"
#include "core/ops/CvMoves.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/SegmentationTools.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr Range kAnyAngle{-18000, 18000};
constexpr std::uint8_t kMean[] = {128, 102, 77};  // of settingsOf(), in 8 bits

/// Grey values, row by row.
ResidentDataset greyImage(ImageSize size, const std::vector<int>& values) {
  ResidentDataset data;
  data.width = size.width;
  data.height = size.height;
  data.classCount = 1;
  data.labels = {0};
  for (const int value : values) data.rgb.insert(data.rgb.end(), 3, static_cast<std::uint8_t>(value));
  return data;
}

/// The reds of a picture, -1 where it shows the mean colour.
std::vector<int> greys(const Image& picture) {
  std::vector<int> values;
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3)
    values.push_back(std::equal(kMean, kMean + 3, picture.rgb.begin() + static_cast<std::ptrdiff_t>(i))
                         ? -1
                         : picture.rgb[i]);
  return values;
}

LabelMap labelMap(ImageSize size, std::vector<std::uint8_t> labels) {
  LabelMap map(size.width, size.height);
  map.labels = std::move(labels);
  return map;
}

using Labels = std::vector<std::uint8_t>;

}  // namespace

/// Plans of semantic segmentation: pictures of any size on their way to a window of the input's size
/// (docs/methods.md, "Semantic segmentation").
class TestSegmentationPlans : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void scaledByTwoAndCut();
  void scaledByAHalfAndPadded();
  void sizesAreRounded();
  void turnedByAQuarter();
  void blurredByFive();
  void windowsShowTheirPartOfThePicture();
  void windowsAreClampedBehindTheScale();
  void whatIsNotOfTheInputsSizeIsRefused();
  void paddingMayBeTheMeanItself();
  void opsWorkAtAnySize();
  void plansAreReadAndNamed();
  void stagesHaveTheirSizes();

 private:
  ThreadPool pool_{1};
};

/// Columns 0, 64, 128, 192 become 0, 16, 48, 80, 112, 144, 176, 192; of them 2 to 5 are cut out.
void TestSegmentationPlans::scaledByTwoAndCut() {
  const ImageSize size{4, 4};
  std::vector<int> values;
  Labels classes;
  for (int i = 0; i < 16; ++i)
    values.push_back(64 * (i % 4)), classes.push_back(static_cast<std::uint8_t>(1 + i % 4));
  const ResidentDataset data = greyImage(size, values);
  const Renderer renderer(data, settingsOf(size), pool_);
  const Plan plan = planOf({scalePart(2000, kFactors, size), windowPart(1, 2)});
  const LabelMap labels = labelMap(size, classes);
  const Image picture = renderer.picture(0, plan);
  const auto moved = std::get<LabelMap>(renderer.target(plan, labels.view()));
  QCOMPARE(moved.width, 4);
  for (int y = 0; y < 4; ++y) {
    const auto row = greys(picture);
    QCOMPARE(std::vector(row.begin() + 4 * y, row.begin() + 4 * y + 4), (std::vector<int>{48, 80, 112, 144}));
    QCOMPARE(Labels(moved.labels.begin() + 4 * y, moved.labels.begin() + 4 * y + 4), (Labels{2, 2, 3, 3}));
  }
  // (1, 1, 3, 3) becomes (2, 2, 6, 6), lies at (0, 1) in the window and is cut at 4.
  const auto boxes = std::get<Boxes>(renderer.target(plan, BoxesView(Boxes{{1, 1, 3, 3, 7}})));
  QVERIFY((boxes == Boxes{{0, 1, 4, 4, 7}}));
  const auto same = std::get<Image>(renderer.target(plan, data.view(0)));
  QVERIFY(same == picture);  // a picture goes the image's own way
}

/// Half of the padding on each side, of an odd one the smaller half first. A window has no room to move.
void TestSegmentationPlans::scaledByAHalfAndPadded() {
  const ImageSize size{4, 4};
  std::vector<int> values;
  Labels classes;
  for (int i = 0; i < 16; ++i)
    values.push_back(64 * (i % 4)), classes.push_back(static_cast<std::uint8_t>(1 + i % 4));
  const ResidentDataset data = greyImage(size, values);
  const Renderer renderer(data, settingsOf({5, 4}), pool_);
  const Plan plan = planOf({scalePart(500, kFactors, size), windowPart(5, -3)});
  QCOMPARE(greys(renderer.picture(0, plan)), (std::vector<int>{-1, -1, -1,  -1, -1,  //
                                                               -1, 32, 160, -1, -1,  //
                                                               -1, 32, 160, -1, -1,  //
                                                               -1, -1, -1,  -1, -1}));
  const LabelMap labels = labelMap(size, classes);
  const auto moved = std::get<LabelMap>(renderer.target(plan, labels.view(), {.ignore = 9}));
  QCOMPARE(moved.labels, (Labels{9, 9, 9, 9, 9,  //
                                 9, 1, 3, 9, 9,  //
                                 9, 1, 3, 9, 9,  //
                                 9, 9, 9, 9, 9}));
  const auto boxes = std::get<Boxes>(renderer.target(plan, BoxesView(Boxes{{0, 0, 4, 4, 1}})));
  QVERIFY((boxes == Boxes{{1, 1, 3, 3, 1}}));
}

/// Halves to the even neighbour, as OpenCV rounds; never to nothing.
void TestSegmentationPlans::sizesAreRounded() {
  const auto scaled = [](int width, int height, double factor) {
    return scaleMap({width, height}, factor).out;
  };
  QVERIFY((scaled(480, 360, 1.35) == ImageSize{648, 486}));
  QVERIFY((scaled(5, 7, 0.5) == ImageSize{2, 4}));  // 2.5 and 3.5
  QVERIFY((scaled(1, 9, 0.3) == ImageSize{1, 3}));
  QVERIFY((scaled(4, 4, 1.1) == ImageSize{4, 4}));
  const ResidentDataset data = greyImage({1, 9}, {10, 20, 30, 40, 50, 60, 70, 80, 90});
  const Renderer renderer(data, settingsOf({1, 9}), pool_);
  for (const Filter filter : {Filter::nearest, Filter::bilinear}) {
    const Image picture = renderer.picture(0, planOf({scalePart(300, {300, 300}, {1, 9}, filter)}));
    QCOMPARE(picture.width, 1);
    QCOMPARE(picture.height, 3);
  }
}

/// The middle that OpenCV turns about is the pixel width / 2, height / 2, so a row is lost.
void TestSegmentationPlans::turnedByAQuarter() {
  const ImageSize size{3, 3};
  const ResidentDataset data = greyImage(size, {10, 20, 30, 40, 50, 60, 70, 80, 90});
  const Renderer renderer(data, settingsOf(size), pool_);
  const Plan quarter = planOf({rotationPart(9000, kAnyAngle, true)});
  QCOMPARE(greys(renderer.picture(0, quarter)), (std::vector<int>{-1, -1, -1, 30, 60, 90, 20, 50, 80}));
  const LabelMap labels = labelMap(size, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  QCOMPARE(std::get<LabelMap>(renderer.target(quarter, labels.view())).labels,
           (Labels{255, 255, 255, 3, 6, 9, 2, 5, 8}));
  // (x, y) goes to (y, 4 - x): of (0, 0, 2, 1) a half stays inside.
  const auto boxes =
      std::get<Boxes>(renderer.target(quarter, BoxesView(Boxes{{0, 0, 2, 1, 1}}), {.leastSide = 0.5}));
  QCOMPARE(boxes.size(), std::size_t{1});
  for (const auto& [got, wanted] :
       {std::pair(boxes[0].left, 0.F), {boxes[0].top, 2.F}, {boxes[0].right, 1.F}, {boxes[0].bottom, 3.F}})
    QVERIFY(std::abs(got - wanted) < 1e-5F);
  for (const Plan& still :
       {planOf({rotationPart(0, kAngles, true)}), planOf({rotationPart(500, {0, 0}, true)})}) {
    QVERIFY(renderer.picture(0, still) == Image(data.view(0)));
    QVERIFY(renderer.maps(still).empty());
  }
  // A drawn rotation by nothing reads every pixel where it is.
  QVERIFY(movedLabels(labels.view(), rotationMap(size, 0), 9) == labels);
}

/// One pixel of 250: 250 / 256 times the products of 1, 4, 6, 4, 1.
void TestSegmentationPlans::blurredByFive() {
  const ImageSize size{7, 7};
  std::vector<int> values(49, 0);
  values[24] = 250;
  const ResidentDataset data = greyImage(size, values);
  const Renderer renderer(data, settingsOf(size), pool_);
  const Plan plan = planOf({blurPart(true)});
  QCOMPARE(greys(renderer.picture(0, plan)), (std::vector<int>{0, 0, 0,  0,  0,  0, 0,  //
                                                               0, 1, 4,  6,  4,  1, 0,  //
                                                               0, 4, 16, 23, 16, 4, 0,  //
                                                               0, 6, 23, 35, 23, 6, 0,  //
                                                               0, 4, 16, 23, 16, 4, 0,  //
                                                               0, 1, 4,  6,  4,  1, 0,  //
                                                               0, 0, 0,  0,  0,  0, 0}));
  QVERIFY(renderer.maps(plan).empty());
  QVERIFY(renderer.picture(0, planOf({blurPart(false)})) == Image(data.view(0)));
}

/// Only what the windows of a sample show is drawn and looked up: it must be what a whole picture shows
/// there.
void TestSegmentationPlans::windowsShowTheirPartOfThePicture() {
  const ImageSize size{90, 70}, input{41, 33};
  const ResidentDataset data = makeData(size, 1);
  LabelMap labels(size.width, size.height);
  for (std::size_t i = 0; i < labels.labels.size(); ++i)
    labels.labels[i] = static_cast<std::uint8_t>(i * 7 % 250);
  const Renderer renderer(data, settingsOf(input), pool_);
  const std::vector<std::uint32_t> indices{0};
  std::vector<Plan> plans, open;
  for (int i = 0; i < 60; ++i) {
    const int factor = i % 10 == 9 ? 500 : 400 + 37 * i % 1600;
    const Filter filter = i % 7 == 6 ? Filter::bicubic : Filter::bilinear;
    open.push_back(planOf({scalePart(factor, {400, 2000}, size, filter),
                           rotationPart(i * 613 % 36'000 - 18'000, kAnyAngle, i % 3 != 0),
                           blurPart(i % 2 == 0), flipPart(i % 4 < 2)}));
    plans.push_back(open.back());
    plans.back().add(windowPart(i * 5 % 40, i * 11 % 50));
  }
  std::vector<std::uint8_t> rendered(plans.size() * 3 * input.width * input.height);
  renderer.renderBytes(indices, plans, rendered.data());  // all at once: they share their beginnings
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const Image whole = renderer.picture(0, open[i]);
    const std::vector<Map> maps = renderer.maps(plans[i]);
    const Affine& window = maps.back().affine;
    Image wanted(input.width, input.height), got = wanted;
    cutWindow(whole.view(), wanted.span(), static_cast<int>(window.y0), static_cast<int>(window.x0),
              {kMean[0], kMean[1], kMean[2]});
    std::copy_n(rendered.begin() + static_cast<std::ptrdiff_t>(i * got.rgb.size()), got.rgb.size(),
                got.rgb.begin());
    QVERIFY2(got == wanted, planText(plans[i]).c_str());
    QVERIFY2(renderer.picture(0, plans[i]) == wanted, planText(plans[i]).c_str());
    LabelMap moved = labels;
    for (const Map& map : maps) moved = movedLabels(moved.view(), map, 255);
    QVERIFY2(std::get<LabelMap>(renderer.target(plans[i], labels.view())) == moved,
             planText(plans[i]).c_str());
  }
}

/// 40 pixels times 2 are 80, times 1.85 only 74: the window that lay at the edge is moved in when it is used,
/// and stays where it was in the plan.
void TestSegmentationPlans::windowsAreClampedBehindTheScale() {
  const ImageSize size{40, 40};
  const ResidentDataset data = makeData(size, 1);
  const Renderer renderer(data, settingsOf({kSide, kSide}), pool_);
  const auto space = makeSpace("segmentation", "{}", kSide, 1, size);
  const Plan plan = planOf({scalePart(2000, kFactors, size), windowPart(48, 48)});
  QVERIFY(space->clamped(plan) == plan);
  Probe probe;
  probe.plan = plan;
  probe.coordinates = 1;
  probe.delta[0] = -150;
  const Candidate moved = space->update(plan, probe, groupNamed("scale"), 0.25f, 1);
  QCOMPARE(at(moved.plan, "scale", 0), 1850);
  QCOMPARE(at(moved.plan, "window", 0), 48);
  QVERIFY(!moved.clamped);  // the scale itself is in its range
  const Plan used = space->clamped(moved.plan);
  QVERIFY(*used.find("window") == windowPart(42, 42));
  QVERIFY(space->clamped(used) == used);
  QVERIFY(renderer.picture(0, moved.plan) == renderer.picture(0, used));
  const Candidate back = space->update(plan, probe, groupNamed("scale"), -0.25f, 1);
  QCOMPARE(at(back.plan, "scale", 0), 2150);
  QVERIFY(back.clamped && space->clamped(back.plan) == plan);
}

void TestSegmentationPlans::whatIsNotOfTheInputsSizeIsRefused() {
  const ImageSize size{40, 36};
  const ResidentDataset data = makeData(size, 1);
  const Renderer renderer(data, settingsOf({kSide, kSide}), pool_);
  const std::vector<std::uint32_t> indices{0};
  std::vector<float> out(3 * kSide * kSide);
  const auto refusal = [&](const Plan& plan) {
    return errorOf([&] { renderer.render(indices, {&plan, 1}, out.data()); });
  };
  const Plan open = planOf({scalePart(1500, kFactors, size), flipPart(true)});
  QVERIFY(refusal(open).contains("ends in a picture of 60 x 54 pixels for an input of 32 x 32"));
  QCOMPARE(renderer.picture(0, open).width, 60);
  Plan closed = open;
  closed.add(windowPart(3, 3));
  QCOMPARE(refusal(closed), QString());
  QVERIFY(refusal(planOf({scalePart(1500, kFactors, {36, 40}), windowPart(3, 3)})).contains("36 x 40"));
  const LabelMap labels(36, 40);
  QVERIFY(errorOf([&] { renderer.target(closed, labels.view()); }).contains("a label map of 36 x 40"));
  QVERIFY(errorOf([] { scalePart(500, kFactors, {20000, 5}); }).contains("20000 x 5"));
}

/// In 8 bits the mean's rounded colour, which the network sees as nearly 0; exactly 0 where the plan says so.
void TestSegmentationPlans::paddingMayBeTheMeanItself() {
  const ImageSize size{8, 8};
  const ResidentDataset data = greyImage(size, std::vector<int>(64, 200));
  const Renderer renderer(data, settingsOf(size), pool_);
  Plan plan = planOf({scalePart(500, kFactors, size), rotationPart(0, kAngles, true), windowPart(0, 0)});
  const std::vector<std::uint32_t> indices{0};
  std::vector<float> rounded(192), exact(192);
  renderer.render(indices, {&plan, 1}, rounded.data());
  plan.outside = Outside::mean;
  renderer.render(indices, {&plan, 1}, exact.data());
  int padded = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const bool isInside = i / 24 >= 2 && i / 24 < 6 && i / 3 % 8 >= 2 && i / 3 % 8 < 6;
    QCOMPARE(exact[i], isInside ? rounded[i] : 0.0f);
    padded += !isInside && rounded[i] != 0;
  }
  QVERIFY(padded > 0);
}

/// A chain behind a scale draws at that size: also an op with a partner, and one that is erased in part.
void TestSegmentationPlans::opsWorkAtAnySize() {
  const ImageSize size{30, 22};
  const ResidentDataset data = makeData(size, 3);
  const Renderer renderer(data, settingsOf({kSide, kSide}), pool_);
  Plan plan = planOf({scalePart(1700, kFactors, size), windowPart(2, 9)});
  plan.setOrder(RenderOrder::chainFirst);
  plan.grid = Grid::ta31;
  for (const char* op : {"sample_pairing", "translate_x", "invert"}) plan.add(makeStep(op, 12));
  plan.add(cutoutPart(3, 3, 9, 9));
  for (const Outside outside : {Outside::colour, Outside::mean}) {
    plan.outside = outside;
    const Image picture = renderer.picture(0, plan);
    QVERIFY(picture.width == kSide && picture.height == kSide);
    const std::vector<Stage> stages = stagesOf(renderer, 0, plan);
    QVERIFY(stages[2].image.width == 51 && stages[4].image.height == 37);
    QVERIFY(stages[2].image != stages[1].image);
  }
  const LabelMap labels(30, 22, 5);
  QCOMPARE(std::get<LabelMap>(renderer.target(plan, labels.view())).width, kSide);
}

void TestSegmentationPlans::plansAreReadAndNamed() {
  const Plan plan = wholePlan({480, 360});
  QCOMPARE(toJson(plan).dump(),
           std::string(R"({"scale":{"thousandths":1350,"range":[500,2000],"source":[360,480]},)"
                       R"("rotation":{"hundredths":420,"range":[-1000,1000]},"blur":true,"flip":true,)"
                       R"("window":[12,40]})"));
  QCOMPARE(planText(plan), std::string("scale 1.35 · rotate 4.2 degrees · blur · flip · window (12, 40)"));
  const auto read = [](const char* text) { return planFromJson(parseJson(text, "test")); };
  const Plan shortest = read(R"({"window":[12,40],"flip":true,"blur":true,"rotation":{"hundredths":420},)"
                             R"("scale":{"source":[360,480],"thousandths":1350}})");
  QVERIFY(shortest == plan);
  const Plan other =
      planOf({scalePart(-5, {100, 4000}, {7, 8}, Filter::nearest),
              rotationPart(-30, {-30, 0}, false, Filter::bicubic), blurPart(false), windowPart(-1, 1000)});
  QVERIFY(read(toJson(other).dump().c_str()) == other);
  QCOMPARE(planText(other), std::string("scale -0.005 · window (-1, 1000)"));
}

void TestSegmentationPlans::stagesHaveTheirSizes() {
  const ImageSize size{40, 24};
  const ResidentDataset data = makeData(size, 1);
  const Renderer renderer(data, settingsOf({kSide, kSide}), pool_);
  Plan plan = wholePlan(size);
  plan.find("scale")->at[0] = 1250;
  plan.find("rotation")->fired = false;
  plan.set(blurPart(false));
  std::string texts;
  const std::vector<Stage> stages = stagesOf(renderer, 0, plan);
  for (const Stage& stage : stages)
    texts += stage.title + " " + std::to_string(stage.image.width) + " x " +
             std::to_string(stage.image.height) + (stage.done ? "" : " not done") + ": " + stage.detail +
             "\n";
  QCOMPARE(texts, std::string("Original 40 x 24: \n"
                              "Scale 50 x 30: 1.25 times: 50 x 30 pixels\n"
                              "Rotation 50 x 30 not done: 4.2 degrees, not applied\n"
                              "Blur 50 x 30 not done: not applied\n"
                              "Flip 50 x 30: left to right\n"
                              "Window 32 x 32: row 0, column 18 of 50 x 32 pixels, padded\n"));
  QVERIFY(stages.back().image == renderer.picture(0, plan));
  QVERIFY((shownPart(plan, squareInput(kSide), size) == PixelBox{0, 0, 40, 24}));
}

QTEST_GUILESS_MAIN(TestSegmentationPlans)
#include "tst_segmentation_plans.moc"

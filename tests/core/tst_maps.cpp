#include <fmt/core.h>

#include <QtTest>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <span>

#include "core/augment/Targets.h"
#include "core/ops/Affine.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/OpImages.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr std::uint8_t kIgnore = 255;

void addGeometricOps() {
  QTest::addColumn<QString>("name");
  for (const Op& op : ops())
    if (op.geometric) QTest::newRow(op.name.c_str()) << QString::fromStdString(op.name);
}

/// Values beyond any use.
std::vector<double> farValues() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {0,         -0.0,       0.5,          1,     -1,   90,  180,   270,      -90,      360,  45, 1e9,
          kInfinity, -kInfinity, std::nan(""), 1e300, -1e9, 2.5, 32768, -33000.5, 65536.25, 254.5};
}

/// Every level of every grid with both signs, and some between.
std::set<double> levelValues(const Op& op, int side, std::mt19937& random) {
  std::set<double> values;
  for (const GridInfo& grid : grids())
    for (double level = 0; level <= grid.top && hasLevels(op, grid.grid); level += grid.continuous ? 0.1 : 1)
      for (const int sign : {-1, 1}) values.insert(op.valueAt(grid.grid, level, sign, side));
  std::uniform_real_distribution<double> sensible(op.min, op.max);
  for (int i = 0; i < 20; ++i) values.insert(sensible(random));
  return values;
}

/// What the map says, read pixel by pixel.
Image warped(const Image& image, const Map& map, const Sampling& sampling) {
  Image out(map.out.width, map.out.height);
  eachNearest(map, [&](int y, int x, int row, int column) {
    const std::uint8_t* from = row < 0 ? sampling.fill.data() : image.view().row(row) + 3 * column;
    std::copy_n(from, 3, out.span().row(y) + 3 * x);
  });
  return out;
}

/// Labels 1..200, so that neither black nor the ignored value is among them.
LabelMap someLabels(ImageSize size, std::mt19937& random) {
  LabelMap labels(size.width, size.height);
  for (std::uint8_t& label : labels.labels) label = static_cast<std::uint8_t>(1 + random() % 200);
  return labels;
}

ResidentDataset pictureOf(const LabelMap& labels) {
  ResidentDataset data;
  data.width = labels.width;
  data.height = labels.height;
  data.classCount = 1;
  data.labels = {0};
  for (const std::uint8_t label : labels.labels) data.rgb.insert(data.rgb.end(), 3, label);
  return data;
}

/// Moves pixels only: no op that changes colours, no box.
Plan geometricPlan(std::mt19937& random, ImageSize source) {
  Plan plan;
  const bool resized = source != ImageSize{kSide, kSide};
  plan.grid = Grid::ta31;
  const auto between = [&](int least, int most) {
    return least + static_cast<int>(random() % static_cast<unsigned>(most - least + 1));
  };
  if (!resized && random() % 2) plan.setOrder(RenderOrder::chainFirst);
  if (random() % 2) {
    plan.add(scalePart(between(100, 4000), {100, 4000}, source, Filter::nearest));
    plan.add(rotationPart(between(-18000, 18000), {-18000, 18000}, random() % 4 > 0, Filter::nearest));
    plan.add(windowPart(between(0, 99), between(0, 99)));
  } else if (resized) {
    const int width = 1 + static_cast<int>(random() % source.width);
    const int height = 1 + static_cast<int>(random() % source.height);
    const int row = static_cast<int>(random() % 60), col = static_cast<int>(random() % 60);
    plan.add(resizedCropPart(row, col, {width, height}, source, Filter::nearest));
  } else {
    const int row = static_cast<int>(random() % 9), col = static_cast<int>(random() % 9);
    plan.set(cropPart(row, col, random() % 3 == 0));
  }
  plan.set(flipPart(random() % 2 > 0));
  while (plan.chain().size() < 3) {
    const Op& op = ops()[random() % ops().size()];
    if (!op.geometric || !hasLevels(op, plan.grid)) continue;
    plan.add(makeStep(op.name.c_str(), static_cast<int>(random() % 31), random() % 2 ? 1 : -1));
  }
  return plan;
}

Map moveBy(double x, double y) { return mapOf({.x0 = -x, .y0 = -y}, {20, 10}); }

}  // namespace

class TestMaps : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void geometricOpsHaveMaps();
  void mapsEqualTheOp_data() { addGeometricOps(); }
  void mapsEqualTheOp();
  void mapsEqualTheOpOfWideImages_data() { addGeometricOps(); }
  void mapsEqualTheOpOfWideImages();
  void labelsFollowThePicture_data();
  void labelsFollowThePicture();
  void picturesFollowThePicture();
  void labelsAreReadAsPlaced();
  void edgesAreMirroredAndRepeated();
  void boxesAreMovedAndCut();
  void boxesTurnToTheirHull();
  void boxesSurviveByShareAndSide();
  void boxesOfNoPlaceVanish();
  void otherSizesAreRefused();
  void viewsAreOfTheSameKind();

 private:
  void compare(const Op& op, ImageSize size, std::span<const double> values, std::mt19937& random);

  ThreadPool pool_{1};
};

void TestMaps::geometricOpsHaveMaps() {
  for (const Op& op : ops()) QVERIFY2((op.map != nullptr) == op.geometric, op.name.c_str());
}

void TestMaps::compare(const Op& op, ImageSize size, std::span<const double> values, std::mt19937& random) {
  const Image image = randomImage(size.width, size.height, 0, random);
  for (const double value : values) {
    const Map map = mapOf(op.map(value, size), size);
    Sampling sampling;
    sampling.fill = {9, 200, 77};
    const std::string text = fmt::format("{} {} of {} x {}", op.name, value, size.width, size.height);
    for (const Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic}) {
      sampling.filter = filter;
      const Image wanted = applied(op, image, value, sampling);
      Image moved(size.width, size.height);
      warp(image.view(), moved.span(), map, filter, sampling.fill);
      QVERIFY2(moved == wanted, (text + ", " + std::string(filterName(filter))).c_str());
      if (filter == Filter::nearest) QVERIFY2(warped(image, map, sampling) == wanted, text.c_str());
    }
  }
}

void TestMaps::mapsEqualTheOp() {
  QFETCH(QString, name);
  const Op& op = findOp(name.toStdString());
  std::mt19937 random(5);
  for (const ImageSize size : {ImageSize{1, 1},
                               {1, 7},
                               {7, 1},
                               {2, 2},
                               {2, 3},
                               {5, 5},
                               {8, 8},
                               {28, 28},
                               {31, 17},
                               {32, 32},
                               {33, 32},
                               {96, 96},
                               {97, 131}}) {
    compare(op, size, farValues(), random);
    const std::set<double> all = levelValues(op, size.width, random);
    std::vector<double> values(all.begin(), all.end());
    std::ranges::shuffle(values, random);
    if (size.width > 40) values.resize(std::min<std::size_t>(values.size(), 20));  // to stay fast
    compare(op, size, values, random);
  }
}

/// Where 16 bits no longer hold the place, another way of rounding begins.
void TestMaps::mapsEqualTheOpOfWideImages() {
  QFETCH(QString, name);
  const Op& op = findOp(name.toStdString());
  std::mt19937 random(6);
  const std::vector<double> values{0.3, -30, 180, 12.5, 90, 1e9};
  for (const ImageSize size : {ImageSize{33000, 2}, {2, 33000}}) compare(op, size, values, random);
}

void TestMaps::labelsFollowThePicture_data() {
  QTest::addColumn<int>("width");
  QTest::addColumn<int>("height");
  QTest::newRow("of the input's size") << kSide << kSide;
  QTest::newRow("larger") << 50 << 37;
  QTest::newRow("smaller") << 20 << 45;
}

/// Whole plans, with every part that moves pixels: label and pixel stay together.
void TestMaps::labelsFollowThePicture() {
  QFETCH(int, width);
  QFETCH(int, height);
  const ImageSize size{width, height};
  std::mt19937 random(static_cast<unsigned>(width));
  RenderSettings settings = settingsOf(kSide);
  settings.sampling = Sampling{};  // black outside, the nearest pixel
  settings.mean = {0, 0, 0};
  int moved = 0, ignored = 0;
  for (int i = 0; i < 300; ++i) {
    const LabelMap labels = someLabels(size, random);
    const ResidentDataset data = pictureOf(labels);
    const Renderer renderer(data, settings, pool_);
    const Plan plan = geometricPlan(random, size);
    const Image picture = renderer.picture(0, plan);
    const auto target = std::get<LabelMap>(renderer.target(plan, labels.view(), {.ignore = kIgnore}));
    QCOMPARE(target.width, kSide);
    QCOMPARE(target.height, kSide);
    for (std::size_t at = 0; at < target.labels.size(); ++at) {
      const int wanted = picture.rgb[3 * at] == 0 ? kIgnore : picture.rgb[3 * at];
      QVERIFY2(target.labels[at] == wanted, planText(plan).c_str());
      ignored += wanted == kIgnore;
    }
    moved += target.labels != labels.labels;
  }
  QVERIFY(moved > 200 && ignored > 1000);
}

/// A picture as target is moved like the image; ops on colours leave it.
void TestMaps::picturesFollowThePicture() {
  std::mt19937 random(8);
  for (int i = 0; i < 50; ++i) {
    const ResidentDataset data = makeData(kSide, 1);
    const Renderer renderer(data, settingsOf(kSide), pool_);
    Plan plan = geometricPlan(random, {kSide, kSide});
    const Image moved = renderer.picture(0, plan);
    plan.add(makeStep("invert", 0));
    plan.set(cutoutPart(0, 0, 8, 8));
    QVERIFY(std::get<Image>(renderer.target(plan, data.view(0))) == moved);
    QCOMPARE(std::get<Label>(renderer.target(plan, Label{7})).value, 7);
  }
}

void TestMaps::labelsAreReadAsPlaced() {
  LabelMap labels(3, 2);
  labels.labels = {1, 2, 3,  //
                   4, 5, 6};
  const Map left = mapOf({.x0 = 1}, {3, 2});
  QCOMPARE(movedLabels(labels.view(), left, 9).labels, (std::vector<std::uint8_t>{2, 3, 9, 5, 6, 9}));
  const Map flipped = mapOf({.xx = -1, .x0 = 3}, {3, 2});
  QCOMPARE(movedLabels(labels.view(), flipped, 9).labels, (std::vector<std::uint8_t>{3, 2, 1, 6, 5, 4}));
}

void TestMaps::edgesAreMirroredAndRepeated() {
  LabelMap labels(3, 1);
  labels.labels = {1, 2, 3};
  Map map{{.x0 = -3}, {0, 0, 3, 1}, {9, 1}, Edge::mirrored};
  QCOMPARE(movedLabels(labels.view(), map, 9).labels, (std::vector<std::uint8_t>{2, 3, 2, 1, 2, 3, 2, 1, 2}));
  map.edge = Edge::repeated;
  QCOMPARE(movedLabels(labels.view(), map, 9).labels, (std::vector<std::uint8_t>{1, 1, 1, 1, 2, 3, 3, 3, 3}));
  map.edge = Edge::nothing;
  QCOMPARE(movedLabels(labels.view(), map, 9).labels, (std::vector<std::uint8_t>{9, 9, 9, 1, 2, 3, 9, 9, 9}));
}

void TestMaps::boxesAreMovedAndCut() {
  const Boxes boxes{{2, 3, 6, 8, 4, true}, {0, 0, 20, 10, 1}, {1, 1, 2, 2, 2}};
  const std::vector<Map> maps{moveBy(3, -2)};
  const Boxes moved = movedBoxes(boxes, maps);
  // The last one is moved to y -1 .. 0: nothing of it is left.
  QVERIFY((moved == Boxes{{5, 1, 9, 6, 4, true}, {3, 0, 20, 8, 1}}));
  // Of a resized crop: columns 4 to 14 of rows 2 to 7 become 20 x 20.
  const Map part{{.xx = 0.5, .yy = 0.25}, {4, 2, 14, 7}, {20, 20}, Edge::repeated};
  QVERIFY((movedBoxes(boxes, std::vector{part}) == Boxes{{0, 4, 4, 20, 4, true}, {0, 0, 20, 20, 1}}));
  QVERIFY(movedBoxes(boxes, {}) == boxes);
}

void TestMaps::boxesTurnToTheirHull() {
  const Op& rotate = findOp("rotate");
  const ImageSize size{20, 20};
  // A quarter turn counter-clockwise takes (x, y) to (y, 20 - x).
  const Boxes moved = movedBoxes(Boxes{{2, 3, 6, 8}}, std::vector{mapOf(rotate.map(90, size), size)});
  QVERIFY((moved == Boxes{{3, 14, 8, 18}}));
  // An eighth about the centre: the square of side 4 there has a hull of side 4 * sqrt(2).
  const Boxes eighth = movedBoxes(Boxes{{8, 8, 12, 12}}, std::vector{mapOf(rotate.map(45, size), size)});
  QCOMPARE(eighth.size(), std::size_t{1});
  const float half = 2 * std::sqrt(2.0F);
  QVERIFY(std::fabs(eighth[0].left - (10 - half)) < 1e-5 && std::fabs(eighth[0].bottom - (10 + half)) < 1e-5);
}

void TestMaps::boxesSurviveByShareAndSide() {
  const auto left = [](std::vector<Map> maps, TargetRule rule) {
    return movedBoxes(Boxes{{0, 0, 8, 4}}, maps, rule).size();
  };
  TargetRule rule;
  rule.leastShare = 0.5;
  QCOMPARE(left({moveBy(-4, 0)}, rule), std::size_t{1});  // half of it
  QCOMPARE(left({moveBy(-5, 0)}, rule), std::size_t{0});
  // The shares of all moves count together, and what was cut does not come back: 3/4 is left, of that half.
  QCOMPARE(left({moveBy(-2, 0), moveBy(2, 0), moveBy(-1, 0)}, rule), std::size_t{1});
  QCOMPARE(left({moveBy(-2, 0), moveBy(0, -2)}, rule), std::size_t{0});
  rule.leastShare = 0;
  rule.leastSide = 3;
  QCOMPARE(left({moveBy(-5, 0)}, rule), std::size_t{1});
  QCOMPARE(left({moveBy(-6, 0)}, rule), std::size_t{0});
}

void TestMaps::boxesOfNoPlaceVanish() {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Boxes boxes{{1, 1, 5, 5}};
  for (const Affine& affine : {Affine{.x0 = kInfinity}, Affine{.xx = 0}, Affine{.xy = kInfinity}})
    QVERIFY(movedBoxes(boxes, std::vector{mapOf(affine, {20, 10})}).empty());
  QVERIFY(movedBoxes(Boxes{{1, 1, std::nanf(""), 5}, {3, 3, 3, 9}, {9, 2, 4, 8}}, {}).empty());
}

void TestMaps::otherSizesAreRefused() {
  const ResidentDataset data = makeData(kSide, 1);
  const Renderer renderer(data, settingsOf(kSide), pool_);
  const LabelMap labels(31, 32);
  const Image picture(33, 32);
  const auto error = [&](const TargetView& target) {
    return errorOf([&] { renderer.target(examplePlan(), target); });
  };
  QVERIFY(error(labels.view()).contains("a label map of 31 x 32 pixels with a plan for images of 32 x 32"));
  QVERIFY(error(picture.view()).contains("a picture of 33 x 32 pixels"));
  QVERIFY(errorOf([&] { movedLabels(labels.view(), mapOf({}, {32, 32}), 0); }).contains("31 x 32"));
}

void TestMaps::viewsAreOfTheSameKind() {
  const std::vector<Target> all{Label{3}, LabelMap(2, 2), Boxes{{1, 2, 3, 4}}, Image(2, 2)};
  const TargetKind kinds[] = {TargetKind::label, TargetKind::labelMap, TargetKind::boxes,
                              TargetKind::picture};
  for (std::size_t i = 0; i < all.size(); ++i) {
    QVERIFY(kindOf(all[i]) == kinds[i]);
    QVERIFY(kindOf(viewOf(all[i])) == kinds[i]);
  }
}

QTEST_GUILESS_MAIN(TestMaps)
#include "tst_maps.moc"

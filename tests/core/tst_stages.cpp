#include <QtTest>
#include <cmath>

#include "core/augment/Stages.h"
#include "core/data/ForwardingDataset.h"
#include "core/data/LabelPicture.h"
#include "core/ops/Crop.h"
#include "core/ops/Cutout.h"
#include "tests/core/AugmentTools.h"

using namespace uada;
using namespace uada::test;

namespace {

/// The set, with one object in each image.
class OneObject final : public ForwardingDataset {
 public:
  using ForwardingDataset::ForwardingDataset;
  TargetKind targetKind() const override { return TargetKind::boxes; }
  Held<TargetView> target(std::uint32_t) const override { return Held<TargetView>(BoxesView(boxes_)); }

 private:
  const Boxes boxes_{{2, 3, 14, 12, 1}};
};

}  // namespace

class TestStages : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void endsWithTheTrainedPixels_data() { addSpaceRows(); }
  void endsWithTheTrainedPixels();
  void eachStageIsOneOpFurther();
  void chainComesFirstWhereThePlanSaysSo();
  void captionsSayWhatWasDone();
  void zeroHasNoSign();
  void targetsMoveWithTheirPictures();
  void hashIsThatOfTheBytes();

 private:
  ResidentDataset data_ = makeData(32, 64);
  ThreadPool pool_{1};
  Renderer renderer_{data_, settingsOf(32), pool_};
};

/// The first picture is the sample itself, the last the renderer's; a part that is not done changes nothing.
void TestStages::endsWithTheTrainedPixels() {
  QFETCH(QString, policy);
  QFETCH(QString, settings);
  const auto space = makeSpace(policy.toStdString(), settings.toUtf8().constData());
  for (std::uint32_t index = 0; index < 64; ++index) {
    const Plan plan = samplePlan(*space, index);
    const std::vector<Stage> stages = stagesOf(renderer_, index, plan);
    QVERIFY(stages.front().image == Image(data_.view(index)));
    QVERIFY(stages.back().image == renderer_.picture(index, plan));
    QCOMPARE(stages.size(), 1 + plan.parts().size());
    for (std::size_t i = 1; i < stages.size(); ++i)
      if (!stages[i].done) QVERIFY(stages[i].image == stages[i - 1].image);
  }
}

/// The plan of docs/methods.md, "A worked example", made again from the ops themselves.
void TestStages::eachStageIsOneOpFurther() {
  Plan plan = examplePlan();
  plan.set(flipPart(true));
  const std::vector<Stage> stages = stagesOf(renderer_, 3, plan);
  QCOMPARE(stages.size(), std::size_t{6});
  Image image(32, 32), next(32, 32);
  padCrop(data_.view(3), image.span(), 4, 7, kPad);
  QVERIFY(stages[1].image == image);
  flipHorizontal(image.view(), next.span());
  QVERIFY(stages[2].image == next);
  Sampling grey;
  grey.fill = {128, 128, 128};
  findOp("rotate").apply(next.view(), image.span(), 10, grey);
  QVERIFY(stages[3].image == image);
  findOp("color").apply(image.view(), next.span(), 0.1, grey);
  QVERIFY(stages[4].image == next);
  eraseBox(next.span(), 2, 18, 20, 32);
  QVERIFY(stages[5].image == next);
  QCOMPARE(stages[3].level, std::optional<double>(3));
  QCOMPARE(stages[3].value, std::optional<double>(10));
}

void TestStages::chainComesFirstWhereThePlanSaysSo() {
  Plan plan = examplePlan();
  plan.setOrder(RenderOrder::chainFirst);
  const std::string expected[] = {"", "step", "step", "crop", "flip", "cutout"};
  const std::vector<Stage> stages = stagesOf(renderer_, 0, plan);
  QCOMPARE(stages.size(), std::size(expected));
  for (std::size_t i = 0; i < stages.size(); ++i) QCOMPARE(stages[i].part, expected[i]);
  QCOMPARE(stages[2].step, 1);
}

void TestStages::captionsSayWhatWasDone() {
  Plan plan = examplePlan();
  plan.chain()[0].at[0] = 11;  // out of range: used as 9
  plan.chain()[1].fired = false;
  plan.add(makeStep("equalize", 4));
  plan.set(cutoutPart(3, 3, 3, 9));
  const std::vector<Stage> stages = stagesOf(renderer_, 0, plan);
  const auto caption = [&](std::size_t i) { return stages[i].title + " | " + stages[i].detail; };
  QCOMPARE(caption(0), std::string("Original | "));
  QCOMPARE(caption(1), std::string("Crop | row 4, column 7 of the image padded by 4"));
  QCOMPARE(caption(2), std::string("Flip | not applied"));
  QCOMPARE(caption(3), std::string("Rotate | level 9 of 9: 30 degrees"));
  QCOMPARE(caption(4), std::string("Color | level 9 of 9: factor 0.1, not applied"));
  QCOMPARE(caption(5), std::string("Equalize | "));
  QCOMPARE(caption(6), std::string("Cutout | empty box"));
  QVERIFY(!stages[4].done && !stages[6].done && !stages[5].value);
  plan.set(cropPart(4, 4, true));
  QCOMPARE(stagesOf(renderer_, 0, plan)[1].detail,
           std::string("row 4, column 4 of the image padded by 4: not moved"));
  plan.set(cropPart(8, 0, true));
  QCOMPARE(stagesOf(renderer_, 0, plan)[1].detail,
           std::string("row 8, column 0 of the image padded by 4, reflected"));
  plan.set(cutoutPart(2, 20, 18, 32));
  QCOMPARE(stagesOf(renderer_, 0, plan).back().detail, std::string("rows 2-17, columns 20-31, black"));
}

/// At level 0 a negative sign, and torchvision's shifts with a positive one, make -0 of it.
void TestStages::zeroHasNoSign() {
  Plan plan;
  plan.grid = Grid::taWide31;
  plan.add(makeStep("shear_x", 0, -1));
  plan.add(makeStep("rotate", 0, -1));
  const std::vector<Stage> stages = stagesOf(renderer_, 0, plan);
  QCOMPARE(stages[1].detail, std::string("level 0 of 30: factor 0"));
  QCOMPARE(stages[2].detail, std::string("level 0 of 30: 0 degrees"));
  QCOMPARE(rawValueText(findOp("rotate"), -0.0), std::string("0 degrees"));
  for (const Op& op : ops())
    for (const GridInfo& info : grids())
      for (const int sign : {-1, 1})
        if (const double top = info.top; hasLevels(op, info.grid))
          for (const double level : {0.0, 0.5 * top, top}) {
            const double value = rawValue(op, info.grid, level, sign, 32);
            QVERIFY2(value != 0 || !std::signbit(value), op.name.c_str());
          }
}

/// Four pixels to the right and down, which is the padding, then mirrored: 32 - 18 and 32 - 6.
void TestStages::targetsMoveWithTheirPictures() {
  const OneObject data(std::make_shared<ResidentDataset>(makeData(32, 1)));
  const Renderer renderer(data, settingsOf(32), pool_);
  Plan plan;
  plan.add(cropPart(0, 0));
  plan.add(flipPart(true));
  plan.add(makeStep("invert", 0));
  const std::vector<Stage> stages = stagesOf(renderer, 0, plan);
  const Boxes expected[] = {
      {{2, 3, 14, 12, 1}}, {{6, 7, 18, 16, 1}}, {{14, 7, 26, 16, 1}}, {{14, 7, 26, 16, 1}}};
  QCOMPARE(stages.size(), std::size(expected));
  for (std::size_t i = 0; i < stages.size(); ++i) QVERIFY(std::get<Boxes>(stages[i].target) == expected[i]);
  // The edges are drawn where the object is, in the colour of its class.
  const std::vector<ClassColour> colours{{1, 2, 3}, {250, 0, 1}};
  const Image shown = withTarget(stages[2].image.view(), viewOf(stages[2].target), colours);
  Image wanted = stages[2].image;
  drawBoxes(wanted.span(), expected[2], colours);
  QVERIFY(shown == wanted && !(shown == stages[2].image));
  QVERIFY(std::ranges::equal(std::span(shown.view().row(7) + 3 * 14, 3), colours[1]));
}

void TestStages::hashIsThatOfTheBytes() {
  Image image(1, 1);
  image.rgb = {'a', 'b', 'c'};  // FIPS 180-2's example
  QCOMPARE(pixelHash(image.view()),
           std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

QTEST_GUILESS_MAIN(TestStages)
#include "tst_stages.moc"

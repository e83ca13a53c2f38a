#include <QtTest>
#include <algorithm>

#include "core/augment/Stages.h"
#include "core/base/Error.h"
#include "core/ops/Crop.h"
#include "core/ops/Resize.h"
#include "tests/core/ResizedTools.h"

using namespace uada;
using namespace uada::test;

namespace {

/// Of images larger than the network's input.
RenderSettings smallSettings() { return settingsOf(kSide); }

Image flipped(const Image& image) {
  Image out(image.width, image.height);
  flipHorizontal(image.view(), out.span());
  return out;
}

}  // namespace

/// What plans with a random resized crop show.
class TestResizedRender : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void picturesShowThePart();
  void partsComeBeforeTheChain();
  void replaysAreEqual_data() { policyRows(); }
  void replaysAreEqual();
  void probesDifferThroughTheirGroup_data() { policyRows(); }
  void probesDifferThroughTheirGroup();
  void partnersAreBroughtToSize();
  void otherSizesAreRefused();
  void testImagesShowTheirCentre();
  void testImagesFitATallInput();
  void stagesTellTheirPart();

 private:
  ThreadPool pool_{1};
};

void TestResizedRender::picturesShowThePart() {
  const ResidentDataset data = makeData(kSource, 2);
  const Renderer renderer(data, smallSettings(), pool_);
  for (const Filter filter : {Filter::nearest, Filter::bilinear, Filter::bicubic})
    for (const PixelBox box : {PixelBox{0, 0, 50, 37}, {18, 5, 50, 37}, {3, 4, 4, 5}, {9, 2, 41, 34}}) {
      Image cut(box.width(), box.height());
      padCrop(data.view(1), cut.span(), box.top, box.left, 0);
      const Image expected = resized(cut.view(), kSide, kSide, filter);
      Plan plan = planWith({box.top, box.left, box.height(), box.width(), kSource, filter});
      QVERIFY(renderer.picture(1, plan) == expected);
      plan.set(flipPart(true));
      QVERIFY(renderer.picture(1, plan) == flipped(expected));
      plan.find("resized_crop")->at[1] += 1000;  // raw: shown as far right as there is image
      Plan right = plan;
      right.find("resized_crop")->at[1] = 50 - box.width();
      QVERIFY(renderer.picture(1, plan) == renderer.picture(1, right));
    }
  const Plan exact = planWith({2, 9, 32, 32, kSource});  // of the network's size: nothing is resized
  Image cut(32, 32);
  padCrop(data.view(0), cut.span(), 2, 9, 0);
  QVERIFY(renderer.picture(0, exact) == cut);
}

/// As torchvision has it: crop, flip, ops at the network's size, then the box.
void TestResizedRender::partsComeBeforeTheChain() {
  const ResidentDataset data = makeData(kSource, 1);
  const Renderer renderer(data, smallSettings(), pool_);
  Plan plan = planWith({1, 20, 30, 28, kSource});
  plan.set(flipPart(true));
  const Image part = renderer.picture(0, plan);
  plan.grid = Grid::tv31;
  plan.add(makeStep("translate_x", 9));
  plan.add(makeStep("rotate", 20, -1));
  plan.set(cutoutPart(-8, 3, 8, 19));

  ResidentDataset made;
  made.width = made.height = kSide;
  made.classCount = 1;
  made.labels = {0};
  made.rgb = part.rgb;
  Plan rest = plan;
  rest.remove("resized_crop");
  rest.remove("flip");
  QVERIFY(Renderer(made, smallSettings(), pool_).picture(0, rest) == renderer.picture(0, plan));
}

/// Epsilon 0 and replay, on images of two sizes; whatever threads, batches and order.
void TestResizedRender::replaysAreEqual() {
  QFETCH(QString, policy);
  for (const ImageSize size : {kSource, ImageSize{20, 61}}) {
    const ResidentDataset data = makeData(size, 24), again = makeData(size, 24);
    const auto space = resizedSpace(policy.toStdString(), {}, kSide, size);
    ThreadPool pair(2);
    const Renderer renderer(data, smallSettings(), pool_), later(again, smallSettings(), pair);
    const Batch batch = uadaBatch(*space, data.size());
    constexpr std::size_t bytes = 3 * kSide * kSide;
    std::vector<std::uint8_t> all(bytes * batch.plans.size());
    later.renderBytes(batch.indices, batch.plans, all.data());
    for (std::size_t i = 0; i < batch.plans.size(); ++i) {
      const std::uint32_t index = batch.indices[i % data.size()];
      const Plan stored = planFromJson(parseJson(toJson(batch.plans[i]).dump(), "test"));
      QVERIFY(stored == batch.plans[i]);
      const Image picture = renderer.picture(index, stored);
      QVERIFY(std::equal(picture.rgb.begin(), picture.rgb.end(),
                         all.begin() + static_cast<std::ptrdiff_t>(bytes * i)));
    }
    for (std::uint32_t index = 0; index < data.size(); ++index) {
      const Plan plan = samplePlan(*space, index);
      for (const Group group : space->groups()) {
        Random random(7, 1, index, Purpose::probe);
        const Probe probe = space->probe(plan, group, random);
        const Plan still = space->update(plan, probe, group, -1, 0).plan;
        QVERIFY(renderer.picture(index, still) == renderer.picture(index, plan));
      }
    }
  }
}

/// Invariant 3: the crop's probe shows what the plan would show of a source moved the other way by as many
/// pixels.
void TestResizedRender::probesDifferThroughTheirGroup() {
  QFETCH(QString, policy);
  constexpr int side = 64;  // two source pixels a step
  const ImageSize size{90, 80};
  const ResidentDataset data = makeData(size, 40);
  const auto space = resizedSpace(policy.toStdString(), {}, side, size);
  const Renderer renderer(data, settingsOf(side), pool_);
  if (space->groups().empty()) return;
  int moved = 0;
  for (std::uint32_t index = 0; index < data.size(); ++index) {
    Plan plan = samplePlan(*space, index);
    for (Part& step : plan.chain()) {
      step.partner = 0;
      if (ops()[step.op].name == "mixup") step.fired = false;  // its partner does not move with the crop
    }
    const Probe probe = probedCrop(*space, plan, index);
    if (probe.clamped) continue;
    ++moved;
    const int down = probe.delta[0], right = probe.delta[1];
    QVERIFY(std::abs(down) == 2 && std::abs(right) == 2);
    ResidentDataset shifted = data;
    ImageSpan image{shifted.rgb.data() + std::size_t{3} * size.width * size.height * index, size.width,
                    size.height};
    padCrop(data.view(index), image, down, right, 0);
    QVERIFY(Renderer(shifted, settingsOf(side), pool_).picture(index, plan) ==
            renderer.picture(index, probe.plan));
  }
  QVERIFY(moved > 10);
}

/// Sample pairing needs a partner of the picture's size: the one that a test image would be.
void TestResizedRender::partnersAreBroughtToSize() {
  const ResidentDataset data = makeData(kSource, 3);
  const Renderer renderer(data, smallSettings(), pool_);
  Plan plan = planWith({0, 0, 37, 50, kSource});
  const Image alone = renderer.picture(0, plan);
  plan.grid = Grid::ta31;
  Part step = makeStep("sample_pairing", 9);
  step.partner = 5;  // image 5 % 3
  plan.add(step);
  Image partner(kSide, kSide);
  ResizeScratch scratch;
  resizedCentre(data.view(2), partner.span(), scratch);
  const Op& op = findOp("sample_pairing");
  Image expected(kSide, kSide);
  const double value = rawValue(op, plan.grid, placeOnGrid(step, plan.grid), 1, kSide);
  op.apply(alone.view(), expected.span(), value, {.other = partner.view()});
  QVERIFY(expected != alone);
  QVERIFY(renderer.picture(0, plan) == expected);
}

void TestResizedRender::otherSizesAreRefused() {
  const ResidentDataset data = makeData(kSource, 2), square = makeData(kSide, 2);
  const Renderer renderer(data, smallSettings(), pool_), fitting(square, smallSettings(), pool_);
  const auto refusal = [](const Renderer& by, const Plan& plan) -> QString {
    try {
      by.picture(1, plan);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  };
  QVERIFY(refusal(renderer, Plan{}).contains("sample 1 of 50 x 37 pixels with a plan for images of 32 x 32"));
  QVERIFY(refusal(renderer, planWith({0, 0, 5, 5, {37, 50}})).contains("37 x 50"));
  QVERIFY(refusal(fitting, planWith({0, 0, 5, 5, kSource})).contains("50 x 37"));
  QCOMPARE(refusal(fitting, planWith({0, 0, 5, 5, {32, 32}})), QString("none"));
  std::vector<float> out(2 * 3 * kSide * kSide);
  const std::vector<std::uint32_t> indices{0, 1};
  QVERIFY_THROWS_EXCEPTION(Error, renderer.render(indices, std::vector<Plan>(2), out.data()));
}

void TestResizedRender::testImagesShowTheirCentre() {
  const ResidentDataset data = makeData(kSource, 2);
  const Renderer renderer(data, smallSettings(), pool_);
  const std::vector<std::uint32_t> indices{1, 0};
  std::vector<float> out(2 * 3 * kSide * kSide), expected(3 * kSide * kSide);
  renderer.plain(indices, out.data());
  // 32 * 256 / 224 = 36.57: shorter side 37, as it is; longer 50; the middle 32 of each: row round(2.5) = 2,
  // column 9.
  Image centre(kSide, kSide);
  padCrop(data.view(0), centre.span(), 2, 9, 0);
  Normaliser(smallSettings().mean, smallSettings().deviation).apply(centre.view(), expected.data());
  QVERIFY(std::equal(expected.begin(), expected.end(), out.begin() + 3 * kSide * kSide));
}

/// Of an input of 16 x 48 pixels the longer side counts: 48 * 256 / 224 = 54.86, so the shorter side becomes
/// 55, the longer 55 * 50 / 37 = 74; the middle begins at row round(3.5) = 4, column 29.
void TestResizedRender::testImagesFitATallInput() {
  const ResidentDataset data = makeData(kSource, 1);
  RenderSettings settings = smallSettings();
  settings.input.width = 16;
  settings.input.height = 48;
  const std::vector<std::uint32_t> indices{0};
  std::vector<float> out(3 * 16 * 48), expected(out.size());
  Renderer(data, settings, pool_).plain(indices, out.data());
  Image centre(16, 48);
  padCrop(resized(data.view(0), 74, 55, Filter::bilinear).view(), centre.span(), 4, 29, 0);
  Normaliser(settings.mean, settings.deviation).apply(centre.view(), expected.data());
  QVERIFY(out == expected);
}

void TestResizedRender::stagesTellTheirPart() {
  const ResidentDataset data = makeData(kSource, 2);
  const Renderer renderer(data, smallSettings(), pool_);
  Plan plan = planWith({30, 20, 10, 24, kSource});  // rows 0..27 are free
  plan.set(flipPart(true));
  const std::vector<Stage> stages = stagesOf(renderer, 1, plan);
  QCOMPARE(stages.size(), std::size_t{3});
  QVERIFY(stages[0].image == Image(data.view(1)) && stages[1].part == "resized_crop");
  QCOMPARE(stages[1].title + ": " + stages[1].detail,
           std::string("Resized crop: 24 x 10 pixels of 50 x 37 from row 27, column 20"));
  QVERIFY(stages[2].image == renderer.picture(1, plan) && stages[2].image == flipped(stages[1].image));
  QVERIFY_THROWS_EXCEPTION(Error, stagesOf(renderer, 2, plan));
}

QTEST_GUILESS_MAIN(TestResizedRender)
#include "tst_resized_render.moc"

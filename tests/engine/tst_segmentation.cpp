#include <QTest>
#include <cmath>

#include "core/engine/Decisions.h"
#include "core/engine/RunImages.h"
#include "core/engine/train/Stepper.h"
#include "tests/core/ErrorOf.h"
#include "tests/engine/Attempt.h"
#include "tests/engine/SceneTools.h"

using namespace uada;

namespace {

std::unique_ptr<TaskHead> headOf(const std::string& compared, double auxWeight = 0.4) {
  return makeTaskHead({Segmentation::kName, Segmentation{.compared = compared, .auxWeight = auxWeight}}, {2});
}

/// Two images of one row and three columns with two classes. The loss of a pixel with logits (0, z) is
/// log(1 + e^z) for class 0 and log(1 + e^-z) for class 1.
struct Example {
  Targets targets{at::tensor({0, 1, 255, 1, 255, 255}, at::kLong).view({2, 1, 3})};
  at::Tensor logits = at::zeros({2, 2, 1, 3});
  Example() {
    logits[0][1][0] = at::tensor({1.0F, 2.0F, 9.0F});
    logits[1][1][0] = at::tensor({-1.0F, 9.0F, 9.0F});
  }
};
const double kFirst = std::log(1 + std::exp(1.0)), kSecond = std::log(1 + std::exp(-2.0)),
             kThird = std::log(1 + std::exp(1.0));

bool isNear(double a, double b) { return std::abs(a - b) < 1e-5; }
bool isNear(const at::Tensor& a, double b) { return isNear(a.item<double>(), b); }

/// Bright pixels are of class 1, dark ones of class 0, wherever the window is cut.
class BrightnessNetwork : public Network {
 public:
  Output forward(const at::Tensor& x) override {
    const at::Tensor bright = x.select(1, 0);
    std::vector<at::Tensor> classes(19, at::full_like(bright, -100));
    classes[0] = at::zeros_like(bright);
    classes[1] = bright * 4;
    return {at::stack(classes, 1)};
  }
};

/// Of two classes; what it says of a pixel follows from its brightness and its column in the window.
class PlaceNetwork : public Network {
 public:
  Output forward(const at::Tensor& x) override {
    const at::Tensor bright = x.select(1, 0);
    return {at::stack({at::zeros_like(bright), bright + at::arange(bright.size(2))}, 1)};
  }
};

/// One image: a black pixel of class 0, and on its right a white one of class 1.
class TwoPixels : public Dataset {
 public:
  std::size_t size() const override { return 1; }
  ImageSize imageSize(std::uint32_t) const override { return {2, 1}; }
  Held<ImageView> image(std::uint32_t, const PixelBox*) const override {
    return Held<ImageView>(ImageView{rgb_, 2, 1});
  }
  Held<TargetView> target(std::uint32_t) const override {
    return Held<TargetView>(TargetView(LabelMapView{labels_, 2, 1}));
  }
  TargetKind targetKind() const override { return TargetKind::labelMap; }
  int classes() const override { return 2; }
  std::string identity() const override { return "two pixels"; }
  bool isResident() const override { return true; }

 private:
  const std::uint8_t rgb_[6] = {0, 0, 0, 255, 255, 255}, labels_[2] = {0, 1};
};

/// The test's loss of TwoPixels by PlaceNetwork in windows of their size.
double lossAt(const Segmentation& settings) {
  const TwoPixels data;
  ThreadPool pool(1);
  RenderSettings rendering;
  rendering.input = {1, 2, 0};
  const Renderer renderer(data, rendering, pool);
  const auto network = std::make_shared<PlaceNetwork>();
  network->setNormMode(NormMode::eval);
  const auto head = makeTaskHead({Segmentation::kName, settings}, {2});
  const auto meter = head->meter();
  head->predict(*network, renderer, std::vector<std::uint32_t>{0}, *meter);
  return metricOf(meter->values(), "loss");
}

}  // namespace

class TestSegmentation : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// What decides is the sum over an image's pixels, told per pixel of the input, or the mean over those that
  /// have a class; ignored pixels count nowhere.
  void comparesByHand() {
    const Example example;
    const at::Tensor sums = headOf("sum")->losses({example.logits}, example.targets);
    QVERIFY(isNear(sums[0], (kFirst + kSecond) / 3) && isNear(sums[1], kThird / 3));
    const at::Tensor means = headOf("mean")->losses({example.logits}, example.targets);
    QVERIFY(isNear(means[0], (kFirst + kSecond) / 2) && isNear(means[1], kThird));
    const at::Tensor both = headOf("sum")->losses({example.logits, example.logits}, example.targets);
    QVERIFY(isNear(both[0], 1.4 * (kFirst + kSecond) / 3));
    Targets none = example.targets;
    none.classes = at::full({2, 1, 3}, 255, at::kLong);
    QCOMPARE(headOf("mean")->losses({example.logits}, none).abs().sum().item<double>(), 0.0);
  }

  /// What is trained on is the mean over all pixels of the batch that have a class.
  void trainsByHand() {
    const Example example;
    const double mean = (kFirst + kSecond + kThird) / 3;
    QVERIFY(isNear(headOf("sum")->objective({example.logits}, example.targets), mean));
    QVERIFY(isNear(headOf("sum")->objective({example.logits, example.logits}, example.targets), 1.4 * mean));
    QVERIFY(isNear(headOf("sum", 0)->objective({example.logits, example.logits}, example.targets), mean));
    const Targets none{at::full({2, 1, 3}, 255, at::kLong)};
    QVERIFY(isNear(headOf("sum")->objective({example.logits, example.logits}, none), 0));
    const at::Tensor sums = headOf("sum")->trainSums({example.logits}, example.targets);
    QVERIFY(sums.equal(
        at::tensor({1.0, 3.0}, at::kDouble).unsqueeze(0)));  // of three pixels only the second is right
  }

  /// The whole image is covered whatever its size, also where it is smaller than a window; a network that
  /// looks at each pixel alone says the same in every window, and in the mirror.
  void testsWholeImages_data() {
    QTest::addColumn<int>("side");
    for (const int side : {17, 33, 41, 57, 73}) QTest::addRow("windows of %d", side) << side;
  }
  void testsWholeImages() {
    QFETCH(int, side);
    const MadeScenes scenes(2, 2);
    RunConfig config = sceneConfig(scenes.dir(), "plain", 1, 2);
    config.recipe.input = {side, side, 4};
    const auto data = runImages(config.recipe.dataset, Split::test, scenes.dir());
    ThreadPool pool(1);
    RenderSettings rendering = runRendering(config.recipe, *data);
    rendering.mean = {0.3F, 0.3F, 0.3F};
    const Renderer renderer(*data, rendering, pool);
    const auto network = std::make_shared<BrightnessNetwork>();
    network->setNormMode(NormMode::eval);
    const auto head = makeTaskHead(config.recipe.task, {19});
    const auto meter = head->meter();
    head->predict(*network, renderer, std::vector<std::uint32_t>{0, 1}, *meter);
    // Roads are dark: class 0 everywhere; cars (class 13) are bright, and become class 1.
    std::uint64_t roads = 0, all = 0;
    for (std::uint32_t i = 0; i < 2; ++i) {
      const Held<TargetView> target = data->target(i);
      const auto& map = std::get<LabelMapView>(*target);
      for (std::size_t p = 0; p < map.size(); ++p) {
        roads += map.labels[p] == 0;
        all += map.labels[p] != 255;
      }
    }
    QVERIFY(roads > 0 && roads < all);
    const Metrics values = meter->values();
    QCOMPARE(metricOf(values, "all_acc"), static_cast<double>(roads) / static_cast<double>(all));
    QCOMPARE(metricOf(values, "macc_occurring"), 0.5);  // of two classes one
    QCOMPARE(metricOf(values, "miou_occurring"), 0.5);
  }

  /// Two pixels, black and white, each scale's chances averaged with those of the mirror image and brought
  /// back to the image's size: worked out by hand from what the network says of brightness and place.
  void testsAtScalesByHand() {
    const auto chance = [](double logit) { return 1 / (1 + std::exp(-logit)); };
    // At the image's own size the logits are 0 and 2, of the mirror image's pixels 1 and 1.
    const double black = (chance(0) + chance(1)) / 2, white = (chance(2) + chance(1)) / 2;
    // At twice the size the pixels are 0, 0.25, 0.75 and 1, in windows of two.
    const double wide[] = {(chance(0) + chance(1)) / 2, (chance(1.25) + chance(0.25)) / 2,
                           (chance(0.75) + chance(1.75)) / 2, (chance(2) + chance(1)) / 2};
    const double wideBlack = (wide[0] + wide[1]) / 2, wideWhite = (wide[2] + wide[3]) / 2;
    const auto loss = [](double a, double b) { return -(std::log(a) + std::log(b)) / 2; };
    QVERIFY(isNear(lossAt({}), loss(1 - black, white)));
    QVERIFY(isNear(lossAt({.scales = {2}}), loss(1 - wideBlack, wideWhite)));
    QVERIFY(isNear(lossAt({.baseSize = 4}), loss(1 - wideBlack, wideWhite)));
    QVERIFY(isNear(lossAt({.baseSize = 1, .scales = {4}}), loss(1 - wideBlack, wideWhite)));
    QVERIFY(isNear(lossAt({.scales = {1, 2}}), loss(1 - (black + wideBlack) / 2, (white + wideWhite) / 2)));
    QVERIFY(isNear(lossAt({.scales = {1, 2, 1}}),
                   loss(1 - (2 * black + wideBlack) / 3, (2 * white + wideWhite) / 3)));
  }
  void refusesATestWithoutScales() {
    const Choice task = findTask(Segmentation::kName)
                            .read(Segmentation::kName, Json(Json::Object{{"scales", Json::array()}}), "t");
    QVERIFY(test::errorOf([&] { makeTaskHead(task, {2}); }).contains("scales"));
  }

  /// PSPNet gives a map of the input's size, and a second one only while it is trained.
  void networksGiveMaps() {
    const auto network = makeNetwork(modelFromJson(parseJson(R"({"name": "pspnet", "width": 4})", "t"), "t"),
                                     {5, squareInput(41)}, 1);
    const Output output = network->forward(at::randn({2, 3, 41, 41}));
    QVERIFY(output.main.sizes() == at::IntArrayRef({2, 5, 41, 41}));
    QVERIFY(output.aux.sizes() == at::IntArrayRef({2, 5, 41, 41}));
    network->setNormMode(NormMode::eval);
    QVERIFY(!network->forward(at::zeros({1, 3, 41, 41})).aux.defined());
    const Choice usual = modelFromJson("pspnet", "t");
    QVERIFY_THROWS_EXCEPTION(c10::Error, makeNetwork(usual, {5, squareInput(40)}, 1));
  }
  /// As published: 49,080,038 and 68,072,166 weights for the 19 classes of Cityscapes, of which 2,364,691
  /// only train.
  void publishedSizesAreMet() {
    const auto count = [](const char* settings) {
      const Choice model = modelFromJson(parseJson(settings, "t"), "t");
      return findModel("pspnet").parameters(model, {19, squareInput(713)});
    };
    QCOMPARE(count(R"({"name": "pspnet", "depth": 50, "width": 64})"), std::int64_t{49'080'038});
    QCOMPARE(count(R"({"name": "pspnet", "depth": 101, "width": 64})"), std::int64_t{68'072'166});
  }

  /// Dropped channels follow from seed, step and forward alone; a test drops none.
  void dropsTheSameChannelsAgain() {
    const auto network = makeNetwork(modelFromJson(parseJson(R"({"name": "pspnet", "width": 4})", "t"), "t"),
                                     {5, squareInput(33)}, 1);
    network->setNormMode(NormMode::probe);
    const at::Tensor x = at::randn({2, 3, 33, 33});
    const auto seen = [&](const Noise& noise) {
      network->setNoise(noise);
      return network->forward(x).main;
    };
    const at::Tensor first = seen({1, 5, 0});
    QVERIFY(seen({1, 5, 0}).equal(first));
    QVERIFY(!seen({1, 5, 1}).equal(first));
    QVERIFY(!seen({1, 6, 0}).equal(first));
    QVERIFY(!seen({2, 5, 0}).equal(first));
  }

  /// Eleven chains of each image: five groups, a probe and a candidate each, and the plan as it was drawn.
  /// Each picture that is recorded has its label map on its right.
  void showsImagesWithTheirMaps() {
    const MadeScenes scenes(4, 2);
    const RunConfig config = sceneConfig(scenes.dir(), "uada", 1, 4);
    const auto data = runImages(config.recipe.dataset, Split::train, scenes.dir());
    ThreadPool pool(2);
    Stepper stepper(config, *data, at::kCPU, pool);
    Batch batch{3, 1, 1, {0, 1, 2, 3}};
    for (const std::uint32_t index : batch.indices) batch.sizes.push_back(data->imageSize(index));
    const StepReports reports = stepper.step(batch, 0.01, config.runtime.pictured);
    QCOMPARE(reports.report.counts.chains, std::int64_t{44});
    QCOMPARE(reports.report.counts.forwardsNoGrad, 11.0);
    QVERIFY(reports.report.gain >= 0);
    QCOMPARE(reports.decisions.size(), std::size_t{3});
    for (const Decision& decision : reports.decisions) {
      QCOMPARE(decision.label, -1);
      QCOMPARE(decision.original.width, 2 * MadeScenes::kWidth);
      QCOMPARE(decision.unperturbed.width, 66);
      QCOMPARE(decision.groups.size(), std::size_t{5});
      for (const GroupDecision& group : decision.groups) QCOMPARE(group.picture.width, 66);
    }
  }

  /// Losses of such sets are 0, and a run of them would seem to be one.
  void refusesASetWithoutClasses() {
    const auto head = headOf("sum");
    const auto problemWith = [&](const std::vector<std::uint8_t>& second) {
      const test::ImageFolder folder;
      for (const auto& [name, ids] : {std::pair("a", std::vector<std::uint8_t>(4, 0)), {"b", second}}) {
        folder.add(fmt::format("leftImg8bit/train/x/{}_leftImg8bit.png", name), Image(2, 2));
        folder.addText(fmt::format("gtFine/train/x/{}_gtFine_labelIds.png", name),
                       test::textOf(test::labelPng(2, 2, ids)));
      }
      const auto data = findDataset("cityscapes").load(folder.dir(), Split::train, {});
      return test::errorOf([&] { head->check(*data, "training"); });
    };
    QVERIFY(
        problemWith({0, 4, 255, 0}).startsWith("no pixel of the training set's 2 label maps has a class"));
    QCOMPARE(problemWith({0, 4, 255, 7}), QString());
  }

  /// Eight scenes are learned by heart, wherever the window lies and whether mirrored or not; they are tested
  /// as any test set is, in windows.
  void overfits() {
    constexpr int kMost = 400;  // steps
    constexpr double kEnough = 0.97;
    const MadeScenes scenes(8, 1);
    RunConfig config = sceneConfig(scenes.dir(), "plain", 1, 8);
    config.method = methodFromJson(
        parseJson(R"({"name": "plain", "policy": {"name": "segmentation", "min_scale": 1, "max_scale": 1,
                      "rotate_chance": 0, "blur_chance": 0}})",
                  "test"),
        "test");
    config.recipe.optimiser = optimiserFromJson("adam", "test");
    config.recipe.optimiser.set("weight_decay", 0.0);
    const auto data = runImages(config.recipe.dataset, Split::train, scenes.dir());
    ThreadPool pool(1);
    Stepper stepper(config, *data, at::kCPU, pool);
    double found = 0;
    for (int step = 1; step <= kMost && found <= kEnough; ++step) {
      Batch batch{3, step, step, {0, 1, 2, 3, 4, 5, 6, 7}};
      for (const std::uint32_t index : batch.indices) batch.sizes.push_back(data->imageSize(index));
      const double loss = stepper.step(batch, 0.002 * std::min(1.0, step / 20.0), 0).report.loss;
      if (step % 25 > 0) continue;
      found = metricOf(*stepper.test(*data, [] { return false; }), "miou_occurring");
      qInfo("mIoU %.3f, loss %.3f after %d steps", found, loss, step);
    }
    QVERIFY2(found > kEnough, fmt::format("{}", found).c_str());
  }

  void learns() {
    const MadeScenes scenes(8, 4);
    RunConfig config = sceneConfig(scenes.dir(), "uada", 6, 4);
    config.recipe.optimiser.set("learning_rate", 0.05);
    const Attempt attempt(config, {});
    QCOMPARE(attempt.state, RunState::finished);
    QCOMPARE(attempt.sink.results.front().metric, std::string("miou_occurring"));
    const double first = metricOf(attempt.sink.epochs.front().test, "miou_occurring");
    QVERIFY2(attempt.sink.results.front().best > first + 0.2 && attempt.sink.results.front().best > 0.6,
             fmt::format("{} from {}", attempt.sink.results.front().best, first).c_str());
  }
};

QTEST_GUILESS_MAIN(TestSegmentation)
#include "tst_segmentation.moc"

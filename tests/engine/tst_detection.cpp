#include <QTest>
#include <cmath>

#include "core/engine/tasks/MultiBox.h"
#include "core/engine/tasks/PriorBoxes.h"
#include "core/engine/tasks/Suppression.h"
#include "core/engine/train/OnnxExport.h"
#include "core/engine/train/Stepper.h"
#include "tests/core/ErrorOf.h"
#include "tests/engine/ObjectTools.h"

using namespace uada;

namespace {

bool isNear(const at::Tensor& a, double b, double within = 1e-5) {
  return std::abs(a.item<double>() - b) < within;
}

/// Four priors of an input of 10 x 10 pixels: the quarters.
at::Tensor quarters() {
  return at::tensor({0.25F, 0.25F, 0.5F, 0.5F, 0.75F, 0.25F, 0.5F, 0.5F,  //
                     0.25F, 0.75F, 0.5F, 0.5F, 0.75F, 0.75F, 0.5F, 0.5F})
      .view({4, 4});
}

std::unique_ptr<TaskHead> headOf(const Detection& settings = {}) {
  return makeTaskHead({Detection::kName, settings}, {2, at::kCPU, squareInput(10), quarters()});
}

struct Matched {
  at::Tensor classes = at::zeros({4}, at::kLong), offsets = at::zeros({4, 4});
  explicit Matched(const Boxes& shares) {
    PriorBoxes(quarters())
        .match(shares, static_cast<std::int64_t*>(classes.mutable_data_ptr()),
               static_cast<float*>(offsets.mutable_data_ptr()));
  }
  bool classesAre(const std::vector<std::int64_t>& wanted) const {
    return classes.equal(at::tensor(wanted, at::kLong));
  }
};

/// Says of every image what it was made with.
class FixedNetwork : public Network {
 public:
  FixedNetwork(at::Tensor logits, at::Tensor offsets) : said_{std::move(logits)} {
    said_.offsets = std::move(offsets);
  }
  Output forward(const at::Tensor& x) override {
    Output output{said_.main.repeat({x.size(0), 1, 1})};
    output.offsets = said_.offsets.repeat({x.size(0), 1, 1});
    return output;
  }
  at::Tensor priors() const override { return quarters(); }

 private:
  Output said_;
};

}  // namespace

class TestDetection : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void matchesByHand();
  void encodesByHand();
  void learnsFromSomeObjects();
  void minesByHand();
  void lossesByHand();
  void imagesWithoutObjects();
  void countsMatchedPriors();
  void suppressesByHand();
  void limitsBoxes();
  void testsByHand();
  void testsAtTheInputsSize();
  void refusesWhatItCannotLearn();
  void movesBoxesWithImages();
  void resumesFromItsState();
  void isNotWrittenAsOnnx();
  void overfits();
};

/// A prior stands for the object that it shares at least half with; the best of an object does in any case.
void TestDetection::matchesByHand() {
  QVERIFY(Matched({}).classesAre({0, 0, 0, 0}));
  QVERIFY(Matched({{0, 0, 0.5F, 0.5F, 1}}).classesAre({2, 0, 0, 0}));
  QVERIFY(Matched({{0.5F, 0.5F, 0.6F, 0.6F, 0}}).classesAre({0, 0, 0, 1}));  // 0.01 of 0.25, but its best
  QVERIFY(Matched({{0, 0, 1, 0.5F, 0}}).classesAre({1, 1, 0, 0}));           // half of each: enough
  QVERIFY(Matched({{0, 0, 1, 0.51F, 0}}).classesAre({1, 0, 0, 0}));  // less; the first of two equal ones
  // Both want the first prior: the later has it, though the first shares more.
  QVERIFY(Matched({{0, 0, 0.5F, 0.5F, 0}, {0, 0, 0.4F, 0.4F, 1}}).classesAre({2, 0, 0, 0}));
  // The second shares as much with the first two priors, so that the first is its best.
  QVERIFY(Matched({{0, 0, 0.5F, 0.5F, 0}, {0, 0, 1, 0.5F, 1}}).classesAre({2, 2, 0, 0}));
}

/// A box with its middle 0.1 right of the prior's and twice its width: 0.1 / (0.1 * 0.5) = 2, ln 2 / 0.2.
void TestDetection::encodesByHand() {
  const Matched matched({{-0.15F, 0, 0.85F, 0.5F, 0}});
  QVERIFY(matched.classesAre({1, 0, 0, 0}));
  QVERIFY(matched.offsets[0].allclose(at::tensor({2.0F, 0.0F, static_cast<float>(std::log(2.0) / 0.2), 0.0F}),
                                      1e-4, 1e-5));
  QVERIFY(matched.offsets.narrow(0, 1, 3).eq(0).all().item<bool>());
  const at::Tensor decoded = PriorBoxes(quarters()).decoded(matched.offsets);
  QVERIFY(decoded[0].allclose(at::tensor({-0.15F, 0.0F, 0.85F, 0.5F}), 1e-5, 1e-6));
  QVERIFY(decoded[3].allclose(at::tensor({0.5F, 0.5F, 1.0F, 1.0F})));
}

/// Difficult ones, and those without area, are left out; pixels become shares.
void TestDetection::learnsFromSomeObjects() {
  const auto isLearned = [](const Detection& settings, const ObjectBox& box) {
    const std::vector<Target> targets{Boxes{box}};
    return headOf(settings)->targets(targets).classes.gt(0).any().item<bool>();
  };
  const ObjectBox difficult{0, 0, 5, 5, 0, true}, narrow{0, 0, 0.5F, 5, 0};  // of 10 pixels
  QVERIFY(!isLearned({}, difficult) && isLearned({.difficult = "learned"}, difficult));
  QVERIFY(isLearned({}, narrow) && isLearned({.leastSide = 0.04}, narrow));
  QVERIFY(!isLearned({.leastSide = 0.05}, narrow));  // more is asked for
  const auto head = headOf();
  const std::vector<Target> targets{Boxes{{0, 0, 5, 5, 1}, {5, 0, 10, 5, 0, true}, {5, 5, 5, 10, 0}},
                                    Boxes{}};
  const Targets made = head->targets(targets);
  QVERIFY(made.classes.equal(at::tensor({2, 0, 0, 0, 0, 0, 0, 0}, at::kLong).view({2, 4})));
  QVERIFY(made.offsets.sizes() == at::IntArrayRef({2, 4, 4}) && made.offsets.eq(0).all().item<bool>());
}

/// Three for each positive one, and at most one less than there are priors, the largest first.
void TestDetection::minesByHand() {
  const at::Tensor losses = at::tensor({1.0F, 5.0F, 3.0F, 9.0F, 3.0F, 0.5F}).view({1, 6});
  const at::Tensor positive = at::tensor({0, 0, 0, 1, 0, 0}).view({1, 6}).to(at::kBool);
  const auto isChosen = [&](int ratio, const std::vector<std::int64_t>& wanted) {
    return hardNegatives(losses, positive, ratio).equal(at::tensor(wanted).view({1, 6}).to(at::kBool));
  };
  QVERIFY(isChosen(1, {0, 1, 0, 0, 0, 0}));
  QVERIFY(isChosen(2, {0, 1, 1, 0, 0, 0}));
  QVERIFY(isChosen(3, {0, 1, 1, 0, 1, 0}));
  QVERIFY(isChosen(9, {1, 1, 1, 0, 1, 1}));
  QVERIFY(!hardNegatives(losses, at::zeros({1, 6}, at::kBool), 3).any().item<bool>());
}

/// Of four priors the first is positive. With logits (0, z, 0) the loss of no object is ln(2 + e^z) and that
/// of class 1 less by z. Offsets lie 0.5 and 3 off: 0.125 and 2.5.
void TestDetection::lossesByHand() {
  const auto loss = [](double z) { return std::log(2 + std::exp(z)); };
  Targets targets{at::tensor({1, 0, 0, 0, 0, 0, 0, 0}, at::kLong).view({2, 4}), {}, at::zeros({2, 4, 4})};
  Output output{at::zeros({2, 4, 3})};
  output.main[0].select(1, 1).copy_(at::tensor({1.0F, 2.0F, 3.0F, -1.0F}));
  output.offsets = at::zeros({2, 4, 4});
  output.offsets[0][0][1] = 0.5;
  output.offsets[0][0][3] = -3;
  output.offsets[0][2][0] = 100;  // of a prior without an object: not looked at
  const double place = 0.125 + 2.5, first = loss(1) - 1;
  const auto one = headOf({.negatives = 1}), two = headOf({.negatives = 2});
  QVERIFY(isNear(one->losses(output, targets)[0], place + first + loss(3)));
  QVERIFY(isNear(two->losses(output, targets)[0], place + first + loss(3) + loss(2)));
  QVERIFY(isNear(one->losses(output, targets)[1], 0));
  QVERIFY(isNear(one->objective(output, targets), place + first + loss(3)));
  // A second positive in the other image: its own losses are its own, and two divide what is trained on.
  targets.classes[1][2] = 2;
  const double other = 2 * std::log(3.0);
  QVERIFY(isNear(one->losses(output, targets)[1], other));
  QVERIFY(isNear(one->objective(output, targets), (place + first + loss(3) + other) / 2));
  targets.classes[1][0] = 1;  // 4 losses of 2 priors
  QVERIFY(isNear(one->losses(output, targets)[1], 4 * std::log(3.0) / 2));
}

/// Their loss is 0, also that of a whole batch, and so are its gradients.
void TestDetection::imagesWithoutObjects() {
  const Targets none{at::zeros({2, 4}, at::kLong), {}, at::zeros({2, 4, 4})};
  Output output{at::randn({2, 4, 3}).requires_grad_()};
  output.offsets = at::randn({2, 4, 4}).requires_grad_();
  QVERIFY(headOf()->losses(output, none).eq(0).all().item<bool>());
  const at::Tensor objective = headOf()->objective(output, none);
  QCOMPARE(objective.item<double>(), 0.0);
  objective.backward();
  QVERIFY(output.main.grad().eq(0).all().item<bool>() && output.offsets.grad().eq(0).all().item<bool>());
}

void TestDetection::countsMatchedPriors() {
  const Targets targets{at::tensor({1, 2, 0, 2}, at::kLong).view({1, 4}), {}, at::zeros({1, 4, 4})};
  Output output{at::zeros({1, 4, 3})};
  output.main[0].copy_(at::one_hot(at::tensor({1, 1, 1, 2}, at::kLong), 3));
  QVERIFY(headOf()->trainSums(output, targets).equal(at::tensor({2.0, 3.0}, at::kDouble).unsqueeze(0)));
}

/// Of a class the surest stays; what shares more than 0.45 with it goes, what shares less stays; other
/// classes do not matter; 0.01 is not enough.
void TestDetection::suppressesByHand() {
  const std::vector<float> edges{0, 0, 10, 10, 0, 0, 10, 4.6F, 0, 0, 10, 4.4F, 0, 0, 10, 10};
  const std::vector<float> chances{0.1F, 0.6F, 0.3F,  0.2F, 0.5F, 0.3F,  //
                                   0.2F, 0.4F, 0.01F, 0.2F, 0.7F, 0.1F};
  const std::vector<FoundBox> kept = keptBoxes(chances.data(), edges.data(), 4, 2, {});
  const auto is = [&](std::size_t i, float bottom, int label, float score) {
    return kept[i].box.bottom == bottom && kept[i].box.label == label && kept[i].score == score;
  };
  QCOMPARE(kept.size(), std::size_t{3});
  QVERIFY(is(0, 10, 0, 0.7F) && is(1, 4.4F, 0, 0.4F) && is(2, 10, 1, 0.3F));
}

void TestDetection::limitsBoxes() {
  std::vector<float> edges, chances;
  for (int i = 0; i < 6; ++i) {
    for (const int edge : {20 * i, 0, 20 * i + 10, 10}) edges.push_back(static_cast<float>(edge));
    chances.insert(chances.end(), {0, 0.1F + 0.1F * static_cast<float>(i), i < 2 ? 0.9F : 0.0F});
  }
  const auto count = [&](const SuppressionRule& rule) {
    return keptBoxes(chances.data(), edges.data(), 6, 2, rule).size();
  };
  QCOMPARE(count({}), std::size_t{8});
  QCOMPARE(count({.perClass = 3}), std::size_t{5});
  QCOMPARE(count({.perImage = 3}), std::size_t{3});
  QCOMPARE(count({.perImage = 1}), std::size_t{2});  // two are as sure as the surest
}

/// One object of two is found, in the prior's own place; a second box of its class is wrong.
void TestDetection::testsByHand() {
  ObjectImages data(1);
  MadeObjects& made = data.all().front();
  made.boxes = {{0, 0, 49, 49, 0}, {60, 60, 80, 80, 1}, {50, 0, 99, 49, 1, true}};
  ThreadPool pool(2);
  const Renderer renderer(data, {squareInput(10)}, pool);
  at::Tensor logits = at::full({1, 4, 3}, -20);
  logits[0].select(1, 0) = 20;
  logits[0][0] = at::tensor({-20.0F, 20.0F, -20.0F});  // class 0 in the first quarter, where the object is
  logits[0][3] = at::tensor({9.0F, 10.0F, -20.0F});    // and less sure in the last, where it is not
  const auto network = std::make_shared<FixedNetwork>(logits, at::zeros({1, 4, 4}));
  for (const char* protocol : {"ssd", "rfb"}) {
    const auto head = headOf({.protocol = protocol});
    const auto meter = head->meter();
    head->predict(*network, renderer, std::vector<std::uint32_t>{0}, *meter);
    const Metrics values = meter->values();
    QCOMPARE(metricOf(values, "map_voc07"), 0.5);
    QCOMPARE(metricOf(values, "map_voc12"), 0.5);
    QVERIFY(metricOf(values, "loss") > 0);
  }
}

/// Bright places are objects of class 0, at whatever size the image is.
void TestDetection::testsAtTheInputsSize() {
  class BrightNetwork : public FixedNetwork {
   public:
    BrightNetwork() : FixedNetwork(at::zeros({1, 4, 3}), at::zeros({1, 4, 4})) {}
    Output forward(const at::Tensor& x) override {
      size = x.size(2);
      const at::Tensor bright = at::adaptive_avg_pool2d(x, {2, 2}).mean(1).flatten(1);  // [B, 4]
      Output output{at::stack({at::zeros_like(bright), bright - 0.5, bright - 100}, 2) * 20};
      output.offsets = at::zeros({x.size(0), 4, 4});
      return output;
    }
    std::int64_t size = 0;
  } network;
  ObjectImages data(1);
  MadeObjects& made = data.all().front();
  std::ranges::fill(made.image.rgb, std::uint8_t{0});
  for (int y = 50; y < 100; ++y) std::fill_n(made.image.span().row(y), 150, std::uint8_t{255});
  made.boxes = {{0, 50, 49, 99, 0}};
  ThreadPool pool(1);
  const Renderer renderer(data, {squareInput(10)}, pool);
  const auto head = headOf();
  const auto meter = head->meter();
  head->predict(network, renderer, std::vector<std::uint32_t>{0}, *meter);
  QCOMPARE(network.size, std::int64_t{10});
  QCOMPARE(metricOf(meter->values(), "map_voc07"), 1.0);
}

void TestDetection::refusesWhatItCannotLearn() {
  const auto head = headOf();
  ObjectImages data(2);
  QCOMPARE(test::errorOf([&] { head->check(data, "training"); }), QString());
  data.all()[1].boxes = {{0, 0, 5, 5, 2}};
  QCOMPARE(
      test::errorOf([&] { head->check(data, "test"); }),
      QString("label 2 of a box of test image 1 is outside 0..1: check the files with 'uada data check'"));
  data.all()[0].boxes = {{0, 0, 5, 5, 0, true}};
  data.all()[1].boxes = {{3, 3, 3, 5, 1}};
  QCOMPARE(test::errorOf([&] { head->check(data, "training"); }),
           QString("no image of the training set has an object that counts, of 2 images: there is nothing to "
                   "learn or to find; look at its annotations ('uada data check')"));
}

static Batch batchOf(const Dataset& data, std::int64_t step) {
  Batch batch{3, step, static_cast<int>(step), {}};  // other plans in each step
  for (std::uint32_t i = 0; i < data.size(); ++i) {
    batch.indices.push_back(i);
    batch.sizes.push_back(data.imageSize(i));
    batch.boxes.push_back(boxesOf(data, i));
  }
  return batch;
}

/// UADA's candidates have targets of their own, of one shape: what is chosen is at least as hard.
void TestDetection::movesBoxesWithImages() {
  const ObjectImages data(4);
  ThreadPool pool(1);
  for (const char* model : {R"({"name": "ssd", "width": 2})", R"({"name": "rfb", "width": 2})"}) {
    RunConfig config = objectConfig("uada", 4, "", model);
    config.method.set("policy", "detection");
    Stepper stepper(config, data, at::kCPU, pool);
    for (std::int64_t step = 1; step <= 2; ++step) {
      const StepReports reports = stepper.step(batchOf(data, step), 0.001, 0);
      QVERIFY(std::isfinite(reports.report.loss) && reports.report.loss > 0);
      QVERIFY(reports.report.gain >= 0);
      QCOMPARE(reports.report.metrics.front().name, std::string("matched_acc"));
    }
  }
}

/// What a step leaves depends on the network's state and the batch alone.
void TestDetection::resumesFromItsState() {
  class State : public StateVisitor {
   public:
    void tensor(const std::string& name, at::Tensor value) override { values.emplace_back(name, value); }
    std::vector<std::pair<std::string, at::Tensor>> values;
  };
  const ObjectImages data(4);
  ThreadPool pool(1);
  const RunConfig config = objectConfig("ra-uc", 4, "", R"({"name": "rfb", "width": 2})");
  Stepper whole(config, data, at::kCPU, pool), resumed(config, data, at::kCPU, pool);
  whole.step(batchOf(data, 1), 0.01, 0);
  State from, to;
  whole.visit(from);
  resumed.visit(to);
  QCOMPARE(from.values.size(), to.values.size());
  {
    const at::NoGradGuard noGrad;
    for (std::size_t i = 0; i < from.values.size(); ++i) to.values[i].second.copy_(from.values[i].second);
  }
  const double a = whole.step(batchOf(data, 2), 0.01, 0).report.loss;
  QCOMPARE(resumed.step(batchOf(data, 2), 0.01, 0).report.loss, a);
  QVERIFY(resumed.test(data, [] { return false; })->front().value ==
          whole.test(data, [] { return false; })->front().value);
}

void TestDetection::isNotWrittenAsOnnx() {
  const ObjectFolder folder(2, 1);
  Checkpoint checkpoint;
  checkpoint.config = toJson(objectConfig("plain", 2, folder.dir()));
  const QString said = test::errorOf([&] { exportOnnx(checkpoint, {}, folder.dir() / "out.onnx"); });
  QVERIFY2(said.startsWith("a ssd network is not written as ONNX"), qPrintable(said));
  QVERIFY(!std::filesystem::exists(folder.dir() / "out.onnx"));
}

/// Eight images are learned by heart, whether mirrored or not.
void TestDetection::overfits() {
  constexpr int kMost = 500;  // steps
  const ObjectImages data(8);
  ThreadPool pool(1);
  RunConfig config = objectConfig("plain", 8);
  config.recipe.input.pad = 0;  // mirrored, but not moved
  config.recipe.optimiser = optimiserFromJson("adam", "test");
  config.recipe.optimiser.set("weight_decay", 0.0);
  Stepper stepper(config, data, at::kCPU, pool);
  double found = 0;
  for (int step = 1; step <= kMost && found <= 0.9; ++step) {
    const double loss = stepper.step(batchOf(data, step), 0.001 * std::min(1.0, step / 20.0), 0).report.loss;
    if (step % 25 > 0) continue;
    found = metricOf(*stepper.test(data, [] { return false; }), "map_voc07");
    qInfo("mAP %.3f, loss %.3f after %d steps", found, loss, step);
  }
  QVERIFY2(found > 0.9, fmt::format("{}", found).c_str());
}

QTEST_GUILESS_MAIN(TestDetection)
#include "tst_detection.moc"

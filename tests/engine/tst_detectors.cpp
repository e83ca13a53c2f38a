#include <fmt/core.h>

#include <QTest>
#include <set>

#include "core/engine/models/Detector.h"
#include "core/engine/tasks/Detection.h"
#include "core/engine/tasks/PriorBoxes.h"
#include "core/engine/tasks/Suppression.h"
#include "core/engine/tasks/TaskHead.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/GoldenScript.h"
#include "tests/engine/GoldenTools.h"

using namespace uada;

namespace {

constexpr const char* kScript = PROJECT_DIR "/tests/golden/detectors.py";
constexpr const char* kNumbers = PROJECT_DIR "/tests/golden/detectors.json";

Choice choiceOf(const std::string& json) { return modelFromJson(parseJson(json, "test"), "test"); }

const DetectorShape& shapeOf(const std::string& name) { return name == "ssd" ? kSsdShape : kRfbShape; }

/// As the script tells many numbers: their norm and sum cos(i) value_i.
at::Tensor numbersOf(const at::Tensor& values) {
  const at::Tensor flat = values.detach().contiguous().flatten().to(at::kDouble);
  return at::stack({flat.norm(), (flat * waves(flat.numel())).sum()});
}

/// The largest of the differences to what the script has of it.
double difference(const Output& output, const Json& golden) {
  const std::int64_t priors = output.main.size(1), picks = std::ssize(golden.at("picked").asArray());
  const at::Tensor both = at::cat({output.main, output.offsets}, 2)[-1];
  const at::Tensor picked = both.index_select(
      0, at::linspace(0, static_cast<double>(priors - 1), picks, at::kDouble).to(at::kLong));
  return std::max({relativeDifference(numbersOf(output.main), golden.at("logits")),
                   relativeDifference(numbersOf(output.offsets), golden.at("offsets")),
                   relativeDifference(picked, golden.at("picked"))});
}

bool isNear(double a, double b, double within = 1e-5) { return std::abs(a - b) <= within; }

}  // namespace

/// SSD and RFBNet as they are published, and what is made of what they say.
class TestDetectors : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { golden_ = readJsonFile(kNumbers); }

  void publishedSizesAreMet();
  void publishedPriorsAreMet_data();
  void publishedPriorsAreMet();
  void mapsOfOtherSizes();
  void outputs_data();
  void outputs();
  void namesAreTheReferences();
  void drawsWeightsAsPublished();
  void statisticsMoveSlowly();
  void emptyPlacesHaveGradients();
  void refusesInputs();
  void matchesAsTheScript();
  void theScriptGivesTheStoredNumbers();

 private:
  Json golden_;
};

/// With the 20 classes of VOC; by hand for the smallest: see tst_catalogues.
void TestDetectors::publishedSizesAreMet() {
  const auto count = [](const char* name) {
    return findModel(name).parameters(choiceOf(fmt::format(R"({{"name": "{}"}})", name)),
                                      {20, squareInput(300)});
  };
  QCOMPARE(count("ssd"), std::int64_t{26'285'486});
  QCOMPARE(count("rfb"), std::int64_t{36'531'296});
}

void TestDetectors::publishedPriorsAreMet_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<qint64>("count");
  QTest::addColumn<double>("sum");
  QTest::newRow("ssd") << "ssd" << qint64{8732} << 11906.589;
  QTest::newRow("rfb") << "rfb" << qint64{11620} << 15500.051;
}

void TestDetectors::publishedPriorsAreMet() {
  QFETCH(QString, name);
  QFETCH(qint64, count);
  QFETCH(double, sum);
  const at::Tensor priors = detectorPriors(shapeOf(name.toStdString()), 300);
  QCOMPARE(priors.size(0), std::int64_t{count});
  QVERIFY(isNear(priors.to(at::kDouble).sum().item<double>(), sum, 6e-4));
  QVERIFY(priors[0].allclose(at::tensor({0.0133333F, 0.0133333F, 0.1F, 0.1F}), 1e-6, 1e-7));
  QVERIFY(priors[-1].allclose(at::tensor({0.5F, 0.5F, 0.622254F, 1.0F}), 1e-6, 1e-7));
  QVERIFY(mapSides(300) == (std::array<int, 6>{38, 19, 10, 5, 3, 1}));
}

/// Halved five times, rounding as the poolings and convolutions do; what a 3x3 does not fit in is halved.
void TestDetectors::mapsOfOtherSizes() {
  using Sides = std::array<int, 6>;
  QVERIFY(mapSides(100) == (Sides{13, 6, 3, 2, 1, 1}));
  QVERIFY(mapSides(112) == (Sides{14, 7, 4, 2, 1, 1}));
  QVERIFY(mapSides(160) == (Sides{20, 10, 5, 3, 1, 1}));
  QVERIFY(mapSides(512) == (Sides{64, 32, 16, 8, 6, 4}));
  for (const char* model : {R"({"name": "ssd", "width": 1})", R"({"name": "rfb", "width": 2})"})
    for (const int side : {100, 101, 127, 159, 224}) {
      const auto network = makeNetwork(choiceOf(model), {2, squareInput(side)}, 1);
      network->setNormMode(NormMode::eval);
      const at::NoGradGuard noGrad;
      const Output output = network->forward(at::zeros({1, 3, side, side}));
      QCOMPARE(output.main.size(1), network->priors().size(0));
      QVERIFY(network->priors().ge(0).logical_and(network->priors().le(1)).all().item<bool>());
    }
}

void TestDetectors::outputs_data() {
  QTest::addColumn<int>("place");
  const Json::Array& networks = golden_.at("networks").asArray();
  for (int place = 0; place < std::ssize(networks); ++place) {
    const Json& golden = networks[static_cast<std::size_t>(place)];
    QTest::addRow("%s of %d", golden.at("model").dump().c_str(), static_cast<int>(golden.at("side").asInt()))
        << place;
  }
}

/// In training mode, then with the running statistics that this left.
void TestDetectors::outputs() {
  QFETCH(int, place);
  const Json& golden = golden_.at("networks").asArray().at(static_cast<std::size_t>(place));
  const std::int64_t side = golden.at("side").asInt(), images = golden_.at("images").asInt();
  const Choice choice = modelFromJson(golden.at("model"), "golden");
  const ModelContext context{static_cast<int>(golden_.at("classes").asInt()),
                             squareInput(static_cast<int>(side))};
  const auto network = makeNetwork(choice, context, 1);
  QCOMPARE(network->parameterCount(), golden.at("parameters").asInt());
  QCOMPARE(findModel(choice.name).parameters(choice, context), golden.at("parameters").asInt());
  const at::Tensor priors = network->priors();
  const Json& known = golden.at("priors");
  QCOMPARE(priors.size(0), known.at("count").asInt());
  QVERIFY(relativeDifference(at::stack({priors[0], priors[-1]}),
                             Json(Json::Array{known.at("first"), known.at("last")})) < 1e-6);
  QVERIFY(isNear(numbersOf(priors)[1].item<double>(), known.at("wave").asDouble(), 1e-4));

  fill(*network);
  const at::Tensor x = valueOf("input", {images, 3, side, side}).contiguous(at::MemoryFormat::ChannelsLast);
  x.requires_grad_(true);
  network->setNormMode(NormMode::train);
  const Output output = network->forward(x);
  const auto wave = [](const at::Tensor& values) {
    return (values.flatten().to(at::kDouble) * waves(values.numel())).sum();
  };
  (wave(output.main) + wave(output.offsets)).backward();
  network->setNormMode(NormMode::eval);
  const double trained = difference(output, golden.at("train"));
  const double tested = difference(network->forward(x), golden.at("eval"));
  const double moved = relativeDifference(numbersOf(x.grad()), golden.at("gradient"));
  qInfo("largest differences: %.1e in training, %.1e with running statistics, %.1e of the gradient", trained,
        tested, moved);
  QVERIFY(trained < 1e-4 && tested < 1e-4);
  QVERIFY(moved < 1e-3);
}

/// So that weights from there need no translation. The names key the golden values, too.
void TestDetectors::namesAreTheReferences() {
  const auto ssd = makeNetwork(choiceOf(R"({"name": "ssd", "width": 1})"), {20, squareInput(300)}, 1);
  std::set<std::string> names;
  for (const auto& entry : ssd->named_parameters()) names.insert(entry.key());
  std::set<std::string> wanted{"L2Norm.weight"};
  for (const int place : {0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28, 31, 33})
    for (const char* what : {"weight", "bias"}) wanted.insert(fmt::format("vgg.{}.{}", place, what));
  for (const auto& [list, count] : {std::pair("extras", 8), {"loc", 6}, {"conf", 6}})
    for (int i = 0; i < count; ++i)
      for (const char* what : {"weight", "bias"}) wanted.insert(fmt::format("{}.{}.{}", list, i, what));
  QVERIFY(names == wanted);
  const auto rfb = makeNetwork(choiceOf(R"({"name": "rfb", "width": 2})"), {20, squareInput(300)}, 1);
  const auto named = rfb->named_parameters(), buffers = rfb->named_buffers();
  for (const char* name : {"base.33.bias", "Norm.branch3.3.conv.weight", "Norm.ConvLinear.bn.weight",
                           "Norm.shortcut.conv.weight", "extras.2.branch2.3.bn.bias", "extras.6.conv.weight",
                           "loc.5.bias", "conf.0.weight"})
    QVERIFY2(named.contains(name), name);
  QVERIFY(buffers.contains("extras.0.branch0.1.bn.running_var") && !named.contains("extras.7.conv.weight"));
}

void TestDetectors::drawsWeightsAsPublished() {
  const auto deviation = [](const at::Tensor& values) { return values.std().item<double>(); };
  const auto ssd = makeNetwork(choiceOf(R"({"name": "ssd", "width": 8})"), {3, squareInput(100)}, 5);
  const auto own = ssd->named_parameters();
  const at::Tensor backbone = own["vgg.12.weight"],
                   added = own["extras.1.weight"];  // 3x3: 32 to 32, 32 to 64
  QVERIFY(isNear(deviation(backbone) / std::sqrt(2.0 / (9 * 32)), 1, 0.03));
  const double bound = std::sqrt(6.0 / (9 * 96));
  QVERIFY(added.abs().max().item<double>() <= bound && added.abs().max().item<double>() > 0.99 * bound);
  QVERIFY(isNear(deviation(added) / (bound / std::sqrt(3.0)), 1, 0.03));
  QVERIFY(own["L2Norm.weight"].eq(20).all().item<bool>());
  for (const auto& entry : own)
    if (entry.key().ends_with("bias")) QVERIFY(entry.value().eq(0).all().item<bool>());

  const auto rfb = makeNetwork(choiceOf(R"({"name": "rfb", "width": 8})"), {3, squareInput(100)}, 5);
  const auto others = rfb->named_parameters();
  for (const char* name : {"base.12.weight", "extras.0.branch1.1.conv.weight"})  // to 32 channels
    QVERIFY2(isNear(deviation(others[name]) / std::sqrt(2.0 / (9 * 32)), 1, 0.05), name);
  for (const auto& [name, in] : {std::pair("loc.1.weight", 128), {"conf.2.weight", 64}}) {
    const double most = 1 / std::sqrt(9.0 * in), found = others[name].abs().max().item<double>();
    QVERIFY2(found <= most && found > 0.99 * most, name);
  }
  QVERIFY(others["Norm.ConvLinear.bn.weight"].eq(1).all().item<bool>());
  QVERIFY(others["loc.0.bias"].eq(0).all().item<bool>());
}

/// Batch normalisation of RFBNet has momentum 0.01: after a batch with mean 2 its mean is 0.02.
void TestDetectors::statisticsMoveSlowly() {
  BatchNorm norm(1, 0.01);
  norm.forward(at::tensor({1.0F, 3.0F}).reshape({2, 1, 1, 1}));
  QVERIFY(norm.named_buffers()["running_mean"].allclose(at::tensor({0.02F})));
  QVERIFY(norm.named_buffers()["running_var"].allclose(at::tensor({0.99F + 0.02F})));
}

/// Where all channels of a place are 0 its length has no slope; the gradient is finite all the same.
void TestDetectors::emptyPlacesHaveGradients() {
  const auto network = makeNetwork(choiceOf(R"({"name": "ssd", "width": 2})"), {2, squareInput(100)}, 1);
  const Output output = network->forward(at::zeros({2, 3, 100, 100}));
  QVERIFY(output.main.eq(0).all().item<bool>());  // biases begin with 0
  (output.main.sum() + output.offsets.sum()).backward();
  for (const auto& entry : network->named_parameters())
    QVERIFY2(entry.value().grad().isfinite().all().item<bool>(), entry.key().c_str());
}

void TestDetectors::refusesInputs() {
  for (const char* name : {"ssd", "rfb"}) {
    const Model& model = findModel(name);
    QCOMPARE(model.inputProblem(squareInput(100)), std::string());
    QCOMPARE(model.inputProblem(squareInput(99)),
             fmt::format("99 x 99 found, for {}, which halves them six times, sides of at least 100 expected",
                         name));
    QCOMPARE(model.inputProblem({200, 300, 4}),
             fmt::format("300 x 200 found, for {} a square expected, such as 300 x 300", name));
    const auto network =
        makeNetwork(choiceOf(fmt::format(R"({{"name": "{}", "width": 2}})", name)), {2, squareInput(160)}, 1);
    network->setNormMode(NormMode::eval);
    QVERIFY_THROWS_EXCEPTION(c10::Error, network->forward(at::zeros({1, 3, 224, 224})));
  }
}

/// Targets, losses, gradients and kept boxes against the script's, which sorts and lists where we rank and
/// sum.
void TestDetectors::matchesAsTheScript() {
  const Json& golden = golden_.at("matching");
  const int classes = static_cast<int>(golden_.at("classes").asInt());
  const int side = static_cast<int>(golden.at("side").asInt());
  const at::Tensor priors = detectorPriors(kSsdShape, side);
  const auto head =
      makeTaskHead({Detection::kName, Detection{}}, {classes, at::kCPU, squareInput(side), priors});
  std::vector<Target> truth;
  for (const Json& image : golden.at("truth").asArray()) {
    Boxes boxes;
    for (const Json& box : image.asArray()) {
      const Json::Array& n = box.asArray();
      const auto pixels = [&](std::size_t i) { return static_cast<float>(n[i].asDouble() * side); };
      boxes.push_back({pixels(0), pixels(1), pixels(2), pixels(3), static_cast<std::int32_t>(n[4].asInt())});
    }
    truth.emplace_back(boxes);
  }
  const Targets targets = head->targets(truth);
  const std::int64_t rows = targets.rows(), count = priors.size(0);
  QVERIFY((targets.classes > 0).sum(1).equal(tensorOf(golden.at("positives")).to(at::kLong)));
  QVERIFY(isNear(numbersOf(targets.classes)[1].item<double>(), golden.at("classes").asDouble()));
  QVERIFY(relativeDifference(numbersOf(targets.offsets), golden.at("offsets")) < 1e-5);

  const double large = std::sqrt(static_cast<double>(count));
  Output output{(valueOf("made.logits", {rows, count, classes + 1}) * 2 * large).requires_grad_()};
  output.offsets = (valueOf("made.offsets", {rows, count, 4}) * large).requires_grad_();
  QVERIFY(relativeDifference(head->losses(output, targets), golden.at("losses")) < 1e-5);
  const at::Tensor objective = head->objective(output, targets);
  QVERIFY(isNear(objective.item<double>() / golden.at("objective").asDouble(), 1));
  objective.backward();
  const Json::Array& gradients = golden.at("gradients").asArray();
  QVERIFY(relativeDifference(numbersOf(output.main.grad()), gradients[0]) < 1e-5);
  QVERIFY(relativeDifference(numbersOf(output.offsets.grad()), gradients[1]) < 1e-5);

  const at::Tensor chances = output.main[0].softmax(1).detach().contiguous();
  const at::Tensor edges = PriorBoxes(priors).decoded(output.offsets[0].detach()).contiguous();
  const std::vector<FoundBox> kept =
      keptBoxes(static_cast<const float*>(chances.const_data_ptr()),
                static_cast<const float*>(edges.const_data_ptr()), count, classes, {});
  std::vector<double> numbers, counts(static_cast<std::size_t>(classes));
  for (const auto& [box, score] : kept) {
    ++counts[static_cast<std::size_t>(box.label)];
    for (const double n :
         {static_cast<double>(box.label), score, static_cast<double>(box.left), static_cast<double>(box.top),
          static_cast<double>(box.right), static_cast<double>(box.bottom)})
      numbers.push_back(n);
  }
  const Json& known = golden.at("kept");
  QVERIFY(relativeDifference(at::tensor(counts, at::kDouble), known.at("count")) == 0);
  const at::Tensor all = at::tensor(numbers, at::kDouble).view({-1, 6});
  QVERIFY(relativeDifference(all.narrow(0, 0, 5), known.at("first")) < 1e-5);
  QVERIFY(relativeDifference(numbersOf(all), known.at("numbers")) < 1e-4);
}

void TestDetectors::theScriptGivesTheStoredNumbers() { checkGolden("detectors", kScript, kNumbers); }

QTEST_GUILESS_MAIN(TestDetectors)
#include "tst_detectors.moc"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <QTest>
#include <cmath>

#include "core/engine/models/Network.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/GoldenScript.h"
#include "tests/engine/GoldenTools.h"

using namespace uada;

namespace {

constexpr const char* kScript = PROJECT_DIR "/tests/golden/logits.py";
constexpr const char* kNumbers = PROJECT_DIR "/tests/golden/logits.json";

Choice choiceOf(const std::string& json) { return modelFromJson(parseJson(json, "test"), "test"); }

}  // namespace

/// The networks for classification and denoising as they are published.
class TestNetworks : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { golden_ = readJsonFile(kNumbers); }

  void publishedSizesAreMet_data();
  void publishedSizesAreMet();
  void logits_data();
  void logits();
  void namesAreTorchvisions();
  void drawsWeightsAsPublished_data();
  void drawsWeightsAsPublished();
  void refusesSmallImages_data();
  void refusesSmallImages();
  void shortNamesTellThemApart();
  void depthsHaveSteps();
  void theScriptGivesTheStoredNumbers();

 private:
  Json golden_;
};

void TestNetworks::publishedSizesAreMet_data() {
  QTest::addColumn<QString>("model");
  QTest::addColumn<int>("classes");
  QTest::addColumn<qint64>("expected");
  const auto row = [](const char* model, int classes, qint64 expected) {
    QTest::addRow("%s, %d", model, classes) << model << classes << expected;
  };
  row(R"({"name": "resnet"})", 10, 11'173'962);
  row(R"({"name": "resnet"})", 100, 11'220'132);
  row(R"({"name": "resnet"})", 200, 11'271'432);
  row(R"({"name": "resnet", "depth": 50})", 200, 23'910'152);
  row(R"({"name": "resnet-imagenet"})", 1000, 11'689'512);
  row(R"({"name": "resnet-imagenet", "depth": 34})", 1000, 21'797'672);
  row(R"({"name": "resnet-imagenet", "depth": 50})", 1000, 25'557'032);
  row(R"({"name": "resnet-imagenet", "depth": 101})", 1000, 44'549'160);
  row(R"({"name": "resnet-imagenet"})", 200, 11'279'112);
  row(R"({"name": "resnet-imagenet", "depth": 50})", 200, 23'917'832);
  row(R"({"name": "wrn"})", 10, 36'479'194);
  row(R"({"name": "wrn"})", 100, 36'536'884);
  row(R"({"name": "wrn", "variant": "biased"})", 10, 36'489'290);
  row(R"({"name": "wrn", "variant": "biased"})", 100, 36'546'980);
  row(R"({"name": "shake-shake"})", 10, 2'923'162);
  row(R"({"name": "shake-shake"})", 100, 2'934'772);
  row(R"({"name": "shake-shake", "width": 64})", 10, 11'653'978);
  row(R"({"name": "shake-shake", "width": 64})", 100, 11'677'108);
  row(R"({"name": "shake-shake", "width": 96})", 10, 26'192'922);
  row(R"({"name": "shake-shake", "width": 96})", 100, 26'227'572);
  row(R"({"name": "shake-shake", "width": 112})", 10, 35'640'442);
  row(R"({"name": "shake-shake", "width": 112})", 100, 35'680'852);
  row(R"({"name": "dncnn", "depth": 17, "width": 64})", 10, 558'400);  // 556,096 of grey pictures
}

/// The formulas; that they count the networks themselves is in tst_catalogues and below.
void TestNetworks::publishedSizesAreMet() {
  QFETCH(QString, model);
  QFETCH(int, classes);
  QFETCH(qint64, expected);
  const Choice choice = choiceOf(model.toStdString());
  QCOMPARE(findModel(choice.name).parameters(choice, {classes, squareInput(32)}), std::int64_t{expected});
}

void TestNetworks::logits_data() {
  QTest::addColumn<int>("place");
  const Json::Array& networks = golden_.at("networks").asArray();
  for (int place = 0; place < std::ssize(networks); ++place)
    QTest::newRow(networks[static_cast<std::size_t>(place)].at("model").dump().c_str()) << place;
}

void TestNetworks::logits() {
  QFETCH(int, place);
  const Json& golden = golden_.at("networks").asArray().at(static_cast<std::size_t>(place));
  const std::int64_t side = golden.at("side").asInt();
  const Choice choice = modelFromJson(golden.at("model"), "golden");
  const ModelContext context{static_cast<int>(golden_.at("classes").asInt()),
                             squareInput(static_cast<int>(side))};
  const auto network = makeNetwork(choice, context, 1);
  QCOMPARE(network->parameterCount(), golden.at("parameters").asInt());
  QCOMPARE(findModel(choice.name).parameters(choice, context), golden.at("parameters").asInt());
  fill(*network);
  const auto images = static_cast<std::int64_t>(golden.at("eval").asArray().size());
  const at::Tensor x = valueOf("input", {images, 3, side, side}).contiguous(at::MemoryFormat::ChannelsLast);
  network->setNormMode(NormMode::eval);
  const double tested = relativeDifference(network->forward(x).main.flatten(1), golden.at("eval"));
  x.requires_grad_(true);
  network->setNormMode(NormMode::train);
  const Json& noise = golden_.at("noise");
  network->setNoise({static_cast<std::uint64_t>(noise.at("seed").asInt()), noise.at("step").asInt(),
                     static_cast<std::uint32_t>(noise.at("pass").asInt())});
  const at::Tensor logits = network->forward(x).main;
  (logits.flatten().to(at::kDouble) * waves(logits.numel())).sum().backward();
  const at::Tensor gradient = x.grad().contiguous().flatten().to(at::kDouble);
  const at::Tensor summed = at::stack({gradient.norm(), (gradient * waves(gradient.numel())).sum()});
  const double trained = relativeDifference(logits.flatten(1), golden.at("train"));
  const double moved = relativeDifference(summed, golden.at("gradient"));
  qInfo("largest differences: %.1e with running statistics, %.1e with the batch's, %.1e of the gradient",
        tested, trained, moved);
  // In single precision, against double: 6e-8 a rounding, gathered over the layers.
  QVERIFY(tested < 1e-5 && trained < 1e-4);
  QVERIFY(moved < 1e-3);
}

/// So that weights from there need no translation. The names key the golden values, too.
void TestNetworks::namesAreTorchvisions() {
  const auto network = makeNetwork(choiceOf(R"({"name": "resnet-imagenet", "depth": 50, "width": 2})"),
                                   {1000, squareInput(224)}, 1);
  std::vector<std::string> first;
  for (const auto& entry : network->named_parameters()) first.push_back(entry.key());
  QCOMPARE(first.size(), std::size_t{161});  // 53 convolutions, twice as many of batch normalisation, 2 of fc
  first.resize(15);
  const std::vector<std::string> expected{"conv1.weight",
                                          "bn1.weight",
                                          "bn1.bias",
                                          "layer1.0.conv1.weight",
                                          "layer1.0.bn1.weight",
                                          "layer1.0.bn1.bias",
                                          "layer1.0.conv2.weight",
                                          "layer1.0.bn2.weight",
                                          "layer1.0.bn2.bias",
                                          "layer1.0.conv3.weight",
                                          "layer1.0.bn3.weight",
                                          "layer1.0.bn3.bias",
                                          "layer1.0.downsample.0.weight",
                                          "layer1.0.downsample.1.weight",
                                          "layer1.0.downsample.1.bias"};
  QVERIFY2(first == expected, fmt::format("{}", first).c_str());
  const auto named = network->named_parameters();
  QVERIFY(named.contains("layer4.2.conv3.weight") && !named.contains("layer4.1.downsample.0.weight"));
  QVERIFY(named.contains("fc.weight") && named.contains("fc.bias"));
  QVERIFY(network->named_buffers().contains("layer4.0.downsample.1.running_var"));
}

void TestNetworks::drawsWeightsAsPublished_data() {
  QTest::addColumn<QString>("model");
  QTest::addColumn<QString>("convolution");
  QTest::addColumn<QString>("classifier");
  QTest::addColumn<double>("deviation");  // of the convolution; 0: uniform with PyTorch's bound
  QTest::addColumn<bool>("hasBias");      // of the classifier, at the start
  QTest::newRow("resnet") << R"({"name": "resnet", "depth": 50, "width": 16})"
                          << "layer2_0.conv2.weight" << "linear" << 0.0 << true;
  QTest::newRow("resnet-imagenet") << R"({"name": "resnet-imagenet", "width": 16})"
                                   << "layer2.0.conv2.weight" << "fc" << std::sqrt(2.0 / (9 * 32)) << true;
  QTest::newRow("wrn") << R"({"name": "wrn", "depth": 10, "width_factor": 1})"
                       << "layer2_0.conv2.weight" << "linear" << std::sqrt(2.0 / (9 * 32)) << false;
  QTest::newRow("biased wrn") << R"({"name": "wrn", "depth": 10, "width_factor": 1, "variant": "biased"})"
                              << "layer2_0.conv2.weight" << "linear" << 0.0 << true;
  QTest::newRow("shake-shake") << R"({"name": "shake-shake", "width": 16})"
                               << "layer2_0.branch1.conv2.weight" << "linear" << std::sqrt(2.0 / (9 * 32))
                               << false;
}

/// All have 32 channels in and out there, 9,216 weights.
void TestNetworks::drawsWeightsAsPublished() {
  QFETCH(QString, model);
  QFETCH(QString, convolution);
  QFETCH(QString, classifier);
  QFETCH(double, deviation);
  QFETCH(bool, hasBias);
  const auto network = makeNetwork(choiceOf(model.toStdString()), {10, squareInput(32)}, 5);
  const auto named = network->named_parameters();
  const at::Tensor weight = named[convolution.toStdString()];
  QVERIFY(weight.sizes() == at::IntArrayRef({32, 32, 3, 3}));
  const double bound = 1 / std::sqrt(32 * 9.0), wanted = deviation == 0 ? bound / std::sqrt(3.0) : deviation;
  QVERIFY(std::abs(weight.std().item<double>() / wanted - 1) < 0.03);
  QVERIFY(std::abs(weight.mean().item<double>()) < 0.05 * wanted);
  QCOMPARE(weight.abs().max().item<double>() <= bound, deviation == 0);  // a normal distribution has no bound
  const at::Tensor last = named[classifier.toStdString() + ".weight"];
  const double lastBound = 1 / std::sqrt(static_cast<double>(last.size(1)));
  QVERIFY(last.abs().max().item<double>() <= lastBound && last.abs().max().item<double>() > 0.9 * lastBound);
  QCOMPARE(named[classifier.toStdString() + ".bias"].abs().max().item<double>() > 0, hasBias);
  if (model.contains("biased")) QVERIFY(named["layer2_0.conv1.bias"].abs().max().item<double>() > 0);
  for (const auto& entry : named)
    if (entry.value().dim() == 1 && QString::fromStdString(entry.key()).contains("bn"))
      QVERIFY(entry.value().eq(entry.key().ends_with("weight") ? 1 : 0).all().item<bool>());
}

void TestNetworks::refusesSmallImages_data() {
  QTest::addColumn<QString>("model");
  QTest::addColumn<int>("least");
  QTest::addColumn<QString>("message");
  QTest::newRow("resnet-imagenet")
      << R"({"name": "resnet-imagenet", "width": 4})" << 32
      << "31 x 31 found, for resnet-imagenet, which halves them five times, sides "
         "of at least 32 expected";
  QTest::newRow("wrn") << R"({"name": "wrn", "width_factor": 1})" << 4
                       << "3 x 3 found, for wrn, which halves them twice, sides of at least 4 expected";
  QTest::newRow("shake-shake")
      << R"({"name": "shake-shake", "width": 4})" << 4
      << "3 x 3 found, for shake-shake, which halves them twice, sides of at least 4 "
         "expected";
}

void TestNetworks::refusesSmallImages() {
  QFETCH(QString, model);
  QFETCH(int, least);
  QFETCH(QString, message);
  const Choice choice = choiceOf(model.toStdString());
  const Model& entry = findModel(choice.name);
  QCOMPARE(QString::fromStdString(entry.inputProblem(squareInput(least - 1))), message);
  QCOMPARE(entry.inputProblem(squareInput(least)), std::string());
  const auto network = makeNetwork(choice, {10, squareInput(least)}, 1);
  const at::NoGradGuard noGrad;
  const at::Tensor logits = network->forward(valueOf("input", {2, 3, least, least})).main;
  QVERIFY(logits.isfinite().all().item<bool>());
}

void TestNetworks::shortNamesTellThemApart() {
  const auto name = [](const char* json) {
    const Choice choice = choiceOf(json);
    return findModel(choice.name).shortName(choice);
  };
  QCOMPARE(name(R"({"name": "resnet", "depth": 50})"), std::string("r50"));
  QCOMPARE(name(R"({"name": "resnet-imagenet", "depth": 50})"), std::string("r50i"));
  QCOMPARE(name(R"({"name": "resnet-imagenet", "width": 8})"), std::string("r18iw8"));
  QCOMPARE(name(R"({"name": "wrn"})"), std::string("wrn28-10"));
  QCOMPARE(name(R"({"name": "wrn", "depth": 16, "width_factor": 2, "variant": "biased"})"),
           std::string("wrn16-2b"));
  QCOMPARE(name(R"({"name": "shake-shake", "width": 96})"), std::string("ss26-2x96"));
  QCOMPARE(name(R"({"name": "shake-shake", "mode": "batch"})"), std::string("ss26-2x32batch"));
  QCOMPARE(name(R"({"name": "dncnn", "depth": 17, "width": 64})"), std::string("dncnn17"));
}

/// 6n + 4 and nothing else.
void TestNetworks::depthsHaveSteps() {
  using test::errorOf;
  Choice wrn = choiceOf(R"({"name": "wrn"})");
  for (const int depth : {10, 16, 40, 130}) wrn.set("depth", depth);
  QCOMPARE(errorOf([&] { wrn.set("depth", 29); }),
           QString("wrn.depth: 29 found, a whole number between 10 and 130 in steps of 6 expected"));
  QCOMPARE(errorOf([&] { wrn.set("depth", 4); }),
           QString("wrn.depth: 4 found, a number between 10 and 130 in steps of 6 expected"));
  QCOMPARE(allowedText(findModel("wrn").fields.front()),
           std::string("a whole number between 10 and 130 in steps of 6"));
}

void TestNetworks::theScriptGivesTheStoredNumbers() { checkGolden("logits", kScript, kNumbers); }

QTEST_GUILESS_MAIN(TestNetworks)
#include "tst_networks.moc"

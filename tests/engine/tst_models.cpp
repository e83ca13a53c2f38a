#include <torch/nn/modules/batchnorm.h>

#include <QTest>
#include <cmath>

#include "core/engine/models/Layers.h"
#include "core/engine/models/Network.h"
#include "core/engine/models/ResNet.h"

using namespace uada;

namespace {

Choice resnet(const std::string& depth, int width) { return {"resnet", ResNet{std::stoi(depth), width}}; }

at::Tensor ramp(at::IntArrayRef sizes) {
  const at::Tensor x = at::arange(c10::multiply_integers(sizes), at::kFloat).reshape(sizes);
  return (x * 0.7).sin() * 2 + 0.3;
}

}  // namespace

class TestModels : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void countsParameters_data() {
    QTest::addColumn<QString>("depth");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("classes");
    QTest::addColumn<qint64>("expected");  // 0: whatever the formula says
    QTest::newRow("18 of 64, 10 classes") << "18" << 64 << 10 << qint64{11173962};
    QTest::newRow("18 of 64, 100 classes") << "18" << 64 << 100 << qint64{11220132};
    QTest::newRow("10 of 16") << "10" << 16 << 10 << qint64{0};
    QTest::newRow("34 of 8") << "34" << 8 << 7 << qint64{0};
    QTest::newRow("10 of 1") << "10" << 1 << 2 << qint64{0};
  }
  void countsParameters() {
    QFETCH(QString, depth);
    QFETCH(int, width);
    QFETCH(int, classes);
    QFETCH(qint64, expected);
    const Choice choice = resnet(depth.toStdString(), width);
    const auto network = makeNetwork(choice, {classes, 32}, 1);
    const std::int64_t formula = findModel("resnet").parameters(choice, {classes, squareInput(32)});
    QCOMPARE(network->parameterCount(), formula);
    if (expected > 0) QCOMPARE(formula, std::int64_t{expected});
  }

  void takesAnySide() {
    const auto network = makeNetwork(resnet("10", 2), {10, 28}, 1);
    for (const int side : {28, 32, 64}) {
      const at::Tensor logits = network->forward(ramp({3, 3, side, side})).main;
      QVERIFY(logits.sizes() == at::IntArrayRef({3, 10}));
      QVERIFY(logits.isfinite().all().item<bool>());
    }
  }

  /// Batches as in training: oneDNN's strided 1x1 convolution crashed on these widths.
  void narrowNetworksTrain() {
    for (const int width : {1, 2, 4, 8, 12}) {
      const auto network = makeNetwork(resnet("10", width), {10, 32}, 1);
      const at::Tensor x = ramp({25, 3, 32, 32}).contiguous(at::MemoryFormat::ChannelsLast);
      for (int i = 0; i < 3; ++i) network->forward(x).main.square().sum().backward();
      for (const at::Tensor& parameter : network->parameters())
        QVERIFY(parameter.grad().isfinite().all().item<bool>());
    }
  }

  /// The strided 1x1 convolution equals PyTorch's own, forward and backward.
  void stridedPointwiseConvolution() {
    Conv conv(16, 32, 1, 2);
    at::Tensor weight = conv.named_parameters()["weight"];
    {
      const at::NoGradGuard noGrad;
      weight.copy_(ramp({32, 16, 1, 1}));
    }
    at::Tensor x = ramp({3, 16, 7, 8}).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_(true);
    const at::Tensor mine = conv.forward(x), theirs = at::conv2d(x, weight, {}, 2);
    QVERIFY(at::allclose(mine, theirs, 1e-5, 1e-5));
    const auto a = torch::autograd::grad({mine.square().sum()}, {x, weight});
    const auto b = torch::autograd::grad({theirs.square().sum()}, {x, weight});
    QVERIFY(at::allclose(a[0], b[0], 1e-4, 1e-3) && at::allclose(a[1], b[1], 1e-4, 1e-3));
  }

  void drawsWeightsByNameAndSeed() {
    const auto a = makeNetwork(resnet("10", 8), {10, 32}, 1), b = makeNetwork(resnet("10", 8), {10, 32}, 1);
    const auto c = makeNetwork(resnet("10", 8), {10, 32}, 2);
    const auto d = makeNetwork(resnet("18", 8), {10, 32}, 1);  // more layers: shared names keep their numbers
    for (const auto& entry : a->named_parameters()) {
      const std::string name = entry.key();
      QVERIFY(entry.value().equal(b->named_parameters()[name]));
      QVERIFY(entry.value().equal(d->named_parameters()[name]));
      if (entry.value().dim() > 1) QVERIFY(!entry.value().equal(c->named_parameters()[name]));
    }
    QVERIFY(!a->named_parameters()["layer1_0.conv1.weight"].equal(
        a->named_parameters()["layer1_0.conv2.weight"]));
  }

  /// U(-b, b) with b = 1 / sqrt(fan in): all within, both ends reached, mean 0, variance b^2 / 3.
  void drawsPyTorchsDistributions() {
    const auto network = makeNetwork(resnet("10", 32), {10, 32}, 5);
    const auto parameters = network->named_parameters();
    const at::Tensor conv = parameters["layer2_0.conv2.weight"];  // [64, 64, 3, 3]
    const double bound = 1 / std::sqrt(64 * 9.0);
    QVERIFY(conv.abs().max().item<double>() <= bound);
    QVERIFY(conv.max().item<double>() > 0.99 * bound && conv.min().item<double>() < -0.99 * bound);
    QVERIFY(std::abs(conv.mean().item<double>()) < 0.02 * bound);
    QVERIFY(std::abs(conv.var().item<double>() / (bound * bound / 3) - 1) < 0.03);
    QVERIFY(parameters["linear.bias"].abs().max().item<double>() <= 1 / std::sqrt(256.0));
    QVERIFY(parameters["linear.bias"].abs().max().item<double>() > 0);
    QVERIFY(parameters["bn1.weight"].equal(at::ones({32})));
    QVERIFY(parameters["bn1.bias"].equal(at::zeros({32})));
  }

  void leavesTorchsGeneratorAlone() {
    torch::manual_seed(11);
    const at::Tensor before = at::rand({4});
    torch::manual_seed(11);
    const auto network = makeNetwork(resnet("10", 4), {10, 32}, 1);
    network->forward(ramp({2, 3, 32, 32}));
    QVERIFY(at::rand({4}).equal(before));
  }

  void normalisesLikeTheReference() {
    BatchNorm own(4);
    torch::nn::BatchNorm2d reference(4);
    const at::Tensor gamma = ramp({4}), beta = ramp({4}) * 0.5;
    {
      at::NoGradGuard noGrad;
      for (auto* module :
           {static_cast<torch::nn::Module*>(&own), static_cast<torch::nn::Module*>(reference.get())}) {
        module->named_parameters()["weight"].copy_(gamma);
        module->named_parameters()["bias"].copy_(beta);
      }
    }
    for (int round = 0; round < 3; ++round) {
      const at::Tensor x = ramp({5, 4, 6, 7}) * (round + 1);
      QVERIFY(own.forward(x).allclose(reference->forward(x), 1e-5, 1e-6));
    }
    for (const char* name : {"running_mean", "running_var"}) {
      QVERIFY(own.named_buffers()[name].allclose(reference->named_buffers()[name], 1e-6, 1e-7));
    }
    reference->eval();
    own.mode = NormMode::eval;
    const at::Tensor x = ramp({2, 4, 3, 3});
    QVERIFY(own.forward(x).allclose(reference->forward(x), 1e-5, 1e-6));
  }

  /// By hand: channel {1, 3} has mean 2 and biased variance 1, unbiased 2.
  void normalisesByHand() {
    BatchNorm norm(1);
    const at::Tensor x = at::tensor({1.0f, 3.0f}).reshape({2, 1, 1, 1});
    const at::Tensor y = norm.forward(x);
    const float expected = static_cast<float>(1 / std::sqrt(1 + 1e-5));
    QVERIFY(y.allclose(at::tensor({-expected, expected}).reshape({2, 1, 1, 1})));
    QVERIFY(norm.named_buffers()["running_mean"].allclose(at::tensor({0.2f})));        // 0.9 * 0 + 0.1 * 2
    QVERIFY(norm.named_buffers()["running_var"].allclose(at::tensor({0.9f + 0.2f})));  // 0.9 * 1 + 0.1 * 2
  }

  void probesWithoutMovingStatistics() {
    BatchNorm norm(2);
    const at::Tensor x = ramp({4, 2, 3, 3});
    norm.mode = NormMode::probe;
    const at::Tensor probed = norm.forward(x);
    QVERIFY(norm.named_buffers()["running_mean"].equal(at::zeros({2})));
    norm.mode = NormMode::train;
    QVERIFY(norm.forward(x).equal(probed));
    QVERIFY(!norm.named_buffers()["running_mean"].equal(at::zeros({2})));
  }
};

QTEST_GUILESS_MAIN(TestModels)
#include "tst_models.moc"

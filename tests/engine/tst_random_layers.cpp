#include <QTest>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "core/base/Philox.h"
#include "core/engine/models/Dropout.h"
#include "core/engine/models/Network.h"
#include "core/engine/models/Shake.h"

using namespace uada;

namespace {

at::Tensor channelsLast(const at::Tensor& x) { return x.contiguous(at::MemoryFormat::ChannelsLast); }

at::Tensor ones(std::int64_t rows, std::int64_t channels, std::int64_t side) {
  return channelsLast(at::ones({rows, channels, side, side}));
}

/// NaN is the same as NaN, and 0 not as -0.
bool sameNumbers(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.nan_to_num(7), y = b.nan_to_num(7);
  return a.scalar_type() == b.scalar_type() && x.equal(y) && x.signbit().equal(y.signbit());
}

/// The share of the first branch in each row, forward and backward.
struct Shares {
  std::vector<float> alpha, beta;
};
Shares sharesOf(const Shake& shake, std::int64_t rows) {
  const at::Tensor a = ones(rows, 2, 3).requires_grad_(true), b = at::zeros_like(a).requires_grad_(true);
  const at::Tensor sum = shake.forward(a, b);
  sum.sum().backward();
  Shares shares;
  for (std::int64_t row = 0; row < rows; ++row) {
    shares.alpha.push_back(sum[row][1][2][0].item<float>());
    shares.beta.push_back(a.grad()[row][1][0][2].item<float>());
    const bool isWhole = std::abs(shares.beta.back() + b.grad()[row][0][0][0].item<float>() - 1) < 1e-6;
    if (!isWhole) throw std::logic_error("the branches' gradients do not add up");
  }
  return shares;
}

}  // namespace

/// Layers that draw while the network learns.
class TestRandomLayers : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// Of word w of block k: the values 8k + 2w and 8k + 2w + 1. Each row begins a block.
  void masksAreTheStreamsBits() {
    const MaskKey key{0x100000002, 7, 9};
    const at::Tensor kept = keptValues(2, 11, 20000, key, at::kCPU);
    QVERIFY(kept.sizes() == at::IntArrayRef({2, 11}));
    for (std::uint32_t row = 0; row < 2; ++row)
      for (std::uint32_t at = 0; at < 11; ++at) {
        const auto block = philox({2 * row + at / 8, 9, 7, 5}, {2, 1});
        const std::uint32_t word = block[at % 8 / 2], half = at % 2 == 0 ? word & 0xFFFF : word >> 16;
        QCOMPARE(kept[row][at].item<bool>(), half >= 20000);
      }
  }

  /// On the CPU masks are drawn where they are applied, each row by itself: as a mask that is kept would do
  /// it, forward and backward, in numbers of 32 and of 16 bits, for rows of all sizes.
  void dropsAsAMaskWould_data() {
    QTest::addColumn<std::vector<std::int64_t>>("shape");
    QTest::addColumn<std::vector<std::int64_t>>("places");  // of 6
    for (const std::vector<std::int64_t>& shape :
         {std::vector<std::int64_t>{1, 1, 1, 1}, {2, 3, 1, 2}, {3, 5, 7, 3}, {4, 16, 8, 8}, {3, 67, 5, 3}}) {
      QTest::addRow("%d x %d x %d x %d", int(shape[0]), int(shape[1]), int(shape[2]), int(shape[3]))
          << shape << std::vector<std::int64_t>{};
      std::vector<std::int64_t> places{4, 0, 5, 4};
      places.resize(static_cast<std::size_t>(shape[0]));
      QTest::addRow("%d places of %d values", int(shape[0]), int(shape[1] * shape[2] * shape[3]))
          << shape << places;
    }
  }
  void dropsAsAMaskWould() {
    QFETCH(std::vector<std::int64_t>, shape);
    QFETCH(std::vector<std::int64_t>, places);
    constexpr double kRate = 0.3;
    const auto below = static_cast<std::uint32_t>(std::lround(kRate * 65536));
    Dropout dropout(kRate);
    dropout.noise = {0x1234567800000009, 3, 2};
    dropout.number = 5;
    const std::int64_t rows = shape[0], perRow = shape[1] * shape[2] * shape[3];
    const bool hasPlaces = !places.empty();
    at::Tensor kept = keptValues(hasPlaces ? 6 : rows, perRow, below,
                                 {0x1234567800000009, 3, 2 * kMostRandomLayers + 5}, at::kCPU);
    if (hasPlaces) {
      dropout.noise.places = at::tensor(places, at::kLong);
      dropout.noise.samples = 6;
      kept = kept.index_select(0, dropout.noise.places);
    }
    const at::Tensor mask = kept.view({rows, shape[2], shape[3], shape[1]}).permute({0, 3, 1, 2});
    for (const at::ScalarType kind : {at::kFloat, at::kBFloat16})
      for (const int threads : {1, 2}) {
        at::set_num_threads(threads);
        at::Tensor x = (at::arange(rows * perRow) * 0.7).sin().mul_(3).reshape(shape);
        x.view({-1})[0] = std::numeric_limits<float>::infinity();
        if (x.numel() > 1) x.view({-1})[1] = -0.0;
        x = channelsLast(x.to(kind)).requires_grad_(true);
        const double factor = 65536.0 / (65536 - below);
        const at::Tensor y = x.detach().requires_grad_(true), wanted = (y * mask).mul_(factor);
        QVERIFY(sameNumbers(dropout.forward(x.detach()), wanted));
        const at::Tensor got = dropout.forward(x);
        QVERIFY(sameNumbers(got, wanted));
        const at::Tensor gradient = (at::arange(rows * perRow) * 0.3).cos().reshape(shape).to(kind);
        got.backward(gradient);  // not in the order of the values in memory
        wanted.backward(gradient);
        QVERIFY(sameNumbers(x.grad(), y.grad()));
      }
    at::set_num_threads(1);
  }

  /// The rate of the values is zero, the others make up for it, and so does the gradient.
  void dropsItsShare() {
    Dropout dropout(0.3);
    dropout.noise = {4, 1, 2};
    const at::Tensor x = ones(8, 16, 32).requires_grad_(true);
    const at::Tensor y = dropout.forward(x);
    QVERIFY(y.is_contiguous(at::MemoryFormat::ChannelsLast));
    const double zeros = y.eq(0).to(at::kDouble).mean().item<double>();
    QVERIFY(std::abs(zeros - 0.3) < 0.004);  // of 131,072: three deviations
    QVERIFY(y.masked_select(y.ne(0)).allclose(at::tensor(1 / 0.7f), 1e-5));
    for (const at::Tensor& row : y.unbind())  // in each row and each channel: nothing is dropped as a whole
      for (const at::Tensor& channel : row.unbind())
        QVERIFY(std::abs(channel.eq(0).to(at::kDouble).mean().item<double>() - 0.3) < 0.08);
    y.sum().backward();
    QVERIFY(x.grad().equal(y));
    QVERIFY(!y[0].equal(y[1]));
  }

  void dropsNothingInATest() {
    const at::Tensor x = ones(2, 4, 8);
    QVERIFY(Dropout(0).forward(x).is_same(x));
    Dropout dropout(0.5);
    QVERIFY(!dropout.forward(x).equal(x));
    dropout.mode = NormMode::eval;
    QVERIFY(dropout.forward(x).is_same(x));
    dropout.mode = NormMode::probe;
    QVERIFY(!dropout.forward(x).equal(x));
  }

  /// By seed, step, pass, layer and place in the batch, and by nothing else.
  void noiseIsKeyed() {
    Dropout dropout(0.5);
    Shake shake(ShakeMode::image);
    const at::Tensor few = ones(2, 3, 5), many = ones(4, 3, 5);
    const auto drawn = [&](const Noise& noise, std::uint32_t number, const at::Tensor& x) {
      dropout.noise = shake.noise = noise;
      dropout.number = shake.number = number;
      return at::cat({dropout.forward(x), shake.forward(x, at::zeros_like(x))}, 1);
    };
    const at::Tensor first = drawn({1, 2, 3}, 4, few);
    QVERIFY(drawn({1, 2, 3}, 4, few).equal(first));
    QVERIFY(drawn({1, 2, 3}, 4, many).slice(0, 0, 2).equal(first));
    for (const at::Tensor& other : {drawn({9, 2, 3}, 4, few), drawn({1, 9, 3}, 4, few),
                                    drawn({1, 2, 9}, 4, few), drawn({1, 2, 3}, 9, few)})
      for (const std::int64_t begin : {0, 3})
        QVERIFY(!other.slice(1, begin, begin + 3).equal(first.slice(1, begin, begin + 3)));
  }

  /// A sample meets the same noise wherever its row stands.
  void noiseFollowsThePlaces() {
    Dropout dropout(0.5);
    ChannelDropout channels(0.5);
    Shake shake(ShakeMode::image), batch(ShakeMode::batch);
    const auto drawn = [&](const Noise& noise, const at::Tensor& x) {
      dropout.noise = channels.noise = shake.noise = batch.noise = noise;
      const at::Tensor zero = at::zeros_like(x);
      return at::cat(
          {dropout.forward(x), channels.forward(x), shake.forward(x, zero), batch.forward(x, zero)}, 1);
    };
    const at::Tensor whole = drawn({1, 2, 3}, ones(4, 3, 5));
    const at::Tensor places = at::tensor({2, 0, 2}, at::kLong);
    QVERIFY(drawn({1, 2, 3, places, 4}, ones(3, 3, 5)).equal(whole.index_select(0, places)));
  }

  /// Every random layer of a network has numbers of its own.
  void layersAreToldApart_data() {
    QTest::addColumn<QString>("model");
    QTest::addColumn<int>("layers");
    QTest::newRow("wrn") << R"({"name": "wrn", "width_factor": 1})" << 12;
    QTest::newRow("deepest wrn") << R"({"name": "wrn", "depth": 130, "width_factor": 1})" << 63;
    QTest::newRow("shake-shake") << R"({"name": "shake-shake", "width": 2})" << 12;
  }
  void layersAreToldApart() {
    QFETCH(QString, model);
    QFETCH(int, layers);
    const auto network =
        makeNetwork(modelFromJson(parseJson(model.toStdString(), "t"), "t"), {3, squareInput(8)}, 1);
    network->setNoise({5, 6, 7});
    std::set<std::uint32_t> numbers;
    for (const auto& module : network->modules())
      if (const auto* layer = dynamic_cast<const RandomLayer*>(module.get())) {
        QVERIFY(layer->noise.seed == 5 && layer->noise.step == 6 && layer->noise.pass == 7);
        numbers.insert(layer->number);
      }
    QCOMPARE(static_cast<int>(numbers.size()), layers);
    QVERIFY(*numbers.rbegin() < kMostRandomLayers);
  }

  /// 0.25 * 3 + 0.75 * 1 forward; of the gradient 2 backward 0.75 * 2 and 0.25 * 2.
  void shakesByHand() {
    const auto one = [](float value) { return at::full({1, 1, 1, 1}, value); };
    const at::Tensor a = one(3).requires_grad_(true), b = one(1).requires_grad_(true);
    const at::Tensor sum = shaken(a, b, one(0.25), one(0.75));
    QCOMPARE(sum.item<float>(), 1.5f);
    sum.backward(one(2));
    QCOMPARE(a.grad().item<float>(), 1.5f);
    QCOMPARE(b.grad().item<float>(), 0.5f);
  }

  void drawsSharesOfEachImage() {
    Shake shake(ShakeMode::image);
    shake.noise = {11, 3, 2};
    shake.number = 5;
    const Shares shares = sharesOf(shake, 500);
    Random random(11, 3, 2 * 64 + 5, Purpose::dropout);  // two numbers for each place: alpha and beta
    double alphas = 0, betas = 0, products = 0;
    for (std::size_t row = 0; row < 500; ++row) {
      const auto alpha = static_cast<float>(random.uniform()), beta = static_cast<float>(random.uniform());
      QVERIFY(std::abs(shares.alpha[row] - alpha) < 1e-6 && std::abs(shares.beta[row] - beta) < 1e-6);
      alphas += shares.alpha[row] - 0.5;
      betas += shares.beta[row] - 0.5;
      products += (shares.alpha[row] - 0.5) * (shares.beta[row] - 0.5);
    }
    // Uniform and independent: deviations of the means are 0.013, 0.013 and 0.0037.
    QVERIFY(std::abs(alphas / 500) < 0.04 && std::abs(betas / 500) < 0.04 &&
            std::abs(products / 500) < 0.011);
  }

  /// With running statistics in training the layers draw as ever, and a second classifier is asked; in a test
  /// they do not. Running statistics stay in both.
  void drawWithRunningStatistics_data() {
    QTest::addColumn<QString>("model");
    for (const char* model : {R"({"name":"wrn","depth":10,"width_factor":1,"dropout":0.5})",
                              R"({"name":"shake-shake","width":4})", R"({"name":"pspnet","width":4})"})
      QTest::newRow(model) << model;
  }
  void drawWithRunningStatistics() {
    QFETCH(QString, model);
    const auto network =
        makeNetwork(modelFromJson(parseJson(model.toStdString(), "t"), "t"), {5, squareInput(33)}, 1);
    const at::NoGradGuard noGrad;
    const at::Tensor x = channelsLast((at::arange(2 * 3 * 33 * 33) * 0.3).sin().reshape({2, 3, 33, 33}));
    const at::Tensor mean = network->buffers().front();
    const at::Tensor before = mean.clone();
    const auto seen = [&](NormMode mode, std::uint32_t pass) {
      network->setNormMode(mode);
      network->setNoise({7, 1, pass});
      return network->forward(x);
    };
    const Output running = seen(NormMode::running, 0), other = seen(NormMode::running, 1);
    const Output tested = seen(NormMode::eval, 0), again = seen(NormMode::eval, 1);
    QVERIFY(at::equal(mean, before));
    QVERIFY(!at::equal(running.main, other.main) && !at::equal(running.main, tested.main));
    QVERIFY(at::equal(tested.main, again.main));
    QVERIFY(running.aux.defined() == model.contains("pspnet") && !tested.aux.defined());
    QVERIFY(!at::equal(seen(NormMode::train, 0).main, running.main) && !at::equal(mean, before));
  }

  void otherModes() {
    Shake batch(ShakeMode::batch), keep(ShakeMode::keep), even(ShakeMode::even), image(ShakeMode::image);
    const Shares one = sharesOf(batch, 4), kept = sharesOf(keep, 4), free = sharesOf(image, 4);
    QVERIFY(one.alpha == std::vector<float>(4, one.alpha[0]) &&
            one.beta == std::vector<float>(4, one.beta[0]));
    QVERIFY(one.alpha[0] != one.beta[0]);
    QVERIFY(one.alpha[0] == free.alpha[0] && one.beta[0] == free.beta[0]);  // those of the first place
    QVERIFY(kept.alpha == free.alpha && kept.beta == kept.alpha && kept.alpha[0] != kept.alpha[1]);
    const std::vector<float> halves(4, 0.5f);
    Shares shares = sharesOf(even, 4);
    QVERIFY(shares.alpha == halves && shares.beta == halves);
    for (Shake* shake : {&batch, &keep, &image}) {
      shake->mode = NormMode::eval;
      shares = sharesOf(*shake, 4);
      QVERIFY(shares.alpha == halves && shares.beta == halves);
    }
  }
};

QTEST_GUILESS_MAIN(TestRandomLayers)
#include "tst_random_layers.moc"

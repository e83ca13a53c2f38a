#include <torch/csrc/jit/frontend/tracer.h>
#include <xmmintrin.h>

#include <QtTest>
#include <atomic>
#include <barrier>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "core/engine/models/EachThread.h"
#include "core/engine/models/FusedNorm.h"
#include "core/engine/models/Layers.h"
#include "core/engine/models/Torch.h"
#include "core/engine/train/Device.h"
#include "core/engine/train/KeptMemory.h"
#include "core/engine/train/Precision.h"

using namespace uada;

namespace {

/// Numbers without order, of deviation 0.58 about 0.
at::Tensor made(at::IntArrayRef shape, int which) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  const at::Tensor place = at::arange(count, at::kLong) * 7919 + which * 104729;
  return ((place * place.remainder(1009) + place).remainder(2000).to(at::kDouble) / 1000 - 1)
      .to(at::kFloat)
      .view(shape);
}

/// An image batch as networks have it, and its neighbours.
struct Case {
  at::Tensor x, other, weight, bias, outer;
};
Case caseOf(at::IntArrayRef shape, at::ScalarType kind) {
  const auto lastChannels = [&](const at::Tensor& t) {
    return t.to(kind).contiguous(at::MemoryFormat::ChannelsLast);
  };
  return {lastChannels(made(shape, 1) * 2 + 0.5), lastChannels(made(shape, 2)), made({shape[1]}, 3) + 1,
          made({shape[1]}, 4), lastChannels(made(shape, 5))};
}

/// The output and the gradients of x, other, weight and bias.
using Tensors = std::vector<at::Tensor>;

/// In double precision, by LibTorch.
Tensors byReference(const Case& one, bool adds, bool hasRelu, const NormMoments* given) {
  const auto leaf = [](const at::Tensor& t) { return t.to(at::kDouble).detach().requires_grad_(true); };
  const at::Tensor x = leaf(one.x), other = leaf(one.other), weight = leaf(one.weight), bias = leaf(one.bias);
  const auto row = [](const at::Tensor& t) { return t.view({1, -1, 1, 1}); };
  const at::Tensor mean = given ? row(given->mean.to(at::kDouble)) : x.mean({0, 2, 3}, true);
  const at::Tensor variance =
      given ? row(given->variance.to(at::kDouble)) : (x - mean).square().mean({0, 2, 3}, true);
  at::Tensor y = (x - mean) / (variance + 1e-5).sqrt() * row(weight) + row(bias);
  if (adds) y = y + other;
  if (hasRelu) y = y.relu();
  y.backward(one.outer.to(at::kDouble));
  return {y.detach(), x.grad(), adds ? other.grad() : at::Tensor(), weight.grad(), bias.grad()};
}

Tensors byOwn(const Case& one, bool adds, bool hasRelu, const NormMoments* given) {
  const auto leaf = [](const at::Tensor& t) { return t.clone().requires_grad_(true); };
  const at::Tensor x = leaf(one.x), other = leaf(one.other), weight = leaf(one.weight), bias = leaf(one.bias);
  const at::Tensor y = fusedNorm(x, adds ? other : at::Tensor(), weight, bias, given ? *given : momentsOf(x),
                                 {1e-5, hasRelu, given == nullptr});
  y.backward(one.outer);
  return {y.detach(), x.grad(), adds ? other.grad() : at::Tensor(), weight.grad(), bias.grad()};
}

/// Two threads as two ranks, that add up what both have.
class TwoRanks {
 public:
  SumOverRanks of(int rank) {
    return [this, rank](const at::Tensor& values) {
      parts_[rank] = values.clone();
      both_.arrive_and_wait();
      at::Tensor(values).copy_(parts_[0] + parts_[1]);
      both_.arrive_and_wait();
    };
  }

 private:
  std::barrier<> both_{2};
  at::Tensor parts_[2];
};

/// The output of a batch normalisation and its gradients of x, weight and bias, of the two parts of a batch.
/// isFused  whether the layer's input lies in memory as the fused normalisation wants it
std::vector<Tensors> byTwoRanks(const Case& one, std::int64_t first, bool isFused) {
  TwoRanks ranks;
  std::vector<Tensors> found(2);
  std::vector<std::thread> threads;
  for (int rank = 0; rank < 2; ++rank)
    threads.emplace_back([&, rank] {
      const std::int64_t begin = rank == 0 ? 0 : first, count = rank == 0 ? first : one.x.size(0) - first;
      const auto format = isFused ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
      const at::Tensor x = one.x.narrow(0, begin, count).clone(format).requires_grad_(true);
      BatchNorm norm(static_cast<int>(x.size(1)));
      const SumOverRanks sum = ranks.of(rank);
      norm.takeTogether(&sum);
      at::Tensor weight = norm.named_parameters()["weight"], bias = norm.named_parameters()["bias"];
      {
        const at::NoGradGuard noGrad;
        weight.copy_(one.weight), bias.copy_(one.bias);
      }
      const at::Tensor y = norm.forward(x);
      y.backward(one.outer.narrow(0, begin, count));
      found[static_cast<std::size_t>(rank)] = {y.detach(), x.grad(), weight.grad(), bias.grad(),
                                               norm.named_buffers()["running_var"].clone()};
    });
  for (std::thread& thread : threads) thread.join();
  return found;
}

/// The largest difference, as a share of the largest number.
double differenceOf(const at::Tensor& got, const at::Tensor& wanted) {
  const at::Tensor exact = wanted.to(at::kDouble);
  return ((got.to(at::kDouble) - exact).abs().max() / exact.abs().max()).item<double>();
}

}  // namespace

class TestFusedNorm : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void ofTwoRanksIsOfTheWholeBatch_data() {
    QTest::addColumn<bool>("isFused");
    QTest::newRow("fused") << true;
    QTest::newRow("plain") << false;
  }
  /// Parts of 2 and 4 of 6 images: output and gradient of each are those of the whole batch.
  void ofTwoRanksIsOfTheWholeBatch() {
    QFETCH(bool, isFused);
    const Case one = caseOf({6, 5, 4, 4}, at::kFloat);
    const Tensors whole = byReference(one, false, false, nullptr);  // y, x, other, weight, bias
    const std::vector<Tensors> parts = byTwoRanks(one, 2, isFused);
    const auto joined = [&](std::size_t i) { return at::cat({parts[0][i], parts[1][i]}); };
    QVERIFY(differenceOf(joined(0), whole[0]) < 5e-6);
    QVERIFY(differenceOf(joined(1), whole[1]) < 5e-6);
    QVERIFY(differenceOf(parts[0][2] + parts[1][2], whole[3]) < 5e-6);
    QVERIFY(differenceOf(parts[0][3] + parts[1][3], whole[4]) < 5e-6);
    const at::Tensor variance = one.x.transpose(0, 1).flatten(1).to(at::kDouble).var(1, /*unbiased=*/true);
    for (const Tensors& part : parts) QVERIFY(differenceOf(part[4], variance * 0.1 + 0.9) < 5e-6);
  }

  /// Channels that fill vectors, and those that do not; pixels that can be joined to longer rows, and not.
  void isTheDefinition_data() {
    QTest::addColumn<int>("channels");
    QTest::addColumn<int>("side");
    for (const int channels : {1, 3, 4, 16, 20, 64, 200})
      for (const int side : {1, 5, 8})
        QTest::addRow("%d channels, %d pixels", channels, side) << channels << side;
  }
  void isTheDefinition() {
    QFETCH(int, channels);
    QFETCH(int, side);
    for (const auto kind : {at::kFloat, at::kBFloat16}) {
      const Case one = caseOf({6, channels, side, side}, kind);
      const double bound = kind == at::kFloat ? 5e-6 : 6e-3;
      const NormMoments given{made({channels}, 6), made({channels}, 7) + 1.5};
      for (const bool adds : {false, true}) {
        for (const bool hasRelu : {false, true}) {
          for (const NormMoments* moments : {static_cast<const NormMoments*>(nullptr), &given}) {
            const Tensors got = byOwn(one, adds, hasRelu, moments);
            const Tensors wanted = byReference(one, adds, hasRelu, moments);
            for (std::size_t i = 0; i < got.size(); ++i) {
              if (!wanted[i].defined()) continue;
              const double difference = differenceOf(got[i], wanted[i]);
              QVERIFY2(difference < bound,
                       qPrintable(QString("tensor %1, adds %2, relu %3, given %4, kind %5: %6")
                                      .arg(i)
                                      .arg(adds)
                                      .arg(hasRelu)
                                      .arg(moments != nullptr)
                                      .arg(c10::toString(kind))
                                      .arg(difference)));
              QCOMPARE(got[i].scalar_type(), i < 3 ? kind : at::kFloat);
            }
          }
        }
      }
    }
  }

  /// {1, 3} has mean 2 and variance 1.
  void isRightByHand() {
    const at::Tensor x = at::tensor({1.0F, 3.0F}).reshape({2, 1, 1, 1});
    const NormMoments moments = momentsOf(x);
    QCOMPARE(moments.mean.item<float>(), 2.0F);
    QCOMPARE(moments.variance.item<float>(), 1.0F);
  }

  /// Values that have much in common. Sums in single precision, as LibTorch has them for channels last, lose
  /// it.
  void sumsAreExact() {
    const at::Tensor x = (made({32, 16, 16, 16}, 1) + 300).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor exact = x.to(at::kDouble);
    const NormMoments moments = momentsOf(x);
    QVERIFY(differenceOf(moments.mean, exact.mean({0, 2, 3})) < 1e-7);
    QVERIFY(differenceOf(moments.variance, exact.var({0, 2, 3}, false)) < 1e-6);
  }

  void bitsDoNotDependOnThreads() {
    const Case one = caseOf({64, 16, 16, 16}, at::kFloat);
    std::vector<Tensors> all;
    for (const int threads : {1, 2, 3}) {
      std::thread([&] {
        settleThread(threads);
        all.push_back(byOwn(one, true, true, nullptr));
      }).join();
    }
    for (std::size_t i = 0; i < all[0].size(); ++i)
      QVERIFY(all[1][i].equal(all[0][i]) && all[2][i].equal(all[0][i]));
  }

  void whatIsNotANumberStays() {
    for (const auto kind : {at::kFloat, at::kBFloat16}) {
      Case one = caseOf({2, 16, 4, 4}, kind);
      one.x[1][3][2][2] = std::numeric_limits<float>::quiet_NaN();
      const Tensors got = byOwn(one, true, true, nullptr);
      QVERIFY(got[0].select(1, 3).isnan().all().item<bool>());
      QVERIFY(got[1].select(1, 3).isnan().any().item<bool>());
      QVERIFY(!got[0].select(1, 4).isnan().any().item<bool>());
    }
  }

  /// Everything else is LibTorch's.
  void takesWhatItCan() {
    const at::Tensor x = made({2, 3, 4, 5}, 1);
    const at::Tensor last = x.contiguous(at::MemoryFormat::ChannelsLast);
    QVERIFY(canFuseNorm(last) && canFuseNorm(last, last));
    QVERIFY(!canFuseNorm(x) && !canFuseNorm(last, x) && !canFuseNorm(last.to(at::kDouble)));
    QVERIFY(!canFuseNorm(last, last.to(at::kBFloat16)));
    QVERIFY(!canFuseNorm(last.slice(0, 0, 0)));
    BatchNorm norm(3);
    for (const NormMode mode :
         {NormMode::train, NormMode::probe, NormMode::record, NormMode::base, NormMode::eval}) {
      norm.mode = mode;
      QVERIFY(norm.activated(x, x).allclose(norm.activated(last, last), 1e-5, 1e-6));
    }
  }

  /// Behind a convolution, with the statistics of another forward: one operation, where nothing is learned.
  void foldsIntoAConvolution_data() {
    QTest::addColumn<int>("kernel");
    QTest::addColumn<int>("stride");
    QTest::addColumn<bool>("adds");
    QTest::addColumn<bool>("isLower");
    for (const auto& [kernel, stride] : {std::pair{3, 1}, {3, 2}, {1, 2}})
      for (const bool adds : {false, true})
        for (const bool isLower : {false, true})
          QTest::addRow("%d x %d by %d, adds %d, bf16 %d", kernel, kernel, stride, adds, isLower)
              << kernel << stride << adds << isLower;
  }
  void foldsIntoAConvolution() {
    QFETCH(int, kernel);
    QFETCH(int, stride);
    QFETCH(bool, adds);
    QFETCH(bool, isLower);
    Conv conv(6, 20, kernel, stride);
    BatchNorm norm(20);
    {
      const at::NoGradGuard noGrad;
      conv.named_parameters()["weight"].copy_(made(conv.weight().sizes(), 1));
      norm.named_parameters()["weight"].copy_(made({20}, 2) + 1);
      norm.named_parameters()["bias"].copy_(made({20}, 3));
    }
    const auto lastChannels = [](const at::Tensor& t) {
      return t.contiguous(at::MemoryFormat::ChannelsLast);
    };
    const at::Tensor x = lastChannels(made({4, 6, 8, 8}, 4)),
                     other = lastChannels(made({4, 20, 8 / stride, 8 / stride}, 5));
    const auto both = [&] {
      norm.mode = NormMode::record;
      norm.forward(conv, lastChannels(made({4, 6, 8, 8}, 6)));
      norm.mode = NormMode::base;
      const at::Tensor added = adds ? other : at::Tensor();
      const at::Tensor wanted = norm.activated(conv.forward(x), added).detach();  // with a gradient
      const at::NoGradGuard noGrad;
      std::optional<Bf16> lower;
      if (isLower) lower.emplace(at::kCPU);
      const at::ScalarType kind = isLower ? at::kBFloat16 : at::kFloat;
      const at::Tensor got = norm.activated(conv, x, adds ? other.to(kind).clone() : at::Tensor());
      return std::pair{differenceOf(got, wanted), got.scalar_type() == kind};
    };
    for (int round = 0; round < 2; ++round) {
      const auto [difference, isOfKind] = both();
      QVERIFY2(difference < (isLower ? 1e-2 : 2e-6), qPrintable(QString::number(difference)));
      QVERIFY(isOfKind);
      // What is learned between counts at once, with the statistics as they were, too.
      const at::NoGradGuard noGrad;
      at::Tensor weight = conv.weight();
      norm.activated(conv, x);
      const at::Tensor before = norm.activated(conv, x);
      weight.mul_(2);
      QVERIFY(!norm.activated(conv, x).equal(before));
    }
  }

  void aTraceSeesIt() {
    BatchNorm norm(3);
    norm.mode = NormMode::eval;
    for (at::Tensor parameter : norm.parameters()) parameter.requires_grad_(false);
    const at::NoGradGuard noGrad;
    const at::Tensor x = made({2, 3, 4, 5}, 1).contiguous(at::MemoryFormat::ChannelsLast);
    const auto graph =
        torch::jit::tracer::trace(
            {x},
            [&](const torch::jit::Stack& in) { return torch::jit::Stack{norm.activated(in[0].toTensor())}; },
            [](const at::Tensor&) { return std::string(); })
            .first->graph;
    QVERIFY(QString::fromStdString(graph->toString()).contains("aten::batch_norm"));
  }

  /// In every thread that a kernel uses, whether it was there before or not.
  void denormalsAreNoughtInEveryThread() {
    constexpr int kThreads = 3;
    constexpr unsigned kFlushes = 0x8040;  // results, and what is read
    for (const bool wereThere : {false, true}) {
      std::mutex lock;
      std::map<std::thread::id, unsigned> states;
      std::thread([&] {
        const auto look = [&] {
          const std::lock_guard one(lock);
          states[std::this_thread::get_id()] = _mm_getcsr();
        };
        at::set_num_threads(kThreads);
        if (wereThere) onEachThread(look);
        settleThread(kThreads);
        onEachThread(look);
      }).join();
      QCOMPARE(states.size(), std::size_t{kThreads});
      for (const auto& [thread, state] : states) QCOMPARE(state & kFlushes, kFlushes);
    }
  }

  void allIsDoneOnceByAllThreads() {
    std::vector<std::atomic<int>> done(1000);
    std::thread([&] {
      settleThread(3);
      inParallel(1000, [&](std::int64_t i) { ++done[static_cast<std::size_t>(i)]; });
      QVERIFY_THROWS_EXCEPTION(std::runtime_error, inParallel(5, [](std::int64_t i) {
                                 if (i == 3) throw std::runtime_error("three");
                               }));
    }).join();
    for (const auto& times : done) QCOMPARE(times.load(), 1);
  }

  void memoryIsKept() {
    constexpr std::int64_t kLarge = std::int64_t{4} << 20;  // bytes, of whole huge pages
    constexpr std::size_t kHugePage = std::size_t{2} << 20;
    const auto large = [](std::int64_t bytes) { return at::empty({bytes}, at::kByte); };
    const std::size_t before = keptMemoryUse().used;
    at::Tensor survivor;
    {
      const KeptMemory kept;
      {
        const at::Tensor one = large(16 * kLarge);
        one.fill_(1);
        QCOMPARE(one.narrow(0, 16 * kLarge - 1, 1).item<int>(), 1);
        QCOMPARE(one.narrow(0, 0, 1).item<int>(), 1);
      }
      QCOMPARE(keptMemoryUse().kept, static_cast<std::size_t>(16 * kLarge));
      {  // parts of what is kept, which is one piece again once they are let go
        at::Tensor one = large(kLarge);
        const at::Tensor other = large(kLarge - 1000), third = large(14 * kLarge);
        const char *first = static_cast<const char*>(one.const_data_ptr()),
                   *second = static_cast<const char*>(other.const_data_ptr());
        QVERIFY(std::abs(second - first) >= kLarge);
        QCOMPARE(keptMemoryUse().kept, std::size_t{0});
        one = at::Tensor();  // before the others: what is let go later is joined with what lies before it
      }
      const at::Tensor whole = large(16 * kLarge);
      QCOMPARE(keptMemoryUse().kept, std::size_t{0});  // it is not a new one there
      survivor = large(2 * kLarge);
      survivor.fill_(7);
      // Never much more than the most that was in use: what is kept goes for what is needed.
      for (int size = 2; size < 40; ++size) {
        large(size * kLarge / 2);
        const MemoryUse use = keptMemoryUse();
        QVERIFY(use.used + use.kept <= use.mostUsed + kHugePage);
      }
      const KeptMemory inner;
      large(kLarge * 2 / 3);
      QVERIFY(keptMemoryUse().kept > 0);
    }
    QCOMPARE(keptMemoryUse().kept, std::size_t{0});
    QVERIFY(survivor.eq(7).all().item<bool>());
    survivor = at::Tensor();
    QCOMPARE(keptMemoryUse().used, before);
    QCOMPARE(keptMemoryUse().kept, std::size_t{0});
  }
};

QTEST_GUILESS_MAIN(TestFusedNorm)
#include "tst_fused_norm.moc"

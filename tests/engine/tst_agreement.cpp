#include <QTest>
#include <numeric>

#include "core/base/Error.h"
#include "core/engine/RunImages.h"
#include "core/engine/Shuffle.h"
#include "core/engine/train/Checkpoint.h"
#include "core/engine/train/Stepper.h"
#include "tests/engine/EngineTools.h"

namespace uada {
namespace {

constexpr int kBatch = 128, kTrainedSteps = 60;

int signOf(double value) { return (value > 0) - (value < 0); }

/// What a way to compare images decides, against the authors' way on the same weights and samples.
struct Agreement {
  double signs = 0, winners = 0, gain = 0;  ///< shares
};

}  // namespace

/// Fast modes of UADA decide as parity does, on real images and a network that has begun to learn.
class TestAgreement : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void initTestCase();
  void agreesWithParity_data();
  void agreesWithParity();

 private:
  RunConfig configFor(const char* method) const;
  std::unique_ptr<Stepper> stepperFor(const char* method);
  Batch batch(int number) const;
  std::vector<float> referenceLosses(const Batch& batch, const std::vector<Plan>& plans);
  void add(Agreement& sums, const Batch& batch, Stepper& reference, Stepper& other, int batches);

  std::shared_ptr<const Dataset> data_;
  std::vector<std::uint32_t> order_;
  ThreadPool pool_{2};
  std::unique_ptr<Stepper> trained_;
};

RunConfig TestAgreement::configFor(const char* method) const {
  RunConfig config = tinyConfig("", "ra-uc", 1, kBatch);
  config.recipe.dataset = {"fashion_mnist", DataSettings{"", 8000, 100}};
  config.recipe.model.set("width", 16);
  config.method = methodFromJson(parseJson(method, "test"), "test");
  return config;
}

/// A network with the trained weights.
std::unique_ptr<Stepper> TestAgreement::stepperFor(const char* method) {
  auto stepper = std::make_unique<Stepper>(configFor(method), *data_, at::kCPU, pool_);
  if (trained_) {
    const TensorFile weights = takeTensors([&](StateVisitor& v) { trained_->network().visit(v); });
    putTensors(weights, [&](StateVisitor& v) { stepper->network().visit(v); });
  }
  return stepper;
}

Batch TestAgreement::batch(int number) const {
  Batch batch{7, number + 1, 1, {}};
  const auto begin = order_.begin() + static_cast<std::ptrdiff_t>(kBatch) * (number % 62);
  batch.indices.assign(begin, begin + kBatch);
  for (const std::uint32_t index : batch.indices) batch.sizes.push_back(data_->imageSize(index));
  return batch;
}

void TestAgreement::initTestCase() {
  at::set_num_threads(2);
  std::string folder;
  try {
    folder = locateDataset(findDataset("fashion_mnist"), "").string();
  } catch (const Error& error) {
    QSKIP(error.what());
  }
  data_ = runImages(configFor("\"ra-uc\"").recipe.dataset, Split::train, folder);
  order_ = shuffledOrder(data_->size(), 7, 1);
  auto stepper = stepperFor("\"ra-uc\"");
  for (int step = 0; step < kTrainedSteps; ++step) stepper->step(batch(step), 0.05, 0);
  trained_ = std::move(stepper);
}

/// The losses that parity compares, of one variant.
std::vector<float> TestAgreement::referenceLosses(const Batch& batch, const std::vector<Plan>& plans) {
  std::vector<float> values;
  const auto space = makeSpace(configFor("\"uada\""), squareInput(28));
  trained_->ask(batch, [&](StepContext& context) {
    std::vector<Shown> shown;
    addVariant(shown, plans, *space);
    const at::Tensor losses = context.losses(context.render(shown), {.norm = NormMode::probe}).contiguous();
    const auto* first = static_cast<const float*>(losses.const_data_ptr());
    values.assign(first, first + losses.numel());
  });
  return values;
}

void TestAgreement::add(Agreement& sums, const Batch& batch, Stepper& reference, Stepper& other,
                        int batches) {
  const auto expected = reference.step(batch, 0, kBatch).decisions;
  const auto found = other.step(batch, 0, kBatch).decisions;
  const std::size_t groups = expected[0].groups.size();
  int signs = 0, compared = 0, winners = 0;
  double best = 0, kept = 0;
  std::vector<std::vector<float>> losses;  // of the other's candidates, as parity sees them; then unperturbed
  for (std::size_t g = 0; g <= groups; ++g) {
    std::vector<Plan> plans;
    for (const Decision& decision : found)
      plans.push_back(g < groups ? decision.groups[g].candidate : decision.plan);
    losses.push_back(referenceLosses(batch, plans));
  }
  for (std::size_t b = 0; b < found.size(); ++b) {
    for (std::size_t g = 0; g < groups; ++g) {
      const double wanted = expected[b].groups[g].dL[0];
      if (wanted == 0) continue;  // the same image
      ++compared;
      signs += signOf(wanted) == signOf(found[b].groups[g].dL[0]);
    }
    winners += expected[b].winner == found[b].winner;
    const int winner = expected[b].winner, other = found[b].winner;
    best += (winner < 0 ? expected[b].unperturbedLoss : expected[b].groups[winner].candidateLoss) -
            expected[b].unperturbedLoss;
    kept += losses[other < 0 ? groups : static_cast<std::size_t>(other)][b] - losses[groups][b];
  }
  sums.signs += static_cast<double>(signs) / compared / batches;
  sums.winners += winners / static_cast<double>(found.size()) / batches;
  sums.gain += kept / best / batches;
}

void TestAgreement::agreesWithParity_data() {
  QTest::addColumn<QByteArray>("method");
  QTest::addColumn<double>("leastSigns");
  QTest::addColumn<double>("leastGain");
  QTest::addColumn<int>("batches");
  QTest::newRow("parity again") << QByteArray(R"({"name":"uada"})") << 1.0 << 1 - 1e-6 << 4;
  QTest::newRow("bf16, statistics of each batch")
      << QByteArray(R"({"name":"uada","precision":"bf16"})") << 0.97 << 0.99
      << 16;  // so close to the bound that four say little
  // What halving the batch of the statistics changes is more: the signs say little here.
  QTest::newRow("float32, base statistics")
      << QByteArray(R"({"name":"uada","mode":"fast","precision":"float32"})") << 0.8 << 0.98 << 4;
  QTest::newRow("bf16, base statistics")
      << QByteArray(R"({"name":"uada","mode":"fast","precision":"bf16"})") << 0.8 << 0.98 << 4;
}

void TestAgreement::agreesWithParity() {
  if (!trained_) QSKIP("Fashion-MNIST is not installed");
  QFETCH(QByteArray, method);
  QFETCH(double, leastSigns);
  QFETCH(double, leastGain);
  QFETCH(int, batches);
  Agreement agreement;
  for (int number = 0; number < batches; ++number) {
    const auto reference = stepperFor(R"({"name":"uada"})"), other = stepperFor(method.constData());
    add(agreement, batch(kTrainedSteps + number), *reference, *other, batches);
  }
  const std::string text =
      fmt::format("{}: signs {:.3f}, winners {:.3f}, gain {:.4f}", QTest::currentDataTag(), agreement.signs,
                  agreement.winners, agreement.gain);
  qInfo("%s", text.c_str());
  QVERIFY2(agreement.signs >= leastSigns, text.c_str());
  QVERIFY2(agreement.gain >= leastGain, text.c_str());
}

}  // namespace uada

QTEST_GUILESS_MAIN(uada::TestAgreement)
#include "tst_agreement.moc"

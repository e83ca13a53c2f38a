#include <fmt/core.h>
#include <fmt/ranges.h>

#include <QTest>
#include <cmath>

#include "core/augment/Stages.h"
#include "core/engine/RunImages.h"
#include "core/engine/train/Checkpoint.h"
#include "tests/core/GoldenScript.h"
#include "tests/engine/Attempt.h"

using namespace uada;

namespace {

constexpr int kSide = 32, kImages = 16, kClasses = 10, kBatch = 8;
constexpr const char* kScript = PROJECT_DIR "/tests/golden/whole_step.py";
constexpr const char* kNumbers = PROJECT_DIR "/tests/golden/whole_step.json";

/// The stored numbers were computed in double precision, ours in single: 24 bits, so 6e-8 a rounding. Losses,
/// logits, statistics and weights gather up to 2e-5. Gradients gather 5e-5 of a tensor's norm, and in a
/// single value 1e-4 of the root mean square, because they are sums over the batch and all places that nearly
/// cancel: PyTorch's own step in single precision is as far from that in double. Another processor or
/// LibTorch rounds elsewhere, hence the room above. The first bound is below what turns a decision: `margin`
/// in the file.
constexpr double kBound = 1e-4, kGradientBound = 5e-4;

/// A folder in CIFAR-10's format. Of each image a wave of its own, under the noise of a generator of 32 bits:
/// as whole_step.py makes them.
class MadeImages {
 public:
  MadeImages() {
    std::uint32_t state = 1;
    for (int n = 0; n < kImages; ++n) {
      labels_.push_back(static_cast<char>((7 * n + 3) % kClasses));
      std::string& planes = images_.emplace_back(3 * kPlane, '\0');
      for (std::size_t at = 0; at < kPlane; ++at)
        for (int c = 0; c < 3; ++c) {
          const int x = static_cast<int>(at % kSide), y = static_cast<int>(at / kSide);
          state = 1664525u * state + 1013904223u;
          const int wave = (3 + n % 5) * x * (c + 1) + (2 + n % 7) * y * (3 - c) + 40 * n + 17 * c;
          planes[kPlane * c + at] = static_cast<char>(wave % 193 + static_cast<int>(state >> 24 & 63));
        }
    }
    for (int file = 0; file < 5; ++file)
      write(fmt::format("data_batch_{}.bin", file + 1), kImages * file / 5, kImages * (file + 1) / 5);
    write("test_batch.bin", 0, kImages);
  }
  std::string folder() const { return folder_.path().toStdString(); }

 private:
  static constexpr std::size_t kPlane = kSide * kSide;
  void write(const std::string& name, int begin, int end) const {
    std::ofstream out(folder() + "/" + name, std::ios::binary);
    for (int n = begin; n < end; ++n) out << labels_[n] << images_[n];
  }
  std::string labels_;
  std::vector<std::string> images_;  ///< [3, kSide, kSide] each
  QTemporaryDir folder_;
};

Choice resnet(std::int64_t depth, std::int64_t width) {
  Choice model = modelFromJson("resnet", "test");
  model.set("depth", std::to_string(depth));
  model.set("width", width);
  return model;
}

/// Of one epoch, whose two steps have the usual rate.
RunConfig configOf(const MadeImages& images, const std::string& method, std::int64_t seed) {
  RunConfig config = tinyConfig(images.folder(), method, 1, kBatch);
  config.recipe.model = resnet(10, 8);
  config.recipe.optimiser = usualOptimiser();
  config.runtime.pictured = kBatch;
  config.runtime.pictureEvery = 1;
  config.seed = static_cast<int>(seed);
  return config;
}

template <class Number>
std::vector<Number> numbersOf(const Json& list) {
  std::vector<Number> numbers;
  for (const Json& item : list.asArray()) numbers.push_back(static_cast<Number>(item.asDouble()));
  return numbers;
}

/// What differs, by its place in the file.
class Differences {
 public:
  template <class T>
  void exact(const std::string& place, const T& got, const T& wanted) {
    if (!(got == wanted)) found_ << QString::fromStdString(fmt::format("{}: {}, not {}", place, got, wanted));
  }
  /// scale  what the number is measured by, where it is itself small by chance: the loss that a dL is a
  ///        difference of, the root mean square of a tensor
  void close(const std::string& place, double got, double wanted, double scale = 0, double bound = kBound) {
    const double error = std::abs(got - wanted) / std::max(std::abs(wanted), scale);
    worst_ = std::max(worst_, error / bound);
    if (!(error <= bound))
      found_ << QString::fromStdString(
          fmt::format("{}: {}, not {} (error {:.1e})", place, got, wanted, error));
  }
  /// The largest error as a share of its bound.
  double worst() const { return worst_; }
  QByteArray text() const { return found_.mid(0, 12).join('\n').toUtf8(); }

 private:
  QStringList found_;
  double worst_ = 0;
};

void compareGroup(Differences& differences, const std::string& place, const GroupDecision& got,
                  const Json& wanted, double loss) {
  differences.exact(place + "group", got.group, wanted.at("group").asString());
  differences.exact(place + "position", std::int64_t{got.position}, wanted.at("position").asInt());
  differences.exact(place + "before", got.before, numbersOf<int>(wanted.at("before")));
  differences.exact(place + "delta", got.delta, numbersOf<int>(wanted.at("delta")));
  differences.exact(place + "after", got.after, numbersOf<int>(wanted.at("after")));
  differences.exact(place + "inert", got.inert, wanted.at("inert").asBool());
  differences.exact(place + "clamped", got.clamped, wanted.at("clamped").asBool());
  differences.close(place + "probe_loss", got.probeLoss.at(0), wanted.at("probe_loss").asDouble());
  differences.close(place + "dL", got.dL.at(0), wanted.at("dL").asDouble(), loss);
  differences.close(place + "candidate_loss", got.candidateLoss, wanted.at("candidate_loss").asDouble());
}

void compareSample(Differences& differences, const std::string& place, const Decision& got,
                   const Json& wanted) {
  differences.exact(place + "index", std::int64_t{got.index}, wanted.at("index").asInt());
  differences.exact(place + "plan", toJson(got.plan).dump(), toJson(planFromJson(wanted.at("plan"))).dump());
  differences.exact(place + "unperturbed_sha256", pixelHash(got.unperturbed.view()),
                    wanted.at("unperturbed_sha256").asString());
  differences.exact(place + "trained_sha256", got.pixelHash, wanted.at("trained_sha256").asString());
  const Json* groups = wanted.find("groups");
  differences.exact(place + "groups", got.groups.size(), groups ? groups->asArray().size() : 0);
  if (!groups || got.groups.size() != groups->asArray().size()) return;
  const double loss = wanted.at("unperturbed_loss").asDouble();
  differences.close(place + "unperturbed_loss", got.unperturbedLoss, loss);
  differences.exact(place + "winner", std::int64_t{got.winner}, wanted.at("winner").asInt());
  for (std::size_t g = 0; g < got.groups.size(); ++g)
    compareGroup(differences, fmt::format("{}groups.{}.", place, g), got.groups[g], groups->asArray()[g],
                 loss);
}

/// The numbers of the whole batch, which the file has of each sample.
void compareMeans(Differences& differences, const std::string& place, const StepReport& got,
                  const Json::Array& samples) {
  if (!samples.front().find("groups")) {
    differences.exact(place + "unperturbed_loss is a number", std::isnan(got.unperturbedLoss), true);
    return;
  }
  double unperturbed = 0, gain = 0;
  for (const Json& sample : samples) {
    const double loss = sample.at("unperturbed_loss").asDouble();
    const std::int64_t winner = sample.at("winner").asInt();
    unperturbed += loss / kBatch;
    if (winner < 0) continue;
    const Json& group = sample.at("groups").asArray().at(static_cast<std::size_t>(winner));
    gain += (group.at("candidate_loss").asDouble() - loss) / kBatch;
  }
  differences.close(place + "mean unperturbed_loss", got.unperturbedLoss, unperturbed);
  differences.close(place + "mean gain", got.gain, gain, unperturbed);
}

/// Of each weight, running statistic and velocity the norm, the sum of cos(i) x_i, and the first three
/// values.
void compareTensors(Differences& differences, const std::string& place, const TensorFile& got,
                    const Json& wanted) {
  differences.exact(place + "count", got.tensors.size(), wanted.asObject().size());
  for (const auto& [name, tensor] : got.tensors) {
    const at::Tensor x = tensor.to(at::kDouble).contiguous().view(-1);
    const std::vector<double> numbers = numbersOf<double>(wanted.at(name));
    const double norm = numbers.at(0), typical = norm / std::sqrt(static_cast<double>(x.numel()));
    const at::Tensor waves = at::arange(x.numel(), at::kDouble).cos();
    // Biases of batch normalisation begin at 0: they are what the gradient made them.
    const double bound = name.starts_with("velocity.") || name.ends_with(".bias") ? kGradientBound : kBound;
    const auto close = [&](const std::string& what, double number, double expected, double scale) {
      differences.close(place + name + " " + what, number, expected, scale, bound);
    };
    close("norm", x.norm().item<double>(), norm, 0);
    close("checksum", (x * waves).sum().item<double>(), numbers.at(1), norm);
    for (std::int64_t i = 0; i < std::ssize(numbers) - 2; ++i)
      close(std::to_string(i), x[i].item<double>(), numbers[static_cast<std::size_t>(i) + 2], typical);
  }
}

void compareStep(Differences& differences, const std::string& place, const StepReport& got,
                 std::span<const Decision> decisions, const Json& wanted) {
  const Json::Array& samples = wanted.at("samples").asArray();
  differences.exact(place + "learning_rate", got.learningRate, wanted.at("learning_rate").asDouble());
  differences.close(place + "loss", got.loss, wanted.at("loss").asDouble());
  differences.exact(place + "samples", decisions.size(), samples.size());
  compareMeans(differences, place, got, samples);
  for (std::size_t b = 0; b < std::min(samples.size(), decisions.size()); ++b)
    compareSample(differences, fmt::format("{}samples.{}.", place, b), decisions[b], samples[b]);
}

}  // namespace

/// An epoch of two whole steps and its test against an implementation of its own: tests/golden/whole_step.py,
/// with PyTorch and Pillow.
class TestWholeStep : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() {
    golden_ = readJsonFile(kNumbers);
    seed_ = golden_.at("seed").asInt();
  }

  void logits_data() {
    QTest::addColumn<int>("place");
    for (int place = 0; place < std::ssize(golden_.at("logits").asArray()); ++place)
      QTest::addRow("network %d", place) << place;
  }
  void logits() {
    QFETCH(int, place);
    const Json& golden = golden_.at("logits").asArray().at(static_cast<std::size_t>(place));
    const auto network = makeNetwork(resnet(golden.at("depth").asInt(), golden.at("width").asInt()),
                                     {kClasses, squareInput(kSide)}, static_cast<std::uint64_t>(seed_));
    const std::vector<std::uint32_t> indices{0, 1, 2};
    const RunConfig config = configOf(images_, "ra-uc", seed_);
    const auto data = runImages(config.recipe.dataset, Split::train, images_.folder());
    ThreadPool pool(1);
    const Renderer renderer(*data, runRendering(config.recipe, *data), pool);
    const at::Tensor pixels = at::empty({3, kSide, kSide, 3}, at::kFloat);
    renderer.plain(indices, pixels.mutable_data_ptr<float>());
    const at::NoGradGuard noGrad;
    Differences differences;
    for (const auto& [name, mode] : {std::pair{"eval", NormMode::eval}, {"train", NormMode::train}}) {
      network->setNormMode(mode);
      const at::Tensor got = network->forward(pixels.permute({0, 3, 1, 2})).main;  // [3, classes]
      for (std::size_t b = 0; b < indices.size(); ++b) {
        const auto wanted = numbersOf<double>(golden.at(name).asArray().at(b));
        differences.exact("classes", got.size(1), std::ssize(wanted));
        for (std::size_t k = 0; k < wanted.size(); ++k)
          differences.close(fmt::format("{}.{}.{}", name, b, k),
                            got[static_cast<std::int64_t>(b)][static_cast<std::int64_t>(k)].item<double>(),
                            wanted[k], std::abs(*std::ranges::max_element(wanted)));
      }
    }
    qInfo("largest error: %.2f of its bound", differences.worst());
    QVERIFY2(differences.text().isEmpty(), differences.text());
  }

  void normalisation() {
    const RunConfig config = configOf(images_, "ra-uc", seed_);
    const auto data = runImages(config.recipe.dataset, Split::train, images_.folder());
    const RenderSettings got = runRendering(config.recipe, *data);
    Differences differences;
    for (std::size_t c = 0; c < 3; ++c) {  // single precision has 7 digits
      differences.close("mean", got.mean[c], golden_.at("mean").asArray().at(c).asDouble(), 0, 1e-6);
      differences.close("deviation", got.deviation[c], golden_.at("deviation").asArray().at(c).asDouble(), 0,
                        1e-6);
    }
    QVERIFY2(differences.text().isEmpty(), differences.text());
  }

  void steps_data() {
    QTest::addColumn<QString>("method");
    QTest::newRow("ra-uc") << "ra-uc";
    QTest::newRow("uada") << "uada";
  }
  void steps() {
    QFETCH(QString, method);
    const Json& golden = golden_.at("methods").at(method.toStdString());
    const Json::Array& steps = golden.at("steps").asArray();
    const RunConfig config = configOf(images_, method.toStdString(), seed_);
    const QTemporaryDir whole, begun;
    const Attempt attempt(config, whole.path().toStdString());
    const Attempt one(config, begun.path().toStdString(), {}, atStep(1, command::Stop{}));
    QCOMPARE(attempt.sink.steps.size(), steps.size());
    QCOMPARE(attempt.sink.decisions.size(), steps.size() * kBatch);
    Differences differences;
    std::vector<std::uint32_t> order;
    for (const Decision& decision : attempt.sink.decisions) order.push_back(decision.index);
    differences.exact("order", order, numbersOf<std::uint32_t>(golden.at("order")));
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::string place = fmt::format("step {}.", i + 1);
      compareStep(differences, place, attempt.sink.steps[i],
                  std::span(attempt.sink.decisions).subspan(i * kBatch, kBatch), steps[i]);
      const QTemporaryDir& folder = i == 0 ? begun : whole;
      const Checkpoint checkpoint = findCheckpoint(folder.path().toStdString());
      QCOMPARE(checkpoint.progress.step, static_cast<std::int64_t>(i) + 1);
      compareTensors(differences, place + "tensors.", checkpoint.tensors, steps[i].at("tensors"));
    }
    for (const auto& [metric, wanted] : golden.at("test").asObject())
      differences.close("test." + metric, metricOf(attempt.sink.epochs.at(0).test, metric),
                        wanted.asDouble());
    qInfo("largest error: %.2f of its bound", differences.worst());
    QVERIFY2(differences.text().isEmpty(), differences.text());
  }

  /// Decisions are equal only if no loss that they compare is wrong by more than the file's margin.
  void marginIsWide() {
    const double margin = golden_.at("methods").at("uada").at("margin").asDouble();
    double most = 0;
    for (const Json& step : golden_.at("methods").at("uada").at("steps").asArray())
      for (const Json& sample : step.at("samples").asArray())
        for (const Json& group : sample.at("groups").asArray())
          most = std::max(most, group.at("candidate_loss").asDouble());
    QVERIFY(margin > 5 * kBound * most);
  }

  void theScriptGivesTheStoredNumbers() { checkGolden("a step", kScript, kNumbers); }

 private:
  const MadeImages images_;
  Json golden_;
  std::int64_t seed_ = 0;
};

QTEST_GUILESS_MAIN(TestWholeStep)
#include "tst_whole_step.moc"

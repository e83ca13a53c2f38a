#include <fmt/core.h>

#include <QTest>
#include <cmath>
#include <numeric>

#include "core/data/PictureTargets.h"
#include "core/data/ResidentDataset.h"
#include "core/engine/Decisions.h"
#include "core/engine/RunImages.h"
#include "core/engine/train/Examine.h"
#include "core/engine/train/Stepper.h"
#include "core/images/Similarity.h"
#include "core/ops/Degrade.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/FolderTools.h"
#include "tests/engine/Attempt.h"
#include "tests/engine/PictureTools.h"

using namespace uada;

namespace {

std::unique_ptr<TaskHead> headOf(const Denoising& settings = {}, const HeadContext& context = {}) {
  return makeTaskHead({Denoising::kName, settings}, context);
}

/// Soft slopes, circles and edges, as pictures have them.
Image scene(int number, int width = 32, int height = 32) {
  Image image(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) {
        const double wave = std::sin(0.23 * x + 0.3 * c + number) * std::cos(0.17 * y - 0.6 * number);
        const int dx = x - (7 * number + 5) % width, dy = y - (11 * number + 9) % height;
        const bool isInside = dx * dx + dy * dy < 60;
        image.span().row(y)[3 * x + c] =
            static_cast<std::uint8_t>(std::lround(isInside ? 60 + 50 * c : 120 + 70 * wave));
      }
  return image;
}

/// Of any sizes, in memory; each image is its own target.
class Scenes : public Dataset {
 public:
  explicit Scenes(std::vector<Image> images) : images(std::move(images)) {}
  std::size_t size() const override { return images.size(); }
  ImageSize imageSize(std::uint32_t i) const override { return {images[i].width, images[i].height}; }
  Held<ImageView> image(std::uint32_t i, const PixelBox*) const override {
    return Held<ImageView>(images[i].view());
  }
  Held<TargetView> target(std::uint32_t i) const override {
    return Held<TargetView>(TargetView(images[i].view()));
  }
  TargetKind targetKind() const override { return TargetKind::picture; }
  int classes() const override { return 0; }
  std::string identity() const override { return "scenes"; }
  bool isResident() const override { return true; }

  std::vector<Image> images;
};

Scenes someScenes(int count) {
  std::vector<Image> images;
  for (int i = 0; i < count; ++i) images.push_back(scene(i));
  return Scenes(std::move(images));
}

/// Says back what it is shown, and remembers the shapes.
class Echo : public Network {
 public:
  Output forward(const at::Tensor& x) override {
    shapes.push_back(x.sizes().vec());
    seen.push_back(x);
    return {x};
  }
  std::vector<std::vector<std::int64_t>> shapes;
  std::vector<at::Tensor> seen;
};

Batch batchOf(const Dataset& data, std::int64_t step) {
  Batch batch{3, step, static_cast<int>(step), {}};
  for (std::uint32_t i = 0; i < data.size(); ++i) {
    batch.indices.push_back(i);
    batch.sizes.push_back(data.imageSize(i));
  }
  return batch;
}

RunConfig sceneless(const std::string& method) {
  RunConfig config = pictureConfig("", method, 1, 8);
  config.recipe.dataset.name = "";
  config.recipe.input = {24, 24, 0};
  return config;
}

Metrics tested(const TaskHead& head, Network& network, const Renderer& renderer) {
  const auto meter = head.meter();
  std::vector<std::uint32_t> samples(renderer.data().size());
  std::iota(samples.begin(), samples.end(), 0U);
  head.predict(network, renderer, samples, *meter);
  return meter->values();
}

}  // namespace

class TestDenoising : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void lossesByHand();
  void networksSayWhatIsWrong();
  void testsWholeImages();
  void testsTheSameForEveryRun();
  void perfectPicturesScoreBest();
  void refusesWhatItCannotLearn();
  void candidatesHaveCleanTargets();
  void picturesShowTheTarget();
  void runsResume_data();
  void runsResume();
  void overfits();
};

/// Two pixels of three channels. What is said lies 0.1, 0.2 ... 0.6 above, once mean and deviation are
/// undone.
void TestDenoising::lossesByHand() {
  const HeadContext context{.mean = {0.5F, 0.25F, 0}, .deviation = {0.5F, 0.25F, 2}};
  Image truth(2, 1);
  truth.rgb = {51, 102, 153, 204, 0, 255};
  const auto head = headOf({}, context), absolute = headOf({.loss = "l1"}, context);
  const Targets targets = head->targets(std::vector<Target>{truth, truth});
  QVERIFY(targets.pictures.sizes() == at::IntArrayRef({2, 1, 2, 3}));
  QCOMPARE(targets.rows(), std::int64_t{2});
  at::Tensor said = at::empty({2, 3, 1, 2});
  for (int p = 0; p < 2; ++p)
    for (int c = 0; c < 3; ++c) {
      const double level = truth.rgb[static_cast<std::size_t>(3 * p + c)] / 255.0;
      const auto channel = static_cast<std::size_t>(c);
      const double deviation = context.deviation[channel], mean = context.mean[channel];
      said[0][c][0][p] = (level + 0.1 * (3 * p + c + 1) - mean) / deviation;
      said[1][c][0][p] = (level - mean) / deviation;
    }
  const auto isNear = [](const at::Tensor& a, double b) { return std::abs(a.item<double>() - b) < 1e-6; };
  const double squared = 0.91 / 6, mean = 2.1 / 6;
  QVERIFY(isNear(head->losses({said}, targets)[0], squared) && isNear(head->losses({said}, targets)[1], 0));
  QVERIFY(isNear(absolute->losses({said}, targets)[0], mean));
  QVERIFY(isNear(head->objective({said}, targets), squared / 2));
  QVERIFY(isNear(absolute->objective({said}, targets), mean / 2));
  const at::Tensor sums = head->trainSums({said}, targets);
  QVERIFY(sums.sizes() == at::IntArrayRef({1, 2}));
  QVERIFY(std::abs(sums[0][0].item<double>() - (-10 * std::log10(squared) + kMostPsnr)) < 1e-4);
  QCOMPARE(sums[0][1].item<double>(), 2.0);
}

/// The last convolution's map is what is taken away; any size is taken.
void TestDenoising::networksSayWhatIsWrong() {
  const auto network =
      makeNetwork(modelFromJson(parseJson(R"({"name": "dncnn", "depth": 4, "width": 5})", "t"), "t"),
                  {10, squareInput(32)}, 1);
  QCOMPARE(network->parameterCount(), std::int64_t{27 * 5 + 5 + 2 * (9 * 25 + 10) + 27 * 5});
  const at::NoGradGuard noGrad;
  network->named_parameters()["last.weight"].zero_();
  at::Tensor x = at::empty({2, 3, 9, 14});
  drawNormal(x, "x", 1, 1);
  QVERIFY(network->forward(x).main.equal(x));
}

/// Whatever their sizes; those of one size that follow each other together. What is said back is the spoiled
/// image, to the rounding of its numbers.
void TestDenoising::testsWholeImages() {
  const Scenes data({scene(0), scene(1), scene(2, 40, 20), scene(3, 7, 50), scene(4)});
  ThreadPool pool(2);
  const HeadContext context{.mean = {0.4F, 0.5F, 0.3F}, .deviation = {0.2F, 0.3F, 0.1F}};
  const Renderer renderer(
      data, {.input = squareInput(24), .mean = context.mean, .deviation = context.deviation}, pool);
  Echo echo;
  const Metrics found = tested(*headOf({}, context), echo, renderer);
  QCOMPARE(echo.shapes.size(), std::size_t{4});
  QCOMPARE(echo.shapes[0], (std::vector<std::int64_t>{2, 3, 32, 32}));
  QCOMPARE(echo.shapes[1], (std::vector<std::int64_t>{1, 3, 20, 40}));
  double psnrs = 0, ssims = 0, error = 0;
  for (std::uint32_t i = 0; i < 5; ++i) {
    const ImageView clean = data.images[i].view();
    Image noisy(clean);
    addNoise(clean, noisy.span(), 250, i);
    psnrs += psnr(noisy.view(), clean) / 5;
    ssims += ssim(noisy.view(), clean) / 5;
    error += std::pow(10, -psnr(noisy.view(), clean) / 10) / 5;
  }
  QVERIFY(psnrs > 18 && psnrs < 24);
  QVERIFY(std::abs(metricOf(found, "psnr") - psnrs) < 1e-9);
  QVERIFY(std::abs(metricOf(found, "psnr_input") - psnrs) < 1e-9);
  QVERIFY(std::abs(metricOf(found, "ssim") - ssims) < 1e-9);
  QVERIFY(std::abs(metricOf(found, "loss") - error) < 1e-6);
}

/// Blur, then noise, then the step; the noise is a test image's own, whatever is tested with it.
void TestDenoising::testsTheSameForEveryRun() {
  const Scenes data = someScenes(3);
  ThreadPool pool(1);
  const Renderer renderer(data, {.input = squareInput(24)}, pool);
  const auto head = headOf({.testNoise = 12.5, .testBlur = 0.8, .testStep = 10});
  Echo whole, alone;
  tested(*head, whole, renderer);
  const auto meter = head->meter();
  const std::vector<Prediction> said = head->predict(alone, renderer, std::vector<std::uint32_t>{2}, *meter);
  QVERIFY(alone.seen[0][0].equal(whole.seen[0][2]));
  Image blurred(32, 32);
  blurGaussian(data.images[2].view(), blurred.span(), 80);
  addNoise(blurred.view(), blurred.span(), 125, 2);
  quantise(blurred.view(), blurred.span(), 10);
  const at::Tensor bytes = (alone.seen[0][0] * 255).round().to(at::kByte).permute({1, 2, 0}).contiguous();
  const auto* shown = static_cast<const std::uint8_t*>(bytes.const_data_ptr());
  QVERIFY(std::equal(blurred.rgb.begin(), blurred.rgb.end(), shown));
  QCOMPARE(said.size(), std::size_t{1});
  QVERIFY(std::get<Restored>(said[0]) == (Restored{blurred, blurred}));  // which Echo leaves as it is
}

void TestDenoising::perfectPicturesScoreBest() {
  const Scenes data = someScenes(2);
  ThreadPool pool(1);
  const Renderer renderer(data, {.input = squareInput(24)}, pool);
  Echo echo;
  const Metrics found = tested(*headOf({.testNoise = 0}), echo, renderer);
  QCOMPARE(metricOf(found, "psnr"), kMostPsnr);
  QVERIFY(std::abs(metricOf(found, "ssim") - 1) < 1e-12);
}

void TestDenoising::refusesWhatItCannotLearn() {
  const auto head = headOf();
  const Scenes data({scene(0), scene(1, 10, 30)});
  for (const char* which : {"training", "test"})
    QCOMPARE(test::errorOf([&] { head->check(data, which); }), QString());
  const StripedImages images(5, 2);
  const auto labels = runImages({"cifar10", DataSettings{images.folder()}}, Split::test, images.folder());
  QCOMPARE(test::errorOf([&] { head->check(*labels, "training"); }),
           QString("the training set has no pictures, which denoising learns from"));
  QCOMPARE(test::errorOf([&] { head->check(*withTargets(labels, TargetKind::picture), "test"); }), QString());
}

/// What UADA chooses is at least as hard, and whatever was moved the targets are the clean windows.
void TestDenoising::candidatesHaveCleanTargets() {
  const Scenes data = someScenes(8);
  ThreadPool pool(1);
  Stepper stepper(sceneless("uada"), data, at::kCPU, pool);
  std::vector<std::string> winners;
  for (std::int64_t step = 1; step <= 3; ++step) {
    const StepReports reports = stepper.step(batchOf(data, step), 0.001, 8);
    QVERIFY(std::isfinite(reports.report.loss) && reports.report.loss > 0 && reports.report.gain > 0);
    QCOMPARE(reports.report.metrics.front().name, std::string("psnr"));
    for (const Decision& decision : reports.decisions) {
      QCOMPARE(decision.groups.size(), std::size_t{5});
      winners.push_back(nameOf(decision, decision.winner));
    }
  }
  QVERIFY(std::ranges::count(winners, "noise") > 0);
  QVERIFY(std::ranges::count(winners, "noise") < std::ssize(winners));
}

/// A decision's pictures have the clean window on their right.
void TestDenoising::picturesShowTheTarget() {
  const Scenes data = someScenes(8);
  ThreadPool pool(1);
  Stepper stepper(sceneless("plain"), data, at::kCPU, pool);
  const StepReports reports = stepper.step(batchOf(data, 1), 0.001, 1);
  const Decision& decision = reports.decisions.front();
  const Image& picture = decision.unperturbed;
  QCOMPARE(picture.width, 48);
  const Renderer renderer(data, {.input = squareInput(24)}, pool);
  Plan clean = decision.plan;
  for (const char* part : {"gaussian_blur", "noise", "quantise"}) clean.remove(part);
  QVERIFY(picture ==
          sideBySide(renderer.picture(0, decision.plan).view(), renderer.picture(0, clean).view()));
  QCOMPARE(decision.label, -1);
}

void TestDenoising::runsResume_data() {
  QTest::addColumn<QString>("kind");
  QTest::newRow("images in memory") << "memory";
  QTest::newRow("image files of several sizes") << "files";
}

/// From any set; to the last bit; and a checkpoint is tested as it was.
void TestDenoising::runsResume() {
  QFETCH(const QString, kind);
  const StripedImages striped(10, 4);
  const test::ImageFolder files;
  for (int i = 0; i < 14; ++i)
    files.add(fmt::format("{}/{}/{}.png", i < 10 ? "train" : "test", i % 2 ? "a" : "b", i),
              scene(i, 28 + i % 3, 26 + i % 4));
  RunConfig config = pictureConfig(striped.folder(), "uada", 2, 4);
  if (kind == "files") {
    config.recipe.dataset = {"folder", DataSettings{files.dir()}};
    config.recipe.input = {24, 24, 0};
  }
  const QTemporaryDir whole, parts;
  const std::filesystem::path run = parts.path().toStdString();
  const Attempt straight(config, whole.path().toStdString());
  QCOMPARE(straight.state, RunState::finished);
  QCOMPARE(straight.sink.results.front().metric, std::string("psnr"));
  QVERIFY(straight.sink.decisions.front().original.width > 0);
  const Attempt first(config, run, {}, atStep(2, command::Stop{}));
  QCOMPARE(first.state, RunState::stopped);
  const Attempt second(config, run, run);
  QCOMPARE(second.state, RunState::finished);
  QVERIFY(joinedNumbers(first.sink, second.sink) == straight.sink.numbers());
  RecordingSink sink;
  Control control(run);
  evaluate(prepare(config, run, run), sink, control, [](const StateReport&) {});
  QCOMPARE(metricOf(sink.evaluations.front().test, "psnr"),
           metricOf(straight.sink.epochs.back().test, "psnr"));
}

/// Eight images are learned by heart: restored they are far nearer to the clean ones than spoiled.
void TestDenoising::overfits() {
  constexpr int kMost = 400;     // steps
  constexpr double kWanted = 9;  // decibels
  const Scenes data = someScenes(8);
  ThreadPool pool(1);
  RunConfig config = sceneless("plain");
  config.method.set("policy", parseJson(R"({"name": "denoising", "max_blur": 0, "max_step": 1})", "test"));
  config.recipe.model.set("width", 16);
  config.recipe.optimiser = optimiserFromJson("adam", "test");
  config.recipe.optimiser.set("weight_decay", 0.0);
  Stepper stepper(config, data, at::kCPU, pool);
  double gained = 0;
  for (int step = 1; step <= kMost && gained <= kWanted; ++step) {
    const double loss = stepper.step(batchOf(data, step), 0.003, 0).report.loss;
    if (step % 25 > 0) continue;
    const Metrics found = *stepper.test(data, [] { return false; });
    gained = metricOf(found, "psnr") - metricOf(found, "psnr_input");
    qInfo("PSNR %.2f dB, of the spoiled %.2f dB, loss %.5f after %d steps", metricOf(found, "psnr"),
          metricOf(found, "psnr_input"), loss, step);
  }
  QVERIFY2(gained > kWanted, fmt::format("{}", gained).c_str());
}

QTEST_GUILESS_MAIN(TestDenoising)
#include "tst_denoising.moc"

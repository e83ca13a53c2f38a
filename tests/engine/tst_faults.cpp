#include <QDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/augment/Plan.h"
#include "core/augment/Stages.h"
#include "core/engine/RunImages.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/train/StepFault.h"
#include "tests/engine/FaultTools.h"
#include "tests/engine/SceneTools.h"
#include "tests/engine/ScriptTools.h"

using namespace uada;

namespace {

/// The message of the step that is refused; "": it was taken.
std::string refusalOf(Stepper& stepper, const Batch& batch, StepFault::Kind kind) {
  try {
    stepper.step(batch, 0.05, 2);
  } catch (const StepFault& fault) {
    return fault.kind == kind ? fault.what() : "another kind of fault";
  }
  return "";
}

/// The weight that makes every loss of a step no number: the network's last, or where the method has networks
/// of its own that of the second.
at::Tensor decisiveWeight(Stepper& stepper, const std::string& method) {
  const auto named = stepper.network().named_parameters();
  const std::string name =
      method == "ohl" ? fmt::format("trajectory.1.{}", named.size() - 1) : "model." + named.keys().back();
  class Finder : public StateVisitor {
   public:
    explicit Finder(std::string name) : name_(std::move(name)) {}
    void tensor(const std::string& name, at::Tensor value) override {
      if (name == name_) found = std::move(value);
    }
    at::Tensor found;

   private:
    const std::string name_;
  };
  Finder finder(name);
  stepper.visit(finder);
  return finder.found.detach();
}

}  // namespace

/// Steps that cannot be taken because a loss or a gradient is no finite number.
class TestFaults : public QObject {
  Q_OBJECT
 private:
  const StripedImages images_{26, 12};
  QTemporaryDir scripts_;
  ThreadPool pool_{1};

  std::string script(const char* name, const std::string& forward) const {
    const std::string file = scripts_.filePath(name).toStdString();
    writeScript(file, 10, forward);
    return file;
  }
  ResidentDataset data() const { return trainingImages(images_.folder()); }

 private Q_SLOTS:
  void initTestCase() { at::set_num_threads(1); }

  void everyMethodLeavesNoTrace_data() {
    QTest::addColumn<QString>("method");
    for (const MethodEntry& method : methods()) QTest::newRow(method.name.c_str()) << q(method.name);
    for (const char* text :
         {R"({"name": "uada", "mode": "fast", "precision": "float32"})",
          R"({"name": "uada", "norm": "eval"})", R"({"name": "uada", "update": "random"})"})
      QTest::newRow(text) << text;
  }
  /// A weight that is no number makes every loss one, too. All else stays as it is: the other weights,
  /// momentum, averages, running statistics, and what the method has learned. Once the weight is sound again
  /// the run goes on as if nothing had been.
  void everyMethodLeavesNoTrace() {
    QFETCH(QString, method);
    RunConfig config = busyConfig(images_.folder(), "baseline");
    config.method = methodOf(method);
    const std::string name = config.method.name;
    const ResidentDataset images = data();
    Stepper stepper(config, images, at::kCPU, pool_), undisturbed(config, images, at::kCPU, pool_);
    Batch batch = firstBatch(8);
    for (Stepper* one : {&stepper, &undisturbed}) {
      one->beginEpoch(1);
      one->step(batch, 0.05, 0);
    }
    batch.step = 2;
    const at::Tensor sound = decisiveWeight(stepper, name).clone();
    decisiveWeight(stepper, name).fill_(std::numeric_limits<float>::quiet_NaN());
    const Learned before(stepper);
    const std::string message = refusalOf(stepper, batch, StepFault::Kind::notFinite);
    QVERIFY2(says(message, "step 2 (epoch 1"), message.c_str());
    QVERIFY2(says(message, "is not a finite number"), message.c_str());
    QVERIFY2(says(message, "for 8 samples: sample "), message.c_str());
    QCOMPARE(Learned(stepper).differenceTo(before), std::string());
    decisiveWeight(stepper, name).copy_(sound);
    stepper.step(batch, 0.05, 0);
    undisturbed.step(batch, 0.05, 0);
    QCOMPARE(Learned(stepper).differenceTo(Learned(undisturbed)), std::string());
  }

  /// One image whose loss is not finite is named with what was done to it, and no other is.
  void namesSampleAndPlan() {
    RunConfig config = tinyConfig(images_.folder(), "baseline", 1, 8);
    // Infinite logits for a bright image: sample 5 is white, the others are dark.
    config.recipe.model = scriptModel(script("poison.pt", R"(
  h = torch.relu(torch.conv2d(x, self.conv, None, [2, 2], [1, 1])).mean([2, 3])
  far = (x.mean([1, 2, 3]) > 2.0).float() * 1e30
  unused = (self.weight.sum() + self.bias.sum()) * 0.0
  return torch.linear(h, self.linear) * (1.0 + far * far).unsqueeze(1) + unused
)"));
    ResidentDataset images = data();
    const std::size_t bytes = 3 * 32 * 32;
    std::fill_n(images.rgb.begin() + 5 * bytes, bytes, 255);
    for (std::size_t i = 0; i < images.rgb.size(); ++i)
      if (i / bytes != 5) images.rgb[i] = static_cast<std::uint8_t>(images.rgb[i] / 2);
    Stepper stepper(config, images, at::kCPU, pool_);
    const Batch batch = firstBatch(8);
    const Learned before(stepper);
    const std::string message = refusalOf(stepper, batch, StepFault::Kind::notFinite);
    QCOMPARE(Learned(stepper).differenceTo(before), std::string());
    QVERIFY2(says(message, "the loss is not a finite number for a sample: sample 5 under "), message.c_str());
    // Its picture is what the run keeps of it.
    std::vector<Decision> shown;
    try {
      stepper.step(batch, 0.05, 0);
    } catch (const StepFault& fault) {
      shown = stepper.unsoundSamples(batch, fault.rows);
    }
    QCOMPARE(shown.size(), std::size_t{1});
    QCOMPARE(shown[0].index, 5U);
    QCOMPARE(shown[0].step, batch.step);
    QVERIFY(shown[0].groups.empty() && !std::isfinite(shown[0].unperturbedLoss));
    QVERIFY(says(message, planText(shown[0].plan)) && !shown[0].original.empty());
    QCOMPARE(shown[0].pixelHash, pixelHash(shown[0].unperturbed.view()));
    Batch others = batch;
    others.indices.erase(others.indices.begin() + 5);
    QCOMPARE(refusalOf(stepper, others, StepFault::Kind::notFinite), std::string());
  }

  /// The plan's ops and levels stand in the message.
  void namesOpsAndLevels() {
    const RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    const ResidentDataset images = data();
    Stepper stepper(config, images, at::kCPU, pool_);
    stepper.network().parameters().back().detach().fill_(std::numeric_limits<float>::infinity());
    const Batch batch = firstBatch(8);
    const std::string message = refusalOf(stepper, batch, StepFault::Kind::notFinite);
    const auto space = makeSpace(config, squareInput(32));
    Random random(batch.seed, 1, 0, Purpose::plan);
    const std::string plan = planText(space->clamped(space->sample(random, 1, {})));
    QVERIFY2(says(message, "sample 0 under " + plan + " (nan)"), (message + " | " + plan).c_str());
    QVERIFY2(says(message, "the loss of an unperturbed image"), message.c_str());
  }

  /// Of the square root of a weight that is 0 the loss is finite, and the gradient is not.
  void refusesGradients() {
    RunConfig config = tinyConfig(images_.folder(), "baseline", 1, 8);
    config.recipe.model = scriptModel(script("root.pt", R"(
  h = torch.relu(torch.conv2d(x, self.conv, None, [2, 2], [1, 1])).mean([2, 3])
  root = self.bias.sqrt().sum() * self.linear[:, 0].unsqueeze(0)
  return torch.linear(h, self.linear) + root + self.weight.sum() * 0.0
)"));
    const ResidentDataset images = data();
    Stepper stepper(config, images, at::kCPU, pool_);
    const Learned before(stepper);
    const std::string message = refusalOf(stepper, firstBatch(8), StepFault::Kind::notFinite);
    QVERIFY2(says(message, ": a gradient (of bias) is not a finite number; the weights"), message.c_str());
    QCOMPARE(Learned(stepper).differenceTo(before), std::string());
  }

  /// A loss that is only compared, not trained on, is looked at as well.
  void refusesComparedLosses() {
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    config.method.set("selection", "easiest");
    // Infinite in its third forward, which is that of a probe: the easiest is never it.
    config.recipe.model = scriptModel(script("third.pt", R"(
  self.mean.add_(1)
  h = torch.relu(torch.conv2d(x, self.conv, None, [2, 2], [1, 1])).mean([2, 3])
  far = (self.mean[0] == 3.0).float() * 1e30
  unused = (self.weight.sum() + self.bias.sum()) * 0.0
  return torch.linear(h, self.linear) * (1.0 + far * far) + unused
)"));
    const ResidentDataset images = data();
    Stepper stepper(config, images, at::kCPU, pool_);
    const Learned before(stepper);
    const std::string message = refusalOf(stepper, firstBatch(8), StepFault::Kind::notFinite);
    QVERIFY2(says(message, "a loss that the method compares is not a finite number for 8 samples"),
             message.c_str());
    QCOMPARE(Learned(stepper).differenceTo(before), std::string());
  }

  void segmentationLeavesNoTrace() {
    const MadeScenes scenes(4, 2);
    const RunConfig config = sceneConfig(scenes.dir().string(), "uada", 1, 2);
    const auto images = runImages(config.recipe.dataset, Split::train, scenes.dir(), {});
    Stepper stepper(config, *images, at::kCPU, pool_);
    Batch batch = firstBatch(2);
    for (const std::uint32_t index : batch.indices) batch.sizes.push_back(images->imageSize(index));
    stepper.step(batch, 0.01, 0);
    batch.step = 2;
    stepper.network().parameters().back().detach().fill_(std::numeric_limits<float>::quiet_NaN());
    const Learned before(stepper);
    const std::string message = refusalOf(stepper, batch, StepFault::Kind::notFinite);
    QVERIFY2(says(message, "sample 0 under scale "), message.c_str());
    QCOMPARE(Learned(stepper).differenceTo(before), std::string());
  }

 private:
  static QString q(const std::string& text) { return QString::fromStdString(text); }
  static Choice methodOf(const QString& text) {
    const std::string plain = text.toStdString();
    return methodFromJson(text.startsWith('{') ? parseJson(plain, "test") : Json(plain), "test");
  }
};

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"

#include <ATen/record_function.h>

#include <QTest>
#include <map>

#include "core/data/PictureTargets.h"
#include "core/engine/RunImages.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/models/Transfer.h"
#include "core/engine/optimisers/Optimiser.h"
#include "core/engine/train/Stepper.h"
#include "tests/engine/FaultTools.h"
#include "tests/engine/ObjectTools.h"
#include "tests/engine/PictureTools.h"
#include "tests/engine/SceneTools.h"

using namespace uada;

namespace {

using WaitCounts = std::map<std::string, int>;

/// Counts what this thread asks for that has to wait for a device: what is read from it, numbers of
/// tensors, shapes that follow from numbers, and tensors that are brought to a named device by another way
/// than sentTo() and readFrom(). All is seen on the CPU: there, too, a tensor is told where to go.
class Waits {
 public:
  Waits() {
    seen().clear();
    inside() = 0;
    handle_ = at::addThreadLocalCallback(
        at::RecordFunctionCallback(&begun, &ended).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  }
  ~Waits() { at::removeCallback(handle_); }
  static WaitCounts& seen() {
    static WaitCounts all;
    return all;
  }

 private:
  /// How many functions are running: one within another is LibTorch's own matter, or that of sentTo() and
  /// readFrom().
  static int& inside() {
    static int depth = 0;
    return depth;
  }
  static bool namesDevice(const at::RecordFunction& function) {
    return std::ranges::any_of(function.inputs(), [](const c10::IValue& value) { return value.isDevice(); });
  }
  static std::unique_ptr<at::ObserverContext> begun(const at::RecordFunction& function) {
    static constexpr std::string_view kWaiting[] = {"uada::read",
                                                    "aten::_local_scalar_dense",
                                                    "aten::item",
                                                    "aten::is_nonzero",
                                                    "aten::nonzero",
                                                    "aten::masked_select",
                                                    "aten::unique",
                                                    "aten::_unique2",
                                                    "aten::equal",
                                                    "aten::bincount",
                                                    "aten::repeat_interleave"};
    const std::string_view name = function.name();
    if (std::ranges::find(kWaiting, name) != std::end(kWaiting)) ++seen()[std::string(name)];
    if (name == "aten::to" && inside() == 0 && namesDevice(function)) ++seen()["to a device"];
    ++inside();
    return nullptr;
  }
  static void ended(const at::RecordFunction&, at::ObserverContext*) { --inside(); }
  at::CallbackHandle handle_;
};

/// Of the first samples.
Batch batchOf(const Dataset& data, std::uint32_t size) {
  Batch batch = firstBatch(size);
  for (const std::uint32_t index : batch.indices) {
    batch.sizes.push_back(data.imageSize(index));
    if (data.targetKind() == TargetKind::boxes) batch.boxes.push_back(boxesOf(data, index));
  }
  return batch;
}

/// In the second step: the first may set up what is kept.
WaitCounts waitsOf(const RunConfig& config, const Dataset& data, ThreadPool& pool, std::uint32_t size) {
  Stepper stepper(config, data, at::kCPU, pool);
  stepper.beginEpoch(1);
  Batch batch = batchOf(data, size);
  stepper.step(batch, 0.01, 0);
  batch.step = 2;
  const Waits waits;
  stepper.step(batch, 0.01, 0);
  return Waits::seen();
}

Choice method(const char* json) { return methodFromJson(parseJson(json, "test"), "test"); }
Choice model(const char* json) { return modelFromJson(parseJson(json, "test"), "test"); }

constexpr const char* kBoth = R"({"name": "uada", "candidates": "both"})";
constexpr const char* kFast =
    R"({"name": "uada", "mode": "fast", "precision": "float32", "candidates": "both"})";

const char* textOf(const WaitCounts& counts) {
  static std::string text;
  text.clear();
  for (const auto& [name, count] : counts) text += fmt::format("{}: {}; ", name, count);
  return text.c_str();
}

}  // namespace

/// From the rows to the change of the weights a step waits for nothing but the numbers of its report, which
/// come at once. What is counted is what it asks for on the CPU; on a GPU it asks for the same.
class TestStepWaits : public QObject {
  Q_OBJECT
 private:
  const StripedImages images_{40, 12};
  ThreadPool pool_{1};

  void check(const RunConfig& config, const Dataset& data, int reads, std::uint32_t size = 8) {
    const WaitCounts seen = waitsOf(config, data, pool_, size), expected{{"uada::read", reads}};
    QVERIFY2(seen == expected, textOf(seen));
  }

 private Q_SLOTS:
  void initTestCase() { at::set_num_threads(1); }

  /// The count sees each of these.
  void seesWhatWaits_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"aten::item", "aten::nonzero", "uada::read", "to a device"})
      QTest::newRow(name) << QString(name);
  }
  void seesWhatWaits() {
    QFETCH(QString, name);
    const at::Tensor some = at::ones({3});
    const Waits waits;
    if (name == "aten::item") some[0].item<float>();
    if (name == "aten::nonzero") some.nonzero();
    if (name == "uada::read") readFrom(some);
    if (name == "to a device") some.cpu();
    QCOMPARE(Waits::seen()[name.toStdString()], 1);
    sentTo(some, at::kCPU);
    QCOMPARE(Waits::seen()["to a device"], name == "to a device" ? 1 : 0);
  }

  void ofTheForms_data() {
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<int>("reads");
    QTest::newRow("plain") << QByteArray(R"({"name": "ra-uc"})") << 1;
    QTest::newRow("parity") << QByteArray(kBoth) << 1;
    QTest::newRow("fast") << QByteArray(kFast) << 1;
    // The probes' losses say which candidates there are.
    QTest::newRow("parity in turn") << QByteArray(R"({"name": "uada", "candidates": "asked"})") << 2;
    QTest::newRow("fast in turn")
        << QByteArray(R"({"name": "uada", "mode": "fast", "precision": "float32", "candidates": "asked"})")
        << 2;
  }
  void ofTheForms() {
    QFETCH(QByteArray, method);
    QFETCH(int, reads);
    const ResidentDataset images = trainingImages(images_.folder());
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    config.method = ::method(method.constData());
    check(config, images, reads, 32);
    Training& training = config.recipe.training;
    training.gradientClip = 1;
    training.averaging = 0.9;
    training.decayed = "weights";
    check(config, images, reads, 32);
    training.precision = "bf16";
    check(config, images, reads, 32);
    check(config, images, reads, 5);  // a last batch of an epoch
  }

  /// Those whose layers draw random numbers, too.
  void ofTheNetworks_data() {
    QTest::addColumn<QByteArray>("model");
    QTest::newRow("dropout") << QByteArray(
        R"({"name": "wrn", "depth": 10, "width_factor": 1, "dropout": 0.3})");
    QTest::newRow("shake-shake") << QByteArray(R"({"name": "shake-shake", "width": 4})");
  }
  void ofTheNetworks() {
    QFETCH(QByteArray, model);
    const ResidentDataset images = trainingImages(images_.folder());
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    config.recipe.model = ::model(model.constData());
    check(config, images, 1);
    for (const char* uada : {kBoth, kFast}) {
      config.method = method(uada);
      check(config, images, 1);
    }
  }

  void ofTheOptimisers_data() {
    QTest::addColumn<QString>("name");
    for (const Optimiser& one : optimisers())
      QTest::newRow(std::string(one.name).c_str()) << QString::fromStdString(std::string(one.name));
  }
  void ofTheOptimisers() {
    QFETCH(QString, name);
    const ResidentDataset images = trainingImages(images_.folder());
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    config.recipe.optimiser =
        optimiserFromJson(parseJson("{\"name\": \"" + name.toStdString() + "\"}", "test"), "test");
    check(config, images, 1);
  }

  void ofTheTasks_data() {
    QTest::addColumn<QByteArray>("mode");
    for (const char* mode : {"", "parity", "fast"}) QTest::newRow(*mode ? mode : "plain") << QByteArray(mode);
  }
  void ofTheTasks() {
    QFETCH(QByteArray, mode);
    const std::string name = mode.isEmpty() ? "plain" : "uada";
    const auto with = [&](RunConfig config) {
      if (mode.isEmpty()) return config;
      config.method.set("candidates", "both");
      config.method.set("mode", mode.constData());
      config.method.set("precision", "float32");
      return config;
    };
    const MadeScenes scenes(8, 1);
    const RunConfig scene = sceneConfig(scenes.dir(), name, 1, 4);
    check(with(scene), *runImages(scene.recipe.dataset, Split::train, scenes.dir()), 1, 4);
    check(with(objectConfig(name, 4)), ObjectImages(8), 1, 4);
    const auto pictures =
        withTargets(std::make_shared<ResidentDataset>(trainingImages(images_.folder())), TargetKind::picture);
    check(with(pictureConfig(images_.folder(), name, 1, 8)), *pictures, 1);
  }

  /// Those that adapt: what they learn from comes with the numbers of the report, too.
  void ofTheMethods_data() {
    QTest::addColumn<QString>("name");
    for (const char* name :
         {"baseline", "plain", "adversarial", "ltda", "divaug", "ent-augment", "ada-augment"})
      QTest::newRow(name) << QString(name);
  }
  void ofTheMethods() {
    QFETCH(QString, name);
    const ResidentDataset images = trainingImages(images_.folder());
    check(tinyConfig(images_.folder(), name.toStdString(), 1, 8), images, 1);
  }
};

QTEST_GUILESS_MAIN(TestStepWaits)
#include "tst_step_waits.moc"

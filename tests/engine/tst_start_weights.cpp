#include <QTest>
#include <fstream>

#include "core/base/Files.h"
#include "core/engine/train/Checkpoint.h"
#include "core/engine/train/StartWeights.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/GoldenScript.h"
#include "tests/engine/Attempt.h"

using namespace uada;
namespace fs = std::filesystem;

namespace {

/// What a published file has been loaded into; tests/golden/published.py writes such files in small.
struct Loaded {
  std::shared_ptr<Network> network;
  std::vector<std::string> notes;
  at::Tensor tensor(const std::string& name) const {
    const at::Tensor* parameter = network->named_parameters().find(name);
    return parameter ? *parameter : network->named_buffers()[name];
  }
};
const std::string kPublished = PROJECT_DIR "/tests/golden/published/";
constexpr int kSide = 41, kClasses = 5;

std::shared_ptr<Network> emptyPspNet() {
  const Choice model = modelFromJson(parseJson(R"({"name": "pspnet", "depth": 14, "width": 2})", "t"), "t");
  return makeNetwork(model, {kClasses, squareInput(kSide)}, 9);
}
Loaded pspNetFrom(const char* file) {
  Loaded loaded{emptyPspNet(), {}};
  loaded.notes = startFrom(readWeights(kPublished + file), *loaded.network, "pspnet", kClasses);
  return loaded;
}
std::vector<std::string> tensorNames(const Network& network) {
  std::vector<std::string> names;
  for (const auto& entry : network.named_parameters()) names.push_back(entry.key());
  for (const auto& entry : network.named_buffers()) names.push_back(entry.key());
  return names;
}
bool isOfBackbone(const std::string& name) { return name.starts_with("stem_") || name.starts_with("layer"); }

}  // namespace

/// Runs that start from a file of weights.
class TestStartWeights : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  /// A run whose weights are those that the others start from.
  void initTestCase() {
    const fs::path run = dir_.filePath("run").toStdString();
    fs::create_directory(run);
    const Attempt attempt(config(), run);
    QCOMPARE(attempt.state, RunState::finished);
    checkpoint_ = attempt.sink.checkpoints.back().file;
    exportWeights(checkpoint_, path("net.safetensors"), "safetensors");
    exportWeights(checkpoint_, path("net.pth"), "pth");
  }

  void takesEveryFormat_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("safetensors") << QString::fromStdString(path("net.safetensors"));
    QTest::newRow("pth") << QString::fromStdString(path("net.pth"));
    QTest::newRow("checkpoint") << QString::fromStdString(checkpoint_);
  }
  void takesEveryFormat() {
    QFETCH(QString, file);
    const auto network = makeNetwork(config().recipe.model, {10, squareInput(32)}, 9);
    const std::vector<std::string> notes = startFrom(readWeights(file.toStdString()), *network, "resnet", 10);
    QCOMPARE(notes.size(), std::size_t{1});
    const TensorFile trained = readCheckpoint(checkpoint_).tensors;
    for (const auto& entry : network->named_parameters())
      QVERIFY(at::equal(entry.value(), trained.tensor("model." + entry.key())));
    for (const auto& entry : network->named_buffers())
      QVERIFY(at::equal(entry.value(), trained.tensor("model." + entry.key())));
  }

  /// The run that starts from a file begins with the loss that the file's weights have, says what it took,
  /// and goes on after a stop without the file.
  void startsAndResumes() {
    const std::string file = path("once.pth");
    fs::copy_file(path("net.pth"), file);
    RunConfig from = config();
    from.recipe.model.set("weights", file);
    from.recipe.model.set("weights_sha256", fileHash(file));
    const Attempt whole(from, {});
    const Attempt fresh(config(), {});
    QVERIFY(whole.sink.steps.front().loss != fresh.sink.steps.front().loss);
    QVERIFY(whole.sink.steps.front().loss < fresh.sink.steps.front().loss);
    const auto says = [](const std::string& event) { return event.find("tensors of") != event.npos; };
    QVERIFY(std::ranges::any_of(whole.sink.events, says));
    const fs::path run = dir_.filePath("resumed").toStdString();
    fs::create_directory(run);
    const Attempt first(from, run, {}, atStep(2, command::Stop{}));
    fs::remove(file);
    const Attempt second(from, run, run);
    QVERIFY(joinedNumbers(first.sink, second.sink) == whole.sink.numbers());
    QVERIFY(!test::errorOf([&] { prepare(from, {}); }).isEmpty());
  }

  /// Only what has a number for each class may be of another size.
  void keepsItsClassifier() {
    const auto network = makeNetwork(config().recipe.model, {7, squareInput(32)}, 9);
    const at::Tensor before = network->named_parameters()["linear.weight"].clone();
    const auto notes = startFrom(readWeights(path("net.pth")), *network, "resnet", 7);
    QCOMPARE(notes.size(), std::size_t{2});
    QVERIFY(notes[1].find("'linear.bias', 'linear.weight'") != std::string::npos ||
            notes[1].find("'linear.weight', 'linear.bias'") != std::string::npos);
    QVERIFY(notes[1].find("of 10 classes there, of 7 here") != std::string::npos);
    QVERIFY(at::equal(network->named_parameters()["linear.weight"], before));
    const TensorFile trained = readCheckpoint(checkpoint_).tensors;
    QVERIFY(at::equal(network->named_parameters()["conv1.weight"], trained.tensor("model.conv1.weight")));
    const Choice wide =
        modelFromJson(parseJson(R"({"name": "resnet", "depth": 10, "width": 3})", "test"), "t");
    const auto other = makeNetwork(wide, {10, squareInput(32)}, 9);
    const QString message =
        test::errorOf([&] { startFrom(readWeights(path("net.pth")), *other, "resnet", 10); });
    QVERIFY2(message.contains("is of [2") && message.contains("this network wants [3"), qPrintable(message));
  }

  /// Names are matched exactly; what is left over on either side is said.
  void saysWhatIsLeftOver() {
    const float ones[6] = {1, 1, 1, 1, 1, 1};
    const auto numbers = std::as_bytes(std::span(ones));
    const std::string file = path("few.pth");
    const auto write = [&](const std::vector<WrittenTensor>& tensors) {
      AtomicFile atomic(file);
      atomic.write(pyTorchFile(tensors));
      atomic.commit();
    };
    write({{"bn1.weight", NumberType::f32, {2}, numbers.first(8)},
           {"fc.weight", NumberType::f32, {2, 3}, numbers},
           {"bn1.num_batches_tracked", NumberType::i64, {}, numbers.first(8)}});
    const auto network = makeNetwork(config().recipe.model, {10, squareInput(32)}, 9);
    const auto notes = startFrom(readWeights(file), *network, "resnet", 10);
    QCOMPARE(notes.size(), std::size_t{3});
    QVERIFY(notes[0].find("1 tensors of") != std::string::npos);
    QVERIFY(notes[1].find("not in the file") == 0 && notes[1].find("more") != std::string::npos);
    QCOMPARE(notes[2], std::string("in the file, but not used: 'fc.weight'"));
    // What is no classifier has its shape; a classifier may differ in its classes alone.
    write({{"bn1.weight", NumberType::f32, {3}, numbers.first(12)}});
    QVERIFY(test::errorOf([&] {
              startFrom(readWeights(file), *network, "resnet", 10);
            }).contains("is of [3], this network wants [2]"));
    write({{"linear.weight", NumberType::f32, {2, 3}, numbers}});
    QVERIFY(test::errorOf([&] {
              startFrom(readWeights(file), *network, "resnet", 10);
            }).contains("is of [2, 3], this network wants [10, 16]"));
    write({{"fc.weight", NumberType::f32, {2, 3}, numbers}});
    QVERIFY(
        test::errorOf([&] { startFrom(readWeights(file), *network, "resnet", 10); }).contains("no tensor"));
    const float wrong[2] = {1, std::numeric_limits<float>::quiet_NaN()};
    write({{"bn1.weight", NumberType::f32, {2}, std::as_bytes(std::span(wrong))}});
    QVERIFY(
        test::errorOf([&] { startFrom(readWeights(file), *network, "resnet", 10); }).contains("not finite"));
  }

  /// With SemSeg's names the network computes what theirs does.
  void takesSemSegsPspNet() {
    const Loaded loaded = pspNetFrom("pspnet.pth");
    const std::size_t all = tensorNames(*loaded.network).size();
    QCOMPARE(loaded.notes,
             std::vector{fmt::format("weights from '{}pspnet.pth': {} tensors of {} taken, by the names of "
                                     "SemSeg's PSPNet",
                                     kPublished, all, all)});
    const Json golden = readJsonFile(kPublished + "published.json");
    const at::NoGradGuard noGrad;
    loaded.network->setNormMode(NormMode::eval);
    const at::Tensor x =
        (at::arange(3 * kSide * kSide, at::kDouble) * 0.3).sin().to(at::kFloat).reshape({1, 3, kSide, kSide});
    const at::Tensor logits = loaded.network->forward(x.contiguous(at::MemoryFormat::ChannelsLast)).main;
    const std::int64_t every = golden.at("every").asInt();
    const at::Tensor ours = logits.slice(2, 0, kSide, every).slice(3, 0, kSide, every).flatten();
    const Json::Array& theirs = golden.at("logits").asArray();
    QCOMPARE(ours.numel(), static_cast<std::int64_t>(theirs.size()));
    double apart = 0;
    for (std::size_t i = 0; i < theirs.size(); ++i)
      apart =
          std::max(apart, std::abs(ours[static_cast<std::int64_t>(i)].item<double>() - theirs[i].asDouble()));
    QVERIFY2(apart < 1e-5, qPrintable(QString::number(apart)));
  }

  /// Their pretrained backbone is that of the PSPNet's file; the heads stay as initialised.
  void takesADeepResNet() {
    const Loaded whole = pspNetFrom("pspnet.pth"), loaded = pspNetFrom("deep.pth");
    const Loaded empty{emptyPspNet(), {}};
    for (const std::string& name : tensorNames(*loaded.network))
      QVERIFY2(at::equal(loaded.tensor(name), (isOfBackbone(name) ? whole : empty).tensor(name)),
               name.c_str());
    QCOMPARE(loaded.notes.size(), std::size_t{3});
    QVERIFY(loaded.notes[0].ends_with("taken, by the names of SemSeg's ResNet with a deep stem"));
    QVERIFY(loaded.notes[1].starts_with("not in the file, and left as initialised: 'aux.hidden.bn.bias'"));
    QCOMPARE(loaded.notes[2], std::string("in the file, but not used: 'fc.weight', 'fc.bias'"));
  }

  /// Of a plain ResNet all but what has to do with the stem.
  void takesTorchvisionsResNet() {
    const Loaded whole = pspNetFrom("pspnet.pth"), loaded = pspNetFrom("torchvision.pth");
    const Loaded empty{emptyPspNet(), {}};
    const auto isTaken = [](const std::string& name) {
      const bool isAtStem = name.starts_with("layer1_0.reduce") || name.starts_with("layer1_0.shortcut");
      return name.starts_with("layer") && !isAtStem;
    };
    for (const std::string& name : tensorNames(*loaded.network))
      QVERIFY2(at::equal(loaded.tensor(name), (isTaken(name) ? whole : empty).tensor(name)), name.c_str());
    QVERIFY(loaded.notes[0].ends_with("taken, by the names of torchvision's ResNet"));
    QVERIFY2(
        loaded.notes[2].starts_with("in the file, but not used: 'conv1.weight', 'bn1.weight', 'bn1.bias'"),
        loaded.notes[2].c_str());
  }

  void theScriptGivesTheStoredNumbers() {
    checkGolden("the published PSPNet", PROJECT_DIR "/tests/golden/published.py");
  }

 private:
  RunConfig config() const {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 3, 4);
    return config;
  }
  std::string path(const char* name) const { return dir_.filePath(name).toStdString(); }

  const QTemporaryDir dir_;
  const StripedImages images_{10, 4};
  std::string checkpoint_;
};

QTEST_GUILESS_MAIN(TestStartWeights)
#include "tst_start_weights.moc"

#include <QTest>
#include <fstream>

#include "core/engine/train/Checkpoint.h"
#include "tests/core/ErrorOf.h"
#include "tests/engine/Attempt.h"
#include "tests/engine/ScriptTools.h"

using namespace uada;
namespace fs = std::filesystem;

/// Networks that come as TorchScript.
class TestTorchScript : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void initTestCase() { writeScript(file_, 10); }

  /// What the catalogue says of the file without LibTorch is what LibTorch finds in it.
  void countsWhatIsTrained() {
    const Choice model = scriptModel(file_);
    const auto network = makeNetwork(model, kContext, 1);
    QCOMPARE(network->parameterCount(), std::int64_t{4 * 27 + 4 + 4 + 40});
    QCOMPARE(findModel("torchscript").parameters(model, kContext), network->parameterCount());
    const Choice committed = scriptModel(PROJECT_DIR "/tests/golden/torchscript/net.pt");
    QCOMPARE(findModel("torchscript").parameters(committed, kContext),
             makeNetwork(committed, kContext, 1)->parameterCount());
    QCOMPARE(findModel("torchscript").parameters(scriptModel("/nowhere/net.pt"), kContext), std::int64_t{0});
  }

  /// The weights are the file's, whatever the seed.
  void keepsItsWeights() {
    const auto one = makeNetwork(scriptModel(file_), kContext, 1),
               two = makeNetwork(scriptModel(file_), kContext, 2);
    QVERIFY(at::equal(one->named_parameters()["conv"], two->named_parameters()["conv"]));
    QVERIFY(one->named_parameters()["conv"].abs().sum().item<float>() > 1);
  }

  /// Batch normalisation of the module itself: of the batch, or of the running statistics.
  void switchesItsNorm() {
    const auto network = makeNetwork(scriptModel(file_), kContext, 1);
    const at::NoGradGuard noGrad;
    const at::Tensor x = (at::arange(4 * 3 * 8 * 8, at::kFloat) * 0.3).sin().reshape({4, 3, 8, 8});
    network->setNormMode(NormMode::eval);
    const at::Tensor before = network->named_buffers()["mean"].clone();
    const at::Tensor evaluated = network->forward(x).main;
    QVERIFY(at::equal(network->named_buffers()["mean"], before));
    network->setNormMode(NormMode::train);
    const at::Tensor trained = network->forward(x).main;
    QVERIFY(!at::equal(network->named_buffers()["mean"], before));
    QVERIFY(!at::allclose(evaluated, trained));
    // Its batch normalisation is none of PyTorch's modules, so it cannot be told apart from its dropout.
    QVERIFY_THROWS_EXCEPTION(Error, network->setNormMode(NormMode::running));
    const QString message = test::errorOf([&] { network->setNormMode(NormMode::probe); });
    QVERIFY2(message.contains("keeps its own batch normalisation"), qPrintable(message));
  }

  /// Modules of PyTorch's are told to use their running statistics; all else goes on training.
  void switchesItsNormAlone() {
    const Choice committed = scriptModel(PROJECT_DIR "/tests/golden/torchscript/net.pt");
    const auto network = makeNetwork(committed, kContext, 1);
    const at::NoGradGuard noGrad;
    const at::Tensor x = (at::arange(4 * 3 * 8 * 8, at::kFloat) * 0.3).sin().reshape({4, 3, 8, 8});
    const auto statistics = [&] {
      std::vector<at::Tensor> all;
      for (const at::Tensor& buffer : network->buffers()) all.push_back(buffer.clone());
      return all;
    };
    const auto logits = [&](NormMode mode) {
      network->setNormMode(mode);
      network->setNoise({7, 1, 0});
      return network->forward(x).main;
    };
    const auto before = statistics();
    const at::Tensor running = logits(NormMode::running), evaluated = logits(NormMode::eval);
    const auto after = statistics();
    for (std::size_t i = 0; i < after.size(); ++i) QVERIFY(at::equal(after[i], before[i]));
    QVERIFY(at::equal(logits(NormMode::running), running));
    QVERIFY(!at::equal(running, evaluated));  // it has dropout
    QVERIFY(!at::equal(logits(NormMode::train), running));
    bool hasMoved = false;
    for (std::size_t i = 0; i < before.size(); ++i) hasMoved |= !at::equal(statistics()[i], before[i]);
    QVERIFY(hasMoved);
  }

  /// Dropout depends on the step's noise alone, not on what was drawn before.
  void drawsByTheStep() {
    const auto network = makeNetwork(scriptModel(file_), kContext, 1);
    const at::NoGradGuard noGrad;
    const at::Tensor x = (at::arange(8 * 3 * 8 * 8, at::kFloat) * 0.3).sin().reshape({8, 3, 8, 8});
    const auto logits = [&](std::int64_t step, std::uint32_t pass) {
      network->setNoise({7, step, pass});
      return network->forward(x).main;
    };
    const at::Tensor first = logits(1, 0);
    QVERIFY(!at::equal(logits(2, 0), first) && !at::equal(logits(1, 1), first));
    QVERIFY(at::equal(logits(1, 0), first));
  }

  /// Two steps, stopped and resumed: the same numbers to the last bit. The control: with other weights not.
  void trainsAndResumes() {
    RunConfig config = tinyConfig(images_.folder(), "uada", 2, 4);
    config.recipe.model = scriptModel(file_);
    const Attempt whole(config, {});
    QCOMPARE(whole.state, RunState::finished);
    QVERIFY(whole.sink.steps.front().loss != whole.sink.steps.back().loss);
    const QTemporaryDir folder;
    const fs::path run = folder.path().toStdString();
    const Attempt first(config, run, {}, atStep(2, command::Stop{}));
    const Attempt second(config, run, run);
    QCOMPARE(second.state, RunState::finished);
    QVERIFY(joinedNumbers(first.sink, second.sink) == whole.sink.numbers());
  }

  void refusesWhatItCannotTrain_data() {
    QTest::addColumn<QString>("forward");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* name, const char* forward, const char* says) {
      QTest::newRow(name) << QString(forward) << says;
    };
    row("classes", "\n  return torch.linear(x.mean([2, 3]), self.linear[:7, :3])\n",
        "expected; export it with 10");
    row("pixels", "\n  return x\n", "[2, 3, 32, 32]");
    row("a tuple", "\n  return (x, x)\n", "Tuple");
    row("other inputs", "\n  return torch.linear(x, self.linear)\n",
        "does not take an input of [2, 3, 32, 32]");
  }
  void refusesWhatItCannotTrain() {
    QFETCH(QString, forward);
    QFETCH(QString, says);
    const std::string file = dir_.filePath("other.pt").toStdString();
    writeScript(file, 10, forward.toStdString());
    const QString message = test::errorOf([&] { makeNetwork(scriptModel(file), kContext, 1); });
    QVERIFY2(message.contains(says) && message.contains("other.pt") && !message.contains('\n'),
             qPrintable(message));
  }
  void refusesOtherFiles() {
    const std::string file = dir_.filePath("text.pt").toStdString();
    std::ofstream(file) << "hello";
    QVERIFY(test::errorOf([&] { makeNetwork(scriptModel(file), kContext, 1); }).contains("text.pt"));
    QVERIFY(test::errorOf([&] {
              makeNetwork(scriptModel("/nowhere/net.pt"), kContext, 1);
            }).contains("/nowhere/net.pt"));
    QVERIFY(test::errorOf([&] {
              makeNetwork(scriptModel(PROJECT_DIR "/tests/golden/weights/plain.pth"), kContext, 1);
            }).contains("plain.pth"));
    Choice changed = scriptModel(file_);
    changed.set("sha256", std::string(64, '0'));
    QVERIFY(test::errorOf([&] { makeNetwork(changed, kContext, 1); }).contains("has changed"));
  }

 private:
  static inline const ModelContext kContext{10, squareInput(32)};
  const QTemporaryDir dir_;
  const std::string file_ = dir_.filePath("net.pt").toStdString();
  const StripedImages images_{10, 4};
};

QTEST_GUILESS_MAIN(TestTorchScript)
#include "tst_torchscript.moc"

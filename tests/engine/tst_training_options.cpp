#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>

#include "core/base/Error.h"
#include "core/engine/optimisers/Adam.h"
#include "core/engine/optimisers/Lars.h"
#include "core/engine/optimisers/Sgd.h"
#include "core/engine/optimisers/Updater.h"
#include "core/engine/tasks/TaskHead.h"
#include "core/engine/train/Average.h"
#include "tests/engine/Attempt.h"

namespace uada {
namespace {

at::Tensor leaf(std::vector<float> values, std::vector<float> slope) {
  at::Tensor tensor = at::tensor(values).unsqueeze(0).requires_grad_();
  tensor.mutable_grad() = at::tensor(slope).unsqueeze(0);
  return tensor;
}

bool isNear(const at::Tensor& tensor, std::vector<float> values) {
  return tensor.detach().flatten().allclose(at::tensor(values), 1e-5, 1e-7);
}

Recipe warmRecipe(const char* training) {
  return newRecipeFromJson(
      parseJson(
          std::string(R"({"dataset": "cifar10", "model": "resnet", "schedule": "cosine", "training": )") +
              training + "}",
          "test"),
      "recipe");
}

}  // namespace

/// Settings of a training beside its length: hand-computed steps, and resumes with all of them.
class TestTrainingOptions : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  /// p -= 0.1 * factor * (g + decay * p), without the decay where it does not hold.
  void movesEachParameterAtItsRate() {
    const at::Tensor a = leaf({1, 2}, {2, 4}), b = leaf({1, 2}, {2, 4}), c = leaf({1, 2}, {2, 4});
    const auto sgd = makeUpdater({"sgd", Sgd{.momentum = 0, .weightDecay = 0.5}},
                                 {{"a", a}, {"b", b, 10}, {"c", c, 1, false}});
    sgd->step(0.1);
    QVERIFY(isNear(a, {0.75F, 1.5F}));
    QVERIFY(isNear(b, {-1.5F, -3}));
    QVERIFY(isNear(c, {0.8F, 1.6F}));
    const at::Tensor d = leaf({1}, {2}), e = leaf({1}, {2});
    const auto adam = makeUpdater({"adam", Adam{}}, {{"d", d}, {"e", e, 3}});
    adam->step(0.1);  // the first step of Adam is as long as its rate
    QVERIFY(isNear(d, {0.9F}));
    QVERIFY(isNear(e, {0.7F}));
  }

  /// |p| = 5, |g| = 1: local = 0.01 * 5 / (1 + 0.1 * 5) = 1/30; v = 0.5 * local * (g + 0.1 p), then 0.9 v +
  /// ...
  void trustsLayersByTheirNorms() {
    const at::Tensor p = leaf({3, 4}, {0.6F, 0.8F});
    at::Tensor bias = at::tensor({2.0F}).requires_grad_();
    bias.mutable_grad() = at::tensor({1.0F});
    const auto lars = makeUpdater({"lars", Lars{.momentum = 0.9, .weightDecay = 0.1, .trust = 0.01}},
                                  {{"p", p}, {"bias", bias}});
    lars->step(0.5);
    QVERIFY(isNear(p, {3 - 0.015F, 4 - 0.02F}));  // 0.5 / 30 * (0.9, 1.2)
    QVERIFY(isNear(bias, {2 - 0.5F * 1.2F}));
    at::Tensor none = at::zeros({1, 2}).requires_grad_();
    none.mutable_grad() = at::ones({1, 2});
    makeUpdater({"lars", Lars{.momentum = 0, .weightDecay = 0}}, {{"p", none}})->step(0.5);
    QVERIFY(isNear(none, {-0.5F, -0.5F}));  // weights of norm 0 move as in SGD
  }

  void clipsTheNormOfAllGradients() {
    const at::Tensor a = leaf({0}, {3}), b = leaf({0}, {4});
    const auto sgd = makeUpdater({"sgd", Sgd{.momentum = 0, .weightDecay = 0}}, {{"a", a}, {"b", b}});
    sgd->clip(10);
    QVERIFY(isNear(a.grad(), {3}));
    sgd->clip(1);
    QVERIFY(isNear(a.grad(), {0.6F}));
    QVERIFY(isNear(b.grad(), {0.8F}));
  }

  /// Two classes, logits 2 and 0: log p = -0.126928, -2.126928. Smoothed by 0.2: 0.9 and 0.1 of them.
  void smoothsWhatIsTrainedOn() {
    const auto head = makeTaskHead({"classification", Classification{.labelSmoothing = 0.2}}, {2, at::kCPU});
    const Output output{at::tensor({2.0F, 0.0F}).unsqueeze(0), {}};
    const Targets targets{at::zeros({1}, at::kLong)};
    QVERIFY(std::abs(head->objective(output, targets).item<double>() - 0.326928) < 1e-5);
    QVERIFY(std::abs(head->losses(output, targets)[0].item<double>() - 0.126928) < 1e-5);
  }

  /// 2 of 6 epochs of 5 steps: a tenth of the rate more at each step, then the cosine over 4 epochs.
  void warmsUp() {
    const Recipe recipe = warmRecipe(R"({"epochs": 6, "warmup_epochs": 2})");
    QVERIFY(std::abs(learningRate(recipe, 0, 0, 5) - 0.01) < 1e-12);
    QVERIFY(std::abs(learningRate(recipe, 0, 4, 5) - 0.05) < 1e-12);
    QVERIFY(std::abs(learningRate(recipe, 1, 4, 5) - 0.1) < 1e-12);
    QVERIFY(std::abs(learningRate(recipe, 2, 0, 5) - 0.1) < 1e-12);
    QVERIFY(std::abs(learningRate(recipe, 4, 0, 5) - 0.05) < 1e-12);  // half of the cosine
    QVERIFY_THROWS_EXCEPTION(UsageError, warmRecipe(R"({"epochs": 6, "warmup_epochs": 6})"));
    QVERIFY_THROWS_EXCEPTION(UsageError, warmRecipe(R"({"precision": "int8"})"));
  }

  /// While a test shows the averages, what is visited for a checkpoint is as outside of it.
  void checkpointsWithinATestAreTheSame() {
    const StripedImages images(26, 12);
    RunConfig config = tinyConfig(images.folder(), "ra-uc", 1, 8);
    config.recipe.training.averaging = 0.9;
    const auto data = findDataset("cifar10").load(images.folder(), Split::train, {});
    ThreadPool pool(1);
    Stepper stepper(config, *data, at::kCPU, pool);
    stepper.step({3, 1, 1, {0, 1, 2, 3, 4, 5, 6, 7}}, 0.05, 0);
    const auto state = [&] { return takeTensors([&](StateVisitor& visitor) { stepper.visit(visitor); }); };
    const TensorFile before = state();
    int asked = 0;
    const auto scores = stepper.test(*data, [&] {
      const TensorFile within = state();
      for (const auto& [name, tensor] : before.tensors) {
        if (!within.tensor(name).equal(tensor)) qFatal("%s differs", name.c_str());
        ++asked;
      }
      return false;
    });
    QVERIFY(asked > 10);
    QCOMPARE(*scores, *stepper.test(*data, [] { return false; }));
    for (const auto& [name, tensor] : before.tensors)
      QVERIFY2(state().tensor(name).equal(tensor), name.c_str());
  }

  /// average = 0.5 * average + 0.5 * weight, and only while it is shown are the network's weights the
  /// average.
  void averagesWeights() {
    const Choice model =
        modelFromJson(parseJson(R"({"name": "resnet", "depth": "10", "width": 2})", "test"), "test");
    const auto network = makeNetwork(model, {10, squareInput(32)}, 1);
    const at::NoGradGuard noGrad;
    at::Tensor weight = network->named_parameters()["bn1.weight"];
    weight.fill_(1);
    Average average(*network, 0.5);
    weight.fill_(3);
    average.add();  // 2
    weight.fill_(6);
    average.add();  // 4
    {
      const Average::Shown shown(&average);
      QVERIFY(isNear(weight, {4, 4}));
    }
    QVERIFY(isNear(weight, {6, 6}));
  }

  /// Training ends where so many tests in a row were not better than the best before, says why, and is
  /// finished; resumed it ends there, too.
  void endsEarly() {
    const StripedImages images(20, 8);
    RunConfig config = tinyConfig(images.folder(), "baseline", 9, 8);
    config.recipe.optimiser = {"sgd", Sgd{.learningRate = 1e-6, .momentum = 0, .weightDecay = 0}};
    const Attempt whole(config, {});
    double best = -1;
    std::size_t last = 0;
    for (int worse = 0; worse < 2; ++last) {
      QVERIFY2(last < 7, "no two tests in a row were not better: another case is needed");
      const double top1 = metricOf(whole.sink.epochs[last].test, "top1");
      worse = top1 > best ? 0 : worse + 1;
      best = std::max(best, top1);
    }
    QVERIFY(configHash(config) != [&] {
      config.recipe.training.patience = 2;
      return configHash(config);
    }());
    const Attempt early(config, {});
    QCOMPARE(early.state, RunState::finished);
    QCOMPARE(early.sink.epochs.size(), last);
    QCOMPARE(early.sink.results.size(), std::size_t{1});
    QCOMPARE(early.sink.results[0].best, best);
    QCOMPARE(early.sink.steps.back().loss, whole.sink.steps[early.sink.steps.size() - 1].loss);
    const std::string& why = early.sink.events.back();
    QVERIFY2(why.starts_with("training ended after epoch ") && why.ends_with("the patience is 2 epochs"),
             why.c_str());

    const QTemporaryDir folder;
    const std::filesystem::path run = folder.path().toStdString();
    const int epochSteps = static_cast<int>(whole.sink.steps.size()) / 9;
    const Attempt first(config, run, {}, atStep(epochSteps * static_cast<int>(last) - 1, command::Stop{}));
    QCOMPARE(first.state, RunState::stopped);
    const Attempt second(config, run, run);
    QCOMPARE(second.state, RunState::finished);
    QVERIFY(joinedNumbers(first.sink, second.sink) == early.sink.numbers());
  }

  /// All of them together: stopped and resumed to the last bit, with batches of several sizes.
  void resumesWithAllOptions_data() {
    QTest::addColumn<QByteArray>("precision");
    QTest::newRow("float32") << QByteArray("float32");
    QTest::newRow("bf16") << QByteArray("bf16");
  }
  void resumesWithAllOptions() {
    QFETCH(QByteArray, precision);
    const StripedImages images(20, 8);
    RunConfig config = tinyConfig(images.folder(), "uada", 3, 8);
    Training& training = config.recipe.training;
    training.warmupEpochs = 1;
    training.gradientClip = 0.5;
    training.averaging = 0.9;
    training.decayed = "weights";
    training.precision = precision.toStdString();
    config.recipe.task.set("label_smoothing", 0.1);
    const Attempt whole(config, {});
    QCOMPARE(whole.state, RunState::finished);
    for (const int stop : {2, 5}) {
      const QTemporaryDir folder;
      const std::filesystem::path run = folder.path().toStdString();
      const Attempt first(config, run, {}, atStep(stop, command::Stop{}));
      const Attempt second(config, run, run);
      QVERIFY(joinedNumbers(first.sink, second.sink) == whole.sink.numbers());
    }
    RunConfig plain = tinyConfig(images.folder(), "uada", 3, 8);
    QVERIFY(configHash(plain) != configHash(config));
    if (precision != "float32") {
      config.recipe.training.precision = "float32";
      const Attempt exact(config, {});
      QVERIFY(exact.sink.steps.back().loss != whole.sink.steps.back().loss);
      QVERIFY(std::abs(exact.sink.steps.front().loss - whole.sink.steps.front().loss) < 0.1);
    }
  }
};

}  // namespace uada

QTEST_GUILESS_MAIN(uada::TestTrainingOptions)
#include "tst_training_options.moc"

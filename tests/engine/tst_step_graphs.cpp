#include <QTest>
#include <set>

#include "core/engine/methods/MethodEntry.h"
#include "core/engine/train/PassGraphs.h"
#include "core/engine/train/Stepper.h"
#include "tests/engine/FaultTools.h"

using namespace uada;

namespace {

constexpr std::uint32_t kBatch = 8, kRagged = 5;

Choice method(const char* json) { return methodFromJson(parseJson(json, "test"), "test"); }

/// The rate changes at each step; every fourth batch is the smaller one of an epoch's end.
Batch batchAt(std::int64_t step) {
  Batch batch = firstBatch(step % 4 == 0 ? kRagged : kBatch);
  batch.step = step;
  batch.epoch = static_cast<int>(step + 3) / 4;
  return batch;
}
double rateAt(std::int64_t step) { return 0.01 / static_cast<double>(step); }

/// Does the work each time, and remembers in which memory.
struct Seen {
  int captures = 0, replays = 0;
  std::set<const void*> images, targets;
};
class CountingGraph : public StepGraph {
 public:
  explicit CountingGraph(Seen& seen) : seen_(seen) { ++seen_.captures; }
  void capture(const std::function<void()>& work) override { work_ = work; }
  void replay() override {
    ++seen_.replays;
    work_();
  }

 private:
  Seen& seen_;
  std::function<void()> work_;
};

}  // namespace

/// Passes as graphs, which on the CPU are the stand-in of stepGraphsOf(): all that surrounds a graph is the
/// same as on a GPU.
class TestStepGraphs : public QObject {
  Q_OBJECT
 private:
  const StripedImages images_{40, 12};
  ThreadPool pool_{1};

  RunConfig config(const char* json, bool isGraph) const {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 3, kBatch);
    config.method = method(json);
    config.runtime.step = isGraph ? "graph" : "eager";
    return config;
  }
  /// Steps of both give the same numbers, and leave the same behind.
  void compare(const RunConfig& graph, bool hasReplays = true) {
    RunConfig eager = graph;
    eager.runtime.step = "eager";
    const ResidentDataset images = trainingImages(images_.folder());
    Stepper first(eager, images, at::kCPU, pool_), second(graph, images, at::kCPU, pool_);
    first.beginEpoch(1), second.beginEpoch(1);
    for (std::int64_t step = 1; step <= 12; ++step) {
      const StepReports a = first.step(batchAt(step), rateAt(step), kBatch);
      const StepReports b = second.step(batchAt(step), rateAt(step), kBatch);
      QCOMPARE(text(b.report, false), text(a.report, false));
      QCOMPARE(text(b.policy), text(a.policy));
      QCOMPARE(b.decisions.size(), a.decisions.size());
      for (std::size_t i = 0; i < a.decisions.size(); ++i)
        QCOMPARE(text(b.decisions[i]), text(a.decisions[i]));
      QCOMPARE(Learned(second).differenceTo(Learned(first)), std::string());
    }
    QCOMPARE(first.replays(), 0);
    QCOMPARE(second.replays() > 0, hasReplays);
  }

 private Q_SLOTS:
  void initTestCase() { at::set_num_threads(1); }

  void givesTheSameBits_data() {
    QTest::addColumn<QByteArray>("method");
    for (const char* json :
         {R"({"name": "ra-uc"})", R"({"name": "uada", "candidates": "both"})",
          R"({"name": "uada", "candidates": "asked"})",
          R"({"name": "uada", "mode": "fast", "precision": "float32", "candidates": "both"})",
          R"({"name": "uada", "mode": "fast", "precision": "float32", "candidates": "asked"})",
          R"({"name": "uada", "mode": "fast", "precision": "bf16"})", R"({"name": "uada", "norm": "base"})",
          R"({"name": "uada", "norm": "eval"})", R"({"name": "uada", "granularity": "batch"})",
          R"({"name": "adversarial"})", R"({"name": "ltda"})", R"({"name": "divaug"})"})
      QTest::newRow(json) << QByteArray(json);
  }
  void givesTheSameBits() {
    QFETCH(QByteArray, method);
    const bool trainsMore =
        method.contains("adversarial") || method.contains("ltda") || method.contains("divaug");
    RunConfig config = this->config(method.constData(), true);
    // Three of them train on several variants of a batch at once, or look at them by other calls.
    if (!trainsMore) return compare(config);
    const ResidentDataset images = trainingImages(images_.folder());
    Stepper stepper(config, images, at::kCPU, pool_);
    compare(config, method.contains("ltda"));
  }

  void givesTheSameBitsWith_data() {
    QTest::addColumn<QString>("what");
    for (const char* what : {"clip", "average", "bf16", "adam", "lars"}) QTest::newRow(what) << QString(what);
  }
  void givesTheSameBitsWith() {
    QFETCH(QString, what);
    RunConfig config = this->config(R"({"name": "uada", "candidates": "both"})", true);
    Training& training = config.recipe.training;
    if (what == "clip") training.gradientClip = 0.5;
    if (what == "average") training.averaging = 0.9;
    if (what == "bf16") training.precision = "bf16";
    if (what == "adam" || what == "lars")
      config.recipe.optimiser = optimiserFromJson(what.toStdString(), "test");
    compare(config);
  }

  /// Whole batches alone are graphs, from the fourth pass of a kind on.
  void leavesRaggedBatchesEager() {
    const ResidentDataset images = trainingImages(images_.folder());
    Stepper stepper(config(R"({"name": "ra-uc"})", true), images, at::kCPU, pool_);
    std::vector<int> replays;
    for (std::int64_t step = 1; step <= 9; ++step) {
      stepper.step(batchAt(step), rateAt(step), 0);
      replays.push_back(stepper.replays());
    }
    QCOMPARE(replays, (std::vector<int>{0, 0, 0, 0, 1, 2, 3, 3, 4}));
  }

  /// What a method adds to the loss, or takes of the output, is its own; so are rows that go in parts.
  void leavesOthersEager() {
    compare(config(R"({"name": "ent-augment"})", true), false);
    compare(config(R"({"name": "ada-augment"})", true));  // the losses that it compares are
    RunConfig dropout = config(R"({"name": "ra-uc"})", true);
    dropout.recipe.model = modelFromJson(
        parseJson(R"({"name": "wrn", "depth": 10, "width_factor": 1, "dropout": 0.3})", "test"), "test");
    compare(dropout, false);
    const ResidentDataset images = trainingImages(images_.folder());
    const Stepper drawing(dropout, images, at::kCPU, pool_);
    QCOMPARE(
        drawing.startNotes(),
        std::vector<std::string>{"steps go without graphs: the network has layers that draw random numbers"});
    Stepper parts(config(R"({"name": "uada"})", true), images, at::kCPU, pool_);
    parts.setRowsAtOnce(4);
    for (std::int64_t step = 1; step <= 6; ++step) parts.step(batchAt(step), rateAt(step), 0);
    QCOMPARE(parts.replays(), 0);
  }

  /// A step that is refused leaves no trace, and the next one is as without graphs.
  void refusesLikeEagerSteps() {
    const ResidentDataset images = trainingImages(images_.folder());
    const RunConfig graph = config(R"({"name": "ra-uc"})", true);
    RunConfig eager = graph;
    eager.runtime.step = "eager";
    Stepper first(eager, images, at::kCPU, pool_), second(graph, images, at::kCPU, pool_);
    std::vector<std::string> texts;
    for (Stepper* stepper : {&first, &second}) {
      for (std::int64_t step = 1; step <= 7; ++step) stepper->step(batchAt(step), rateAt(step), 0);
      at::Tensor weight = stepper->network().parameters().back().detach();
      const at::Tensor kept = weight.clone();
      weight.fill_(std::numeric_limits<float>::infinity());
      const Learned before(*stepper);
      try {
        stepper->step(batchAt(9), rateAt(9), 0);
      } catch (const StepFault& fault) {
        texts.emplace_back(fault.what());
      }
      QCOMPARE(Learned(*stepper).differenceTo(before), std::string());
      weight.copy_(kept);
      stepper->step(batchAt(9), rateAt(9), 0);
    }
    QCOMPARE(texts.size(), std::size_t{2});
    QCOMPARE(texts[1], texts[0]);
    QVERIFY(second.replays() > 0);
    QCOMPARE(Learned(second).differenceTo(Learned(first)), std::string());
  }

  /// One function for each kind of pass, which is called with the same memory each time.
  void readsTheSameMemory() {
    const auto network = makeNetwork(
        modelFromJson(parseJson(R"({"name": "resnet", "depth": "10", "width": 2})", "test"), "test"),
        {2, squareInput(32)}, 1);
    Seen seen;
    PassGraphs graphs(*network, 4, [&] { return std::make_unique<CountingGraph>(seen); });
    const ComputePass compute = [&](const at::Tensor& images, const Targets& targets) {
      if (seen.captures > 0) {
        seen.images.insert(images.const_data_ptr());
        seen.targets.insert(targets.classes.const_data_ptr());
      }
      return PassResults{.losses = images.flatten(1).sum(1) + targets.classes};
    };
    for (int pass = 1; pass <= 8; ++pass) {
      const at::Tensor images = at::full({4, 3, 2, 2}, pass);
      const at::Tensor losses =
          graphs.compute({.norm = NormMode::probe}, images, {at::full({4}, pass, at::kLong)}, compute).losses;
      QVERIFY(at::equal(losses, at::full({4}, 13.0F * static_cast<float>(pass))));
    }
    QCOMPARE(seen.captures, 1);
    QCOMPARE(seen.replays, 5);
    QCOMPARE(seen.images.size(), std::size_t{1});
    QCOMPARE(seen.targets.size(), std::size_t{1});
    for (int pass = 1; pass <= 5; ++pass)
      graphs.compute({.norm = NormMode::eval}, at::ones({4, 3, 2, 2}), {at::zeros({4}, at::kLong)}, compute);
    QCOMPARE(seen.captures, 2);
  }

  /// Where a graph cannot be made the passes are computed as they are, and it is said once.
  void goesOnWithoutGraphs() {
    const auto network = makeNetwork(
        modelFromJson(parseJson(R"({"name": "resnet", "depth": "10", "width": 2})", "test"), "test"),
        {2, squareInput(32)}, 1);
    int asked = 0;
    PassGraphs graphs(*network, 4, [&]() -> std::unique_ptr<StepGraph> {
      ++asked;
      throw std::runtime_error("no room");
    });
    const ComputePass compute = [](const at::Tensor& images, const Targets&) {
      return PassResults{.losses = images.flatten(1).sum(1)};
    };
    std::vector<std::string> problems;
    for (int pass = 1; pass <= 6; ++pass) {
      const at::Tensor losses =
          graphs.compute({}, at::ones({4, 3, 2, 2}), {at::zeros({4}, at::kLong)}, compute).losses;
      QVERIFY(at::equal(losses, at::full({4}, 12.0F)));
      if (std::string problem = graphs.takeProblem(); !problem.empty()) problems.push_back(problem);
    }
    QCOMPARE(asked, 1);
    QCOMPARE(problems,
             std::vector<std::string>{"steps go on without graphs: one could not be made: no room"});
  }
};

QTEST_GUILESS_MAIN(TestStepGraphs)
#include "tst_step_graphs.moc"

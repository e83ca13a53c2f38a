#include <c10/core/CPUAllocator.h>

#include <QDir>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <thread>

#include "core/augment/Plan.h"
#include "core/base/Error.h"
#include "core/engine/RunImages.h"
#include "core/engine/methods/MethodEntry.h"
#include "core/engine/optimisers/Sgd.h"
#include "core/engine/train/StepFault.h"
#include "core/engine/train/Trainer.h"
#include "tests/core/Resident.h"
#include "tests/engine/Attempt.h"
#include "tests/engine/SceneTools.h"
#include "tests/engine/ScriptTools.h"

using namespace uada;
using uada::test::resident;
namespace fs = std::filesystem;

namespace {

bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

/// The memory of tensors, which can be made to be short: at the n-th piece that is asked for.
class ShortMemory : public c10::Allocator {
 public:
  ShortMemory() : usual_(c10::GetCPUAllocator()) { c10::SetCPUAllocator(this, kAboveUsual); }

  c10::DataPtr allocate(std::size_t bytes) override {
    const bool isMeant = isOfAny_ || std::this_thread::get_id() == thread_;
    if (bytes > 0 && isArmed_ && isMeant && left_-- == 0) {
      isArmed_ = false;
      C10_THROW_ERROR(Error,
                      fmt::format("DefaultCPUAllocator: can't allocate memory: you tried to allocate {} "
                                  "bytes. Error code 12 (Cannot allocate memory)",
                                  bytes));
    }
    return usual_->allocate(bytes);
  }
  c10::DeleterFnPtr raw_deleter() const override { return usual_->raw_deleter(); }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    usual_->copy_data(to, from, bytes);
  }

  /// The piece after so many others is not there, once: of those that this thread asks for, or any.
  void failAfter(int pieces, bool isOfAny = false) {
    left_ = pieces;
    thread_ = std::this_thread::get_id();
    isOfAny_ = isOfAny;
    isArmed_ = true;
  }
  /// returns  whether a piece was still to fail
  bool disarm() { return isArmed_.exchange(false); }

 private:
  static constexpr std::uint8_t kAboveUsual = 200;
  c10::Allocator* const usual_;
  std::atomic<bool> isArmed_ = false;
  std::atomic<int> left_ = 0;
  std::atomic<bool> isOfAny_ = false;
  std::atomic<std::thread::id> thread_;
};

ShortMemory& memory() {
  static auto* const all = new ShortMemory;  // LibTorch keeps it to the end
  return *all;
}

/// All that a run has learned, by name.
class Learned : public StateVisitor {
 public:
  explicit Learned(Stepper& stepper) { stepper.visit(*this); }
  void tensor(const std::string& name, at::Tensor value) override {
    all.emplace_back(name, value.detach().clone());
  }
  /// The first tensor that differs in a bit; "": none.
  std::string differenceTo(const Learned& other) const {
    if (all.size() != other.all.size()) return "another number of tensors";
    for (std::size_t i = 0; i < all.size(); ++i) {
      const at::Tensor &a = all[i].second, &b = other.all[i].second;
      if (a.nbytes() > 0 &&
          std::memcmp(a.contiguous().const_data_ptr(), b.contiguous().const_data_ptr(), a.nbytes()) != 0)
        return all[i].first;
    }
    return "";
  }
  std::vector<std::pair<std::string, at::Tensor>> all;
};

Batch firstBatch(std::uint32_t size) {
  Batch batch{3, 1, 1, {}};
  for (std::uint32_t i = 0; i < size; ++i) batch.indices.push_back(i);
  return batch;
}

/// The message of the step that is refused; "": it was taken.
std::string refusalOf(Stepper& stepper, const Batch& batch, StepFault::Kind kind) {
  try {
    stepper.step(batch, 0.05, 2);
  } catch (const StepFault& fault) {
    return fault.kind == kind ? fault.what() : "another kind of fault";
  }
  return "";
}

/// With momentum and an average of the weights; a step of each has been taken.
RunConfig busyConfig(const std::string& folder, const std::string& method) {
  RunConfig config = tinyConfig(folder, method, 2, 8);
  config.recipe.training.averaging = 0.9;
  return config;
}

/// Somebody looks on.
class WatchedSink : public RecordingSink {
 public:
  bool isWatched() const override { return true; }
};

/// Memory is short again whenever the run went on with fewer rows.
class NeverEnough : public RecordingSink {
 public:
  void take(const Report& report) override {
    RecordingSink::take(report);
    const auto* event = std::get_if<EventReport>(&report);
    if (event && says(event->text, "rows at a time")) memory().failAfter(0);
  }
};

/// Counts the forwards of this thread's networks that end in one linear layer.
class Forwards {
 public:
  Forwards() {
    count() = 0;
    handle_ =
        at::addThreadLocalCallback(at::RecordFunctionCallback(&begun).scopes({at::RecordScope::FUNCTION}));
  }
  ~Forwards() { at::removeCallback(handle_); }
  int seen() const { return count(); }

 private:
  static int& count() {
    static int all = 0;
    return all;
  }
  static std::unique_ptr<at::ObserverContext> begun(const at::RecordFunction& function) {
    if (std::string_view(function.name()) == "aten::linear") ++count();
    return nullptr;
  }
  at::CallbackHandle handle_;
};

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

/// Steps that cannot be taken: numbers that are not finite, and memory that is short.
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
  ResidentDataset data() const {
    return resident(findDataset("cifar10").load(images_.folder(), Split::train, {}));
  }

 private Q_SLOTS:
  void initTestCase() {
    memory();
    at::set_num_threads(1);
  }

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

  void memoryMayBeShortAnywhere_data() {
    QTest::addColumn<QString>("method");
    for (const char* name : {"ra-uc", "uada", "online-augment", "ohl"}) QTest::newRow(name) << name;
  }
  /// For each piece of memory that a step asks for: without it the step is not taken, and leaves no trace, or
  /// says that it cannot be undone; taken again it gives what the step gives. As a run goes on: with the rows
  /// of the next step rendered ahead.
  void memoryMayBeShortAnywhere() {
    QFETCH(QString, method);
    RunConfig config = busyConfig(images_.folder(), method.toStdString());
    if (method == "ohl") config.method.set("trajectories", 2), config.method.set("held_out", 0.2);
    const ResidentDataset images = data();
    const auto made = [&] {
      auto stepper = std::make_unique<Stepper>(config, images, at::kCPU, pool_);
      stepper->beginEpoch(1);
      stepper->step(firstBatch(4), 0.05, 0);
      return stepper;
    };
    Batch batch = firstBatch(4), next = batch;
    batch.step = 2;
    next.step = 3;
    const auto straight = made();
    straight->step(batch, 0.05, 0);
    const Learned after(*straight);

    std::unique_ptr<Stepper> stepper = made();
    int undone = 0, spoilt = 0;
    for (int pieces = 0;; pieces += 1 + pieces / 8) {
      const Learned before(*stepper);
      memory().failAfter(pieces, true);
      try {
        stepper->step(batch, 0.05, 0, &next);
        if (memory().disarm()) break;  // no piece was missing
        stepper = made();              // one was while the next rows were rendered
        continue;
      } catch (const StepFault& fault) {
        memory().disarm();
        QVERIFY2(says(fault.what(), "memory is short: ") && says(fault.what(), " were asked for, "),
                 fault.what());
        QCOMPARE(Learned(*stepper).differenceTo(before), std::string());
        ++undone;
      } catch (const Error& error) {
        memory().disarm();
        QVERIFY2(says(error.what(), "it had begun to change the weights"), error.what());
        QVERIFY(method != "ohl" && method != "online-augment");  // all of them is kept
        stepper = made();
        ++spoilt;
      }
    }
    QCOMPARE(Learned(*stepper).differenceTo(after), std::string());
    QVERIFY2(undone > 15 && undone > 5 * spoilt, qPrintable(QString("%1 %2").arg(undone).arg(spoilt)));
  }

  void tellsWhatMemoryIsShort() {
    const auto shortage = [](const std::string& what) {
      return memoryShortage(c10::Error(c10::SourceLocation{"f", "f", 1}, what)).value_or("none");
    };
    const std::string machine = shortage(
        "DefaultCPUAllocator: can't allocate memory: you tried to allocate "
        "2500000000 bytes. Error code 12 (Cannot allocate memory)");
    QVERIFY2(machine.starts_with("2.5 GB were asked for, ") && machine.ends_with(" are free"),
             machine.c_str());
    QCOMPARE(memoryShortage(c10::OutOfMemoryError(
                 c10::SourceLocation{"f", "f", 1},
                 "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.10 GiB of "
                 "which 1.20 GiB is free. Including non-PyTorch memory, this process has 70 GiB in use.")),
             std::optional<std::string>("2.00 GiB were asked for, 1.20 GiB are free on the GPU"));
    QVERIFY(memoryShortage(std::bad_alloc())->starts_with("how much was asked for is not known"));
    QCOMPARE(shortage("size mismatch, got input (3), mat (3x4)"), std::string("none"));
    QVERIFY(!memoryShortage(Error("no such file")));
  }

  /// Rows that are trained on in two parts: the gradient is the mean of those of the parts alone. Without
  /// momentum a step in two parts ends in the middle between the ends of two steps.
  void partsAddUp() {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    config.recipe.optimiser = {"sgd", Sgd{.learningRate = 0.05, .momentum = 0, .weightDecay = 0}};
    const ResidentDataset images = data();
    const auto weightsAfter = [&](const std::vector<std::uint32_t>& indices, int rows) {
      Stepper stepper(config, images, at::kCPU, pool_);
      stepper.setRowsAtOnce(rows);
      stepper.step({3, 1, 1, indices}, 0.05, 0);
      std::vector<at::Tensor> weights;
      for (const at::Tensor& one : stepper.network().parameters())
        weights.push_back(one.detach().to(at::kDouble));
      return weights;
    };
    const auto parts = weightsAfter({0, 1, 2, 3, 4, 5}, 3), whole = weightsAfter({0, 1, 2, 3, 4, 5}, 0);
    const auto first = weightsAfter({0, 1, 2}, 0), second = weightsAfter({3, 4, 5}, 0);
    bool isOther = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      QVERIFY(at::allclose(parts[i], (first[i] + second[i]) / 2, 1e-5, 1e-6));
      isOther = isOther || !at::allclose(parts[i], whole[i], 1e-5, 1e-6);
    }
    QVERIFY(isOther);  // batch normalisation has other statistics
  }

  /// Each row has its own noise, whatever part it is in: of four rows that are the same, two parts have other
  /// losses under dropout, and the same without.
  void partsKeepTheNoise() {
    const ResidentDataset images = data();
    for (const double rate : {0.0, 0.5}) {
      RunConfig config = tinyConfig(images_.folder(), "baseline", 1, 8);
      config.recipe.model = modelFromJson(Json("wrn"), "test");
      config.recipe.model.set("depth", 10);
      config.recipe.model.set("width_factor", 1);
      config.recipe.model.set("dropout", rate);
      const auto lossOf = [&](const std::vector<std::uint32_t>& indices) {
        Stepper stepper(config, images, at::kCPU, pool_);
        stepper.setRowsAtOnce(2);
        return stepper.step({3, 1, 1, indices}, 0.05, 0).report.loss;
      };
      QCOMPARE(lossOf({0, 0, 0, 0}) == lossOf({0, 0}), rate == 0);
    }
  }

  void trainsEveryMethodInParts_data() {
    QTest::addColumn<QString>("method");
    for (const MethodEntry& method : methods()) QTest::newRow(method.name.c_str()) << q(method.name);
  }
  void trainsEveryMethodInParts() {
    QFETCH(QString, method);
    RunConfig config = busyConfig(images_.folder(), method.toStdString());
    const ResidentDataset images = data();
    Stepper stepper(config, images, at::kCPU, pool_);
    stepper.setRowsAtOnce(3);
    stepper.beginEpoch(1);
    for (std::int64_t step = 1; step <= 2; ++step) {
      Batch batch = firstBatch(8);
      batch.step = step;
      const StepReports reports = stepper.step(batch, 0.05, 0);
      QVERIFY(std::isfinite(reports.report.loss));
      QCOMPARE(reports.report.count, 8);
    }
  }

  /// Nobody looks on: a checkpoint of the step before, and the run fails. It goes on from there.
  void failsWithACheckpoint() {
    const RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    const QTemporaryDir folder, straight;
    const fs::path run = folder.path().toStdString();
    RecordingSink sink;
    sink.stepped = [](std::int64_t step) {
      if (step == 2) memory().failAfter(0);
    };
    const std::string problem = failureOf(config, run, sink);
    QVERIFY2(says(problem, "step 3 (epoch 1) was not taken: memory is short"), problem.c_str());
    QVERIFY2(says(problem, "a checkpoint of step 2 was written"), problem.c_str());
    QCOMPARE(sink.checkpoints.size(), std::size_t{1});
    const Attempt second(config, run, run);
    QCOMPARE(second.state, RunState::finished);
    const Attempt whole(config, straight.path().toStdString());
    QCOMPARE(joinedNumbers(sink, second.sink), whole.sink.numbers());
  }

  /// Somebody looks on: the run pauses, says why, and tries again when it is told to go on.
  void pausesWhereSomebodyLooksOn() {
    const RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    WatchedSink sink;
    std::string said;
    Control control({});
    sink.stepped = [](std::int64_t step) {
      if (step == 2) memory().failAfter(0);
    };
    Trainer trainer(prepare(config, {}, {}), sink, control, [&](const StateReport& report) {
      sink.take(report);
      if (report.state != RunState::paused) return;
      said = report.text;
      control.send(command::Resume{});
    });
    QCOMPARE(trainer.run(), RunState::finished);
    QVERIFY2(says(said, "step 3 (epoch 1) was not taken") && says(said, "tries this step again"),
             said.c_str());
    const Attempt whole(config, {});
    QCOMPARE(sink.numbers(), whole.sink.numbers());
  }

  /// On request the run goes on by itself, with half as many rows at a time and the same samples in the same
  /// order; a resume keeps them.
  void halvesOnRequest() {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 2, 8);
    config.runtime.onOutOfMemory = "halve";
    const QTemporaryDir folder, other;
    const fs::path run = folder.path().toStdString();
    const auto fail = [](Control&, std::int64_t step) {
      if (step == 2) memory().failAfter(0);
    };
    const Attempt straight(config, other.path().toStdString(), {}, fail);
    QCOMPARE(straight.state, RunState::finished);
    QVERIFY(std::ranges::any_of(straight.sink.events, [](const std::string& text) {
      return says(text, "step 3 (epoch 1) was not taken") && says(text, "at most 4 rows at a time");
    }));
    const Attempt first(config, run, {}, [&](Control& control, std::int64_t step) {
      fail(control, step);
      if (step == 3) control.send(command::Stop{});
    });
    const Attempt second(config, run, run);
    QCOMPARE(joinedNumbers(first.sink, second.sink), straight.sink.numbers());
    // Without the fault the plans are the same, and the losses are not.
    const Attempt whole(config, {});
    for (std::size_t i = 0; i < whole.sink.policies.size(); ++i)
      QCOMPARE(text(whole.sink.policies[i]), text(straight.sink.policies[i]));
    QCOMPARE(whole.sink.steps[1].loss, straight.sink.steps[1].loss);
    QVERIFY(whole.sink.steps[2].loss != straight.sink.steps[2].loss);
  }

  /// Somebody who looks on may have it halved, from that step on, and only where memory was short.
  void halvesWherePausedOnRequest() {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    WatchedSink sink;
    Control control({});
    sink.stepped = [](std::int64_t step) {
      if (step == 2) memory().failAfter(0);
    };
    int paused = 0;
    Trainer trainer(prepare(config, {}, {}), sink, control, [&](const StateReport& report) {
      sink.take(report);
      if (report.state != RunState::paused) return QVERIFY(!report.canHalve);
      ++paused;
      QVERIFY(report.canHalve);
      control.send(command::Change{"runtime.on_out_of_memory", Json("halve")});
      control.send(command::Resume{});
    });
    QCOMPARE(trainer.run(), RunState::finished);
    QCOMPARE(paused, 1);
    config.runtime.onOutOfMemory = "halve";
    const Attempt straight(config, {}, {}, [](Control&, std::int64_t step) {
      if (step == 2) memory().failAfter(0);
    });
    QCOMPARE(sink.numbers(), straight.sink.numbers());
  }

  /// Forwards without gradient go in parts, too, where a row's loss depends on nothing but itself; dropout
  /// and all else meets a row as when all go together.
  void halvesForwardsWithoutGradient_data() {
    QTest::addColumn<QString>("norm");
    QTest::addColumn<bool>("isInParts");
    for (const auto& [norm, isInParts] : {std::pair{"base", true},
                                          {"running", true},
                                          {"eval", true},
                                          {"train", false},
                                          {"probe", false},
                                          {"record", false}})
      QTest::newRow(norm) << norm << isInParts;
  }
  void halvesForwardsWithoutGradient() {
    QFETCH(QString, norm);
    QFETCH(bool, isInParts);
    const std::map<QString, NormMode> modes{{"base", NormMode::base},   {"running", NormMode::running},
                                            {"eval", NormMode::eval},   {"train", NormMode::train},
                                            {"probe", NormMode::probe}, {"record", NormMode::record}};
    RunConfig config = tinyConfig(images_.folder(), "uada", 1, 8);
    config.recipe.model =
        modelFromJson(parseJson(R"({"name": "wrn", "depth": 10, "width_factor": 1})", "test"), "test");
    const ResidentDataset images = data();
    std::vector<Shown> shown;  // of eight samples, so that places are told from rows
    for (int row = 0; row < 7; ++row) shown.push_back({7 - row, {}});
    for (const bool isCommon : {false, true}) {
      const Mode mode{.norm = modes.at(norm), .commonNoise = isCommon};
      std::vector<at::Tensor> losses, logits;
      for (const int most : {0, 3}) {
        Stepper stepper(config, images, at::kCPU, pool_);
        stepper.setRowsAtOnce(most);
        stepper.ask(firstBatch(8), [&](StepContext& context) {
          const Rows rows = context.render(shown);
          context.losses(rows, {.norm = NormMode::record, .commonNoise = true});
          const Forwards forwards;
          losses.push_back(context.losses(rows, mode));
          logits.push_back(context.outputs(rows, mode).main);
          QCOMPARE(forwards.seen(), isInParts && most > 0 ? 6 : 2);
        });
      }
      QVERIFY(losses[1].sizes() == at::IntArrayRef({7}));
      QVERIFY2(losses[1].allclose(losses[0], 1e-5, 1e-5), qPrintable(norm));
      QVERIFY2(logits[1].allclose(logits[0], 1e-5, 1e-5), qPrintable(norm));
    }
  }

  /// Down to two rows, then it stops.
  void halvesNoFurtherThanTwo() {
    RunConfig config = tinyConfig(images_.folder(), "ra-uc", 1, 8);
    config.runtime.onOutOfMemory = "halve";
    NeverEnough sink;
    const QTemporaryDir folder;
    sink.stepped = [](std::int64_t step) {
      if (step == 1) memory().failAfter(0);
    };
    const std::string problem = failureOf(config, folder.path().toStdString(), sink);
    QVERIFY2(says(problem, "step 2 (epoch 1) was not taken"), problem.c_str());
    QCOMPARE(std::ranges::count_if(sink.events,
                                   [](const std::string& text) { return says(text, "rows at a time"); }),
             2);
  }

 private:
  static QString q(const std::string& text) { return QString::fromStdString(text); }
  static Choice methodOf(const QString& text) {
    const std::string plain = text.toStdString();
    return methodFromJson(text.startsWith('{') ? parseJson(plain, "test") : Json(plain), "test");
  }
  /// Why a run failed.
  static std::string failureOf(const RunConfig& config, const fs::path& folder, RecordingSink& sink) {
    Control control(folder);
    Trainer trainer(prepare(config, folder, {}), sink, control,
                    [&](const StateReport& report) { sink.take(report); });
    std::string problem = "it did not fail";
    try {
      trainer.run();
    } catch (const Error& error) {
      problem = error.what();
    }
    sink.stepped = {};
    return problem;
  }
};

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"

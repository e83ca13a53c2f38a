#include <QTest>

#include "core/data/PictureTargets.h"
#include "core/engine/RunImages.h"
#include "core/engine/methods/AdaAugment.h"
#include "core/engine/tasks/Task.h"
#include "core/engine/train/Trainer.h"
#include "tests/engine/Attempt.h"
#include "tests/engine/ObjectTools.h"
#include "tests/engine/OracleTools.h"
#include "tests/engine/PictureTools.h"
#include "tests/engine/SceneTools.h"
#include "tests/engine/ScriptTools.h"

using namespace uada;
namespace fs = std::filesystem;

namespace {

/// An entry of a catalogue with settings.
struct Variant {
  std::string text;
  Choice choice;
};

/// An entry as it is usual, and with each of its switches turned, each of its choices taken, and each whole
/// number at its least and one higher than usual.
std::vector<Variant> variantsOf(const Choice& usual, const std::vector<FieldValue>& fields) {
  std::vector<Variant> variants{{usual.name, usual}};
  const auto add = [&](const FieldValue& known, const Json& value) {
    if (value == known.value || !fieldProblem(known, value).empty()) return;
    Choice choice = usual;
    choice.set(known.field.name, value);
    variants.push_back({usual.name + " " + known.field.name + " " + value.dump(), choice});
  };
  for (const FieldValue& known : fields) {
    const Field& field = known.field;
    for (const std::string& choice : field.choices) add(known, choice);
    if (known.value.isBool()) add(known, !known.value.asBool());
    if (!known.value.isInt() || !field.choices.empty()) continue;
    add(known, static_cast<std::int64_t>(field.min));
    add(known, known.value.asInt() + 1);
  }
  return variants;
}

/// Those of all entries. read: makes a choice of a name
template <class Entry, class Read>
std::vector<Variant> variantsOf(const std::vector<Entry>& entries, const Read& read) {
  std::vector<Variant> all;
  for (const Entry& entry : entries)
    for (const Variant& variant : variantsOf(read(Json(entry.name), "test"), entry.fields))
      all.push_back(variant);
  return all;
}

/// Also with every policy, where a method takes one.
std::vector<Variant> methodVariants() {
  std::vector<Variant> all = variantsOf(methods(), methodFromJson);
  for (const auto& method : methods()) {
    for (const Policy& policy : policies()) {
      if (method.policySetting == PolicySetting::fixed || policy.name == method.policy) continue;
      Choice choice = methodFromJson(Json(method.name), "test");
      choice.set("policy", policy.name);
      all.push_back({method.name + " over " + policy.name, choice});
    }
  }
  return all;
}

/// Where a model is a file: one that makes as many classes.
Choice withExampleFile(Choice model, int classes) {
  static const QTemporaryDir folder;
  const std::string file = folder.filePath(QString("net%1.pt").arg(classes)).toStdString();
  for (const FileSetting& setting : findModel(model.name).files) {
    if (!setting.isNeeded) continue;
    if (!fs::exists(file)) writeScript(file, classes);
    model.set(setting.file, file);
  }
  return model;
}

/// Of each model the variant with the fewest parameters.
std::vector<Variant> smallestModels() {
  std::vector<Variant> smallest;
  for (const Model& model : models()) {
    const auto size = [&](const Variant& variant) {
      return model.parameters(variant.choice, {10, squareInput(32)});
    };
    const Choice usual = withExampleFile(modelFromJson(Json(model.name), "test"), 10);
    smallest.push_back(std::ranges::min(variantsOf(usual, model.fields), {}, size));
  }
  return smallest;
}

/// The classification networks: of each the variant with the fewest parameters, and a committed script.
std::vector<Variant> smallestClassifiers() {
  std::vector<Variant> all;
  for (const Variant& variant : smallestModels())
    if (findModel(variant.choice.name).task == Classification::kName) all.push_back(variant);
  all.push_back({"committed script", scriptModel(PROJECT_DIR "/tests/golden/torchscript/net.pt")});
  return all;
}

/// The method with each of its own whole numbers at its least: few forwards, copies and probes.
Choice withLeastSettings(const MethodEntry& method) {
  Choice choice = methodFromJson(Json(method.name), "test");
  for (const FieldValue& known : method.fields) {
    if (!known.value.isInt() || !known.field.choices.empty()) continue;
    const std::int64_t least = std::max<std::int64_t>(1, static_cast<std::int64_t>(known.field.min));
    if (fieldProblem(known, Json(least)).empty()) choice.set(known.field.name, least);
  }
  return choice;
}

/// Why a method does not train a network; empty: it does.
std::string whyRefused(const Choice& model, const MethodEntry& method) {
  if (model.name != TorchScript::kName) return "";
  if (method.norms > 1) return "two sets of batch normalisations";
  return method.name == AdaAugment::kName ? "no linear layer whose input" : "";
}

/// The least of some sides that a model takes.
int sideFor(const Model& model) {
  for (const int side : {33, 100})
    if (model.inputProblem(squareInput(side)).empty()) return side;
  return 0;
}

/// Whether each step costs the same, which is known before.
bool isSteady(const Choice& method) {
  const Json &settings = method.settings(), *mode = settings.find("mode");
  return !(mode && *mode == Json("fast")) && !settings.find("probe_every");
}

/// usualOnly  without changed settings
void addRows(const std::vector<Variant>& variants, bool usualOnly = false) {
  QTest::addColumn<Choice>("entry");
  for (const Variant& variant : variants)
    if (!usualOnly || variant.text == variant.choice.name)
      QTest::newRow(variant.text.c_str()) << variant.choice;
}

}  // namespace

/// What holds for every model, method, optimiser and schedule: a new entry is tested without a new line here.
class TestCatalogues : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void modelsAreWhatTheySay_data() { addRows(variantsOf(models(), modelFromJson)); }
  void modelsAreWhatTheySay();
  void modelsLearn_data() { addRows(smallestModels()); }
  void modelsLearn();
  void modelsResume_data() { modelsLearn_data(); }
  void modelsResume();
  void everyPairTrains_data();
  void everyPairTrains();
  void methodsDoTheirPasses_data() { addRows(methodVariants()); }
  void methodsDoTheirPasses();
  void methodsKnowTheirFirstRows_data() { addRows(methodVariants()); }
  void methodsKnowTheirFirstRows();
  void methodsResume_data() { addRows(methodVariants(), true); }
  void methodsResume();
  void optimisersResume_data() { addRows(variantsOf(optimisers(), optimiserFromJson)); }
  void optimisersResume();
  void schedulesResume_data() { addRows(variantsOf(schedules(), scheduleFromJson)); }
  void schedulesResume();

 private:
  /// A run that trains the model, on data of its task.
  RunConfig configFor(const Choice& model) const {
    const TargetKind target = findTask(findModel(model.name).task).target;
    RunConfig config = target == TargetKind::label     ? this->config(1)
                       : target == TargetKind::boxes   ? objectConfig("plain", 4, objects_.dir())
                       : target == TargetKind::picture ? pictureConfig(images_.folder(), "plain", 1, 4)
                                                       : sceneConfig(scenes_.dir(), "plain", 1, 4);
    config.recipe.model = model;
    return config;
  }
  RunConfig config(int epochs) const { return tinyConfig(images_.folder(), "ra-uc", epochs, 4); }
  void resumes(const RunConfig& config);

  const StripedImages images_{10, 4};  // batches of 4, 4, 2
  const MadeScenes scenes_{10, 2};
  const ObjectFolder objects_{10, 2};
};

/// The formula gives the network's parameters; what it says has a number for each class, of detection one
/// more, for each of its priors; of pictures it is a picture.
void TestCatalogues::modelsAreWhatTheySay() {
  QFETCH(Choice, entry);
  const Model& model = findModel(entry.name);
  constexpr int kClasses = 7;
  entry = withExampleFile(entry, kClasses);
  const int side = sideFor(model);
  QVERIFY2(side > 0, "it takes none of the sides that are tried here");
  const ModelContext context{kClasses, squareInput(side)};
  const auto network = makeNetwork(entry, context, 1);
  QCOMPARE(network->parameterCount(), model.parameters(entry, context));
  const at::NoGradGuard noGrad;
  const Output said = network->forward(at::zeros({2, 3, side, side}));
  const at::Tensor& output = said.main;
  QCOMPARE(output.size(0), std::int64_t{2});
  QVERIFY(output.isfinite().all().item<bool>());
  const TargetKind target = findTask(model.task).target;
  QCOMPARE(network->priors().defined(), target == TargetKind::boxes);
  if (target == TargetKind::boxes) {
    const std::int64_t priors = network->priors().size(0);
    QVERIFY(output.sizes() == at::IntArrayRef({2, priors, kClasses + 1}));
    QVERIFY(said.offsets.sizes() == at::IntArrayRef({2, priors, 4}) &&
            said.offsets.isfinite().all().item<bool>());
    return;
  }
  if (target == TargetKind::picture) {
    QVERIFY(output.sizes() == at::IntArrayRef({2, 3, side, side}));
    return;
  }
  QCOMPARE(output.size(1), std::int64_t{kClasses});
  QVERIFY(target != TargetKind::label || output.dim() == 2);
}

/// Every small step on one batch changes its loss, and a few of them lower it.
void TestCatalogues::modelsLearn() {
  QFETCH(Choice, entry);
  const RunConfig config = configFor(entry);
  ThreadPool pool(1);
  const auto data = withTargets(
      runImages(config.recipe.dataset, Split::train, config.recipe.dataset.as<DataSettings>().folder),
      taskOf(config.recipe).target);
  Stepper stepper(config, *data, at::kCPU, pool);
  Batch batch{3, 1, 1, {0, 1, 2, 3}};
  for (const std::uint32_t index : batch.indices) batch.sizes.push_back(data->imageSize(index));
  std::vector<double> losses;
  for (; batch.step <= 8; ++batch.step) {
    losses.push_back(stepper.step(batch, 0.005, 0).report.loss);
    QVERIFY(std::isfinite(losses.back()) && (batch.step == 1 || losses.back() != *(losses.end() - 2)));
  }
  QVERIFY2(losses.back() < losses.front(), fmt::format("{}", losses).c_str());
}

void TestCatalogues::everyPairTrains_data() {
  QTest::addColumn<Choice>("model");
  QTest::addColumn<Choice>("method");
  for (const Variant& model : smallestClassifiers())
    for (const MethodEntry& method : methods())
      QTest::newRow(fmt::format("{}, {}", model.text, method.name).c_str())
          << model.choice << withLeastSettings(method);
}

/// Every classification network takes two steps with every method, or is refused with the reason.
void TestCatalogues::everyPairTrains() {
  QFETCH(Choice, model);
  QFETCH(Choice, method);
  RunConfig config = this->config(1);
  config.recipe.model = model;
  config.method = method;
  at::set_num_threads(1);  // several would wait for each other on a busy machine
  ThreadPool pool(1);
  const auto data =
      runImages(config.recipe.dataset, Split::train, config.recipe.dataset.as<DataSettings>().folder);
  const std::string expected = whyRefused(model, findMethod(method.name));
  std::unique_ptr<Stepper> stepper;
  try {
    stepper = std::make_unique<Stepper>(config, *data, at::kCPU, pool);
  } catch (const Error& error) {
    qInfo("refused: %s", error.what());
    QVERIFY2(!expected.empty() && QByteArray(error.what()).contains(expected.c_str()), error.what());
    return;
  }
  QVERIFY2(expected.empty(), "it should have been refused");
  stepper->beginEpoch(1);
  for (std::int64_t step = 1; step <= 2; ++step) {
    std::vector<at::Tensor> before;
    for (const at::Tensor& weights : stepper->network().parameters())
      before.push_back(weights.detach().clone());
    Batch batch{3, step, 1, {0, 1, 2, 3}};
    for (const std::uint32_t index : batch.indices) batch.sizes.push_back(data->imageSize(index));
    QVERIFY(std::isfinite(stepper->step(batch, 0.05, 0).report.loss));
    bool hasMoved = false;
    const std::vector<at::Tensor> after = stepper->network().parameters();
    for (std::size_t i = 0; i < after.size(); ++i) {
      QVERIFY(after[i].isfinite().all().item<bool>());
      hasMoved = hasMoved || !after[i].equal(before[i]);
    }
    QVERIFY(hasMoved);
  }
}

/// Stopped in the middle of an epoch and resumed from the checkpoint, a run gives the same numbers to the
/// last bit.
void TestCatalogues::resumes(const RunConfig& config) {
  const Attempt whole(config, {});
  QCOMPARE(whole.state, RunState::finished);
  for (const int stop : {2, 4}) {
    if (stop > std::ssize(whole.sink.steps)) continue;
    const QTemporaryDir folder;
    const fs::path run = folder.path().toStdString();
    const Attempt first(config, run, {}, atStep(stop, command::Stop{}));
    QCOMPARE(first.state, RunState::stopped);
    const Attempt second(config, run, run);
    QCOMPARE(second.state, RunState::finished);
    QVERIFY(joinedNumbers(first.sink, second.sink) == whole.sink.numbers());
  }
}

void TestCatalogues::modelsResume() {
  QFETCH(Choice, entry);
  resumes(configFor(entry));
}

/// What the catalogue says that a step costs is what each step does, or, where that depends on what turns
/// out, about that.
void TestCatalogues::methodsDoTheirPasses() {
  QFETCH(Choice, entry);
  RunConfig config = this->config(1);
  config.method = entry;
  const auto space = makeSpace(config, squareInput(32));
  const Passes passes = findMethod(config.method.name).passes(config.method, *space);
  const Attempt attempt(config, {});
  QCOMPARE(attempt.state, RunState::finished);
  // Three, but where the method keeps images back.
  QCOMPARE(std::ssize(attempt.sink.steps), attempt.sink.states.back().plannedSteps);
  for (const StepReport& step : attempt.sink.steps) {
    QVERIFY(std::isfinite(step.loss));
    if (!isSteady(entry)) {
      QVERIFY(step.counts.forwardsNoGrad >= 0 && step.counts.forwardsNoGrad <= 2 * passes.forwardsNoGrad);
      continue;
    }
    QCOMPARE(step.counts.forwardsNoGrad, passes.forwardsNoGrad);
    QCOMPARE(step.counts.forwardsTrain, passes.forwardsTrain);
    QCOMPARE(step.counts.backwards, passes.backwards);
    // Of both candidates one that stays where it was, as of an op without a level, is not rendered.
    const Json* const candidates = entry.settings().find("candidates");
    if (candidates && *candidates == Json("both"))
      QVERIFY(step.counts.chains > step.counts.forwardsNoGrad * step.count &&
              step.counts.chains <= passes.chains * step.count);
    else
      QCOMPARE(step.counts.chains, passes.chains * step.count);
  }
}

/// What is rendered ahead is what the step then asks for: else it would be rendered twice.
void TestCatalogues::methodsKnowTheirFirstRows() {
  class FirstRows : public test::PlanContext {
   public:
    using PlanContext::PlanContext;
    Rows render(std::span<const Shown> rows) override {
      if (first.empty()) first.assign(rows.begin(), rows.end());
      return PlanContext::render(rows);
    }
    std::vector<Shown> first;
  };
  QFETCH(Choice, entry);
  RunConfig config = this->config(1);
  config.method = entry;
  const auto space = makeSpace(config, squareInput(32));
  const auto data =
      runImages(config.recipe.dataset, Split::train, config.recipe.dataset.as<DataSettings>().folder);
  const auto method = makeMethod(entry, {*space, 7, data.get(), 1, 3});
  const Batch batch{7, 2, 1, {4, 1, 9}};
  FirstRows context(batch.indices.size());
  method->begin(context);
  method->beginEpoch(1, context);
  context.first.clear();
  const std::vector<Shown> known = method->known(batch);
  method->step(batch, context);
  QVERIFY(!known.empty());
  QVERIFY(known == context.first);
}

void TestCatalogues::methodsResume() {
  QFETCH(Choice, entry);
  RunConfig config = this->config(2);
  config.method = entry;
  resumes(config);
}

void TestCatalogues::optimisersResume() {
  QFETCH(Choice, entry);
  RunConfig config = this->config(2);
  config.recipe.optimiser = entry;
  resumes(config);
}

void TestCatalogues::schedulesResume() {
  QFETCH(Choice, entry);
  RunConfig config = this->config(2);
  config.recipe.schedule = entry;
  for (int epoch = 0; epoch < 2; ++epoch)
    for (std::int64_t step = 0; step < 3; ++step) {
      const double rate = learningRate(config.recipe, epoch, step, 3);
      QVERIFY(rate >= 0 && rate <= 0.05);
    }
  resumes(config);
}

QTEST_GUILESS_MAIN(TestCatalogues)
#include "tst_catalogues.moc"

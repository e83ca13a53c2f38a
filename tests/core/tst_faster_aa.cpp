#include <QtTest>
#include <limits>
#include <map>

#include "core/augment/found/FasterAutoAugment.h"
#include "core/augment/found/FoundSpace.h"
#include "core/augment/found/Library.h"
#include "core/ops/Op.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/ChiSquare.h"
#include "tests/core/PolicyTools.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr const char* kGolden = PROJECT_DIR "/tests/golden/policies/";
constexpr int kDraws = 4000, kOperations = 15;
constexpr bool kHasMagnitude[kOperations] = {true, true, true, true, true, false, false, true,
                                             true, true, true, true, true, false, false};

FoundPolicy golden() {
  const WeightsFile file = readWeights(fs::path(kGolden) / "faster_aa.pt");
  return foundPolicyFromJson(fasterAutoAugmentPolicy(file, "golden"), "golden");
}

/// Plans of one sub-policy of the golden state, without crop, flip and box.
std::vector<Plan> chainsOf(FoundPolicy policy, std::size_t subpolicy) {
  PolicyContext context{squareInput(kSide, kPad)};
  context.subpolicy = subpolicy;
  const FoundSpace space(std::move(policy), FrameSettings{}, context);
  std::vector<Plan> plans;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    Plan plan = samplePlan(space, i);
    for (const char* part : {"crop", "flip", "cutout"}) plan.remove(part);
    plans.push_back(plan);
  }
  return plans;
}

/// A state of one sub-policy of one stage, whose numbers lie in memory one behind the other.
class State {
 public:
  State() {
    file_.where = "dir/7.pt";
    file_.values = {{"policy_kwargs/num_sub_policies", Json(1)},
                    {"policy_kwargs/temperature", Json(0.05)},
                    {"policy_kwargs/operation_count", Json(1)},
                    {"epoch", Json(7)}};
    const std::string stage = "policy/sub_policies.0.stages.0.";
    add(stage + "_weights", std::vector<float>(kOperations, 0));
    for (int k = 0; k < kOperations; ++k) {
      const std::string operation = stage + "operations." + std::to_string(k) + ".";
      if (kHasMagnitude[k]) add(operation + "_magnitude", {0.5F});
      add(operation + "_probability", {0.5F});
      add(operation + "temperature", {0.1F});
    }
  }

  void add(const std::string& name, const std::vector<float>& values) {
    WeightTensor tensor;
    tensor.name = name;
    tensor.sizes = {static_cast<std::int64_t>(values.size())};
    tensor.strides = {1};
    tensor.offset = static_cast<std::int64_t>(numbers_.size());
    file_.tensors.push_back(tensor);
    numbers_.insert(numbers_.end(), values.begin(), values.end());
  }
  WeightTensor& tensor(const std::string& end) {
    for (WeightTensor& tensor : file_.tensors)
      if (tensor.name.ends_with(end)) return tensor;
    throw Error("the test's state has no tensor " + end);
  }
  void setNumber(const std::string& end, float value) {
    numbers_.at(static_cast<std::size_t>(tensor(end).offset)) = value;
  }
  void remove(const std::string& end) {
    std::erase_if(file_.tensors, [&](const WeightTensor& tensor) { return tensor.name.ends_with(end); });
  }
  void setValue(const std::string& name, Json value) {
    for (auto& [known, old] : file_.values)
      if (known == "policy_kwargs/" + name) old = std::move(value);
  }
  void clear() { file_.tensors.clear(), file_.values.clear(); }

  Json read() {
    file_.bytes = bytesOfMemory(std::as_bytes(std::span(numbers_)));
    file_.storages = {{0, numbers_.size() * sizeof(float), {}}};
    return fasterAutoAugmentPolicy(file_, "s");
  }

 private:
  std::vector<float> numbers_;
  WeightsFile file_;
};

}  // namespace

/// States that Faster AutoAugment's search saves: tests/golden/faster_aa.py wrote two with PyTorch 2.11.0.
class TestFasterAa : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { folder_ = std::make_unique<PolicyFolder>(); }

  void statesAreImported() {
    const Import import = importPolicy(fs::path(kGolden) / "faster_aa.pt");
    QVERIFY(import.wrong.empty() && import.passed.empty());
    const InstalledPolicy& policy = import.policies.at(0);
    QCOMPARE(policy.name, std::string("faster-aa-faster_aa"));
    QVERIFY(policy.format == "uada-policy-stages" && policy.count == 2 && policy.grid == Grid::fraa);
    const Import old = importPolicy(fs::path(kGolden) / "faster_aa_old.pt", {.name = "old"});
    QCOMPARE(old.policies.at(0).name, std::string("old"));
    QVERIFY(loadPolicy("old").policy.cumulative == loadPolicy("faster-aa-faster_aa").policy.cumulative);
    QCOMPARE(importPolicy(fs::path(kGolden) / "faster_aa.pt").policies.at(0).sha256, policy.sha256);
    const auto space = makeSpace("found", R"({"file":"faster-aa-faster_aa"})");
    QVERIFY(samplePlan(*space, 1).grid == Grid::fraa && samplePlan(*space, 1).chain().size() == 2);
    QVERIFY(refusal([] {
              importPolicy(fs::path(kGolden) / "faster_aa.pt", {.levels = Levels::shares});
            }).contains("faster_aa.pt: a state of Faster AutoAugment has magnitudes; leave --levels out"));
  }

  /// The ops of a stage with their chances, softmax(weights / temperature), and what was found of each.
  void statesAreReadWhole() {
    const FoundPolicy policy = golden();
    QVERIFY(policy.kind == FoundPolicy::Kind::stages && policy.opsPerImage == 2);
    QCOMPARE(policy.lists.size(), std::size_t{4});
    std::string names;
    for (const PolicyOp& op : policy.lists[0]) names += ops()[op.op].name + " ";
    QCOMPARE(names, std::string("shear_x shear_y translate_y translate_y rotate flip_lr invert solarize "
                                "posterize contrast color brightness sharpness autocontrast equalize "));
    const std::vector<double>& sums = policy.cumulative[0];
    QVERIFY(std::abs(sums[3]) < 1e-7 && std::abs(sums[4] - 0.75) < 1e-6 && std::abs(sums[6] - 1) < 1e-6);
    QCOMPARE(policy.lists[0][4].level, 0.25);
    QCOMPARE(policy.lists[0][4].probability, 0.5);
    QCOMPARE(policy.lists[0][6].probability, 1.0);  // 1.2, cut
    QCOMPARE(policy.lists[0][0].level, 0.5);
    QCOMPARE(policy.lists[1][8].level, double{0.3F});
    QCOMPARE(policy.lists[3][9].level, 1.25);  // as found
  }

  void stagesDrawByWeight() {
    int rotated = 0, fired = 0;
    for (const Plan& plan : chainsOf(golden(), 0)) {
      const Part& first = plan.chain()[0];
      const bool isRotate = ops()[first.op].name == "rotate";
      QVERIFY(isRotate || ops()[first.op].name == "invert");
      rotated += isRotate;
      fired += isRotate && first.fired;
      QVERIFY(isRotate || first.fired);
      if (isRotate) QVERIFY(first.found == 0.25 && first.at[0] == 2);
      QVERIFY(ops()[plan.chain()[1].op].name == "posterize" && plan.chain()[1].fired);
    }
    QVERIFY(follows({rotated, kDraws - rotated}, {0.75, 0.25}));
    QVERIFY(follows({fired, rotated - fired}, {0.5, 0.5}));
    const FoundSpace both(golden(), FrameSettings{}, {squareInput(kSide, kPad)});
    int second = 0;
    for (std::uint32_t i = 0; i < kDraws; ++i)
      second += ops()[samplePlan(both, i).chain()[1].op].name == "contrast";
    QVERIFY(follows({second, kDraws - second}, {0.5, 0.5}));
  }

  /// Two pixels, by hand. 0.3 posterizes away int(2.4) = 2 bits. 1.25 counts as 1: contrast by 1 - 2 = -1, so
  /// that v becomes 2 m - v, where m is the mean grey; as published by 1 - 2.5 = -1.5: m + 1.5 (m - v).
  void rendersByHand() {
    ResidentDataset data;
    data.width = 1, data.height = 2;
    data.classCount = 1;
    data.labels = {0};
    data.rgb = {103, 103, 103, 121, 121, 121};  // upper, lower; m = 112
    RenderSettings settings = settingsOf(2);
    settings.input.height = 2, settings.input.width = 1;
    ThreadPool pool(1);
    const Renderer renderer(data, settings, pool);
    const auto shown = [&](const FoundPolicy& policy, std::size_t subpolicy) {
      for (const Plan& plan : chainsOf(policy, subpolicy)) {
        if (plan.chain()[0].fired && ops()[plan.chain()[0].op].name == "rotate") continue;
        const Image image = renderer.picture(0, plan);
        return std::vector<int>{image.rgb[0], image.rgb[3]};
      }
      return std::vector<int>();
    };
    FoundPolicy policy = golden();
    policy.lists[0][6].probability = 0;                        // no inversion
    QCOMPARE(shown(policy, 0), (std::vector<int>{100, 120}));  // & ~3
    QCOMPARE(shown(policy, 1),
             (std::vector<int>{121, 103}));  // flipped left to right: the same, then 2 m - v
    QCOMPARE(shown(asPublished(policy), 1),
             (std::vector<int>{98, 125}));  // upside down: 121, 103; 98.5, 125.5 cut
    QCOMPARE(shown(asPublished(policy), 0), (std::vector<int>{100, 120}));
  }

  /// Magnitudes within 0 to 1 mean the same on both grids.
  void publishedErrorsAreTold() {
    FoundPolicy policy = golden();
    QVERIFY(hasPublishedErrors(policy));
    policy.lists.erase(policy.lists.begin() + 2, policy.lists.end());
    policy.cumulative.resize(2);
    for (auto& list : policy.lists)
      for (PolicyOp& op : list)
        if (ops()[op.op].name == "flip_lr") op.op = static_cast<std::uint16_t>(opIndex("invert"));
    QVERIFY(!hasPublishedErrors(policy));
    policy.lists[1][8].level = -0.01;
    QVERIFY(hasPublishedErrors(policy));
    const FoundPolicy published = asPublished(golden());
    QVERIFY(published.grid == Grid::fraaPublished);
    QCOMPARE(published.lists[0][4].level, 0.3125);  // (0.25 + 1) / 4
    QCOMPARE(ops()[published.lists[0][5].op].name, std::string("flip_ud"));
  }

  void wrongStatesAreRefused() {
    const auto said = [](const char* what, const auto& change) {
      State state;
      state.read();  // it is sound
      change(state);
      const QString message = refusal([&] { state.read(); });
      QVERIFY2(message.startsWith("dir/7.pt: ") && message.contains(what), qPrintable(message));
    };
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    said("no policy of Faster AutoAugment: a dictionary with 'policy' and 'policy_kwargs' expected",
         [](State& s) { s.clear(); });
    said("policy_kwargs/num_sub_policies: 2.5 found, a whole number from 1 to 1000 expected",
         [](State& s) { s.setValue("num_sub_policies", 2.5); });
    said("policy/sub_policies.1.stages.0._weights: missing, a tensor of 15 expected",
         [](State& s) { s.setValue("num_sub_policies", 2); });
    said("policy_kwargs/operation_count: 9 found, a whole number from 1 to 8 expected",
         [](State& s) { s.setValue("operation_count", 9); });
    said("policy_kwargs/operation_count: a string, a number expected",
         [](State& s) { s.setValue("operation_count", "2"); });
    said("policy_kwargs/temperature: 0 found, above 0 to 1000 expected",
         [](State& s) { s.setValue("temperature", 0); });
    said("stages.0._weights: a tensor of 14 numbers in 1 dimensions found, 15 in 1 expected",
         [](State& s) { s.tensor("_weights").sizes = {14}; });
    said("operations.3._magnitude: missing, a tensor of 1 expected",
         [](State& s) { s.remove("operations.3._magnitude"); });
    said("operations.14._probability: missing", [](State& s) { s.remove("operations.14._probability"); });
    said("operations.8._magnitude: 3.5 found, -1 to 3 allowed",
         [](State& s) { s.setNumber("operations.8._magnitude", 3.5F); });
    said("operations.0._probability: nan found, finite numbers expected",
         [&](State& s) { s.setNumber("operations.0._probability", kNan); });
    said("stages.0._weights: inf found, finite numbers expected",
         [](State& s) { s.setNumber("_weights", std::numeric_limits<float>::infinity()); });
    said(
        "policy/sub_policies.0.stages.1._weights: unknown; policy_kwargs announces 1 sub-policies of 1 "
        "stages",
        [](State& s) { s.add("policy/sub_policies.0.stages.1._weights", {0}); });
    said("operations.5._magnitude: unknown", [](State& s) {  // HorizontalFlip has none
      s.add("policy/sub_policies.0.stages.0.operations.5._magnitude", {0.5F});
    });
  }

  /// Networks, other files that torch.save() wrote, and damage are refused by name as well.
  void otherFilesAreRefused() {
    const auto message = [](const fs::path& file) { return refusal([&] { importPolicy(file); }); };
    const QString network = message(fs::path(PROJECT_DIR) / "tests/golden/weights/plain.pth");
    QVERIFY2(network.contains("plain.pth: no policy of Faster AutoAugment"), qPrintable(network));
    std::vector<std::byte> bytes = readBinaryFile(fs::path(kGolden) / "faster_aa.pt", 1 << 20);
    for (const std::size_t size : {std::size_t{4}, bytes.size() / 2, bytes.size() - 1}) {
      const std::string cut(reinterpret_cast<const char*>(bytes.data()), size);
      const QString said = message(folder_->write("cut.pt", cut));
      QVERIFY2(said.contains("cut.pt"), qPrintable(said));
    }
    QVERIFY(installedPolicies().back().file.empty());
  }

 private:
  std::unique_ptr<PolicyFolder> folder_;
};

QTEST_GUILESS_MAIN(TestFasterAa)
#include "tst_faster_aa.moc"

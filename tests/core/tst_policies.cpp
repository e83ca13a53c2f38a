#include <QtTest>
#include <map>

#include "core/augment/found/FoundSpace.h"
#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/ChiSquare.h"

using namespace uada;
using namespace uada::test;

namespace {

constexpr int kDraws = 40000;

/// Place of an op in a list of names; -1: not in it.
int placeIn(const std::vector<std::string>& names, const Part& step) {
  const auto found = std::ranges::find(names, ops()[step.op].name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

const std::vector<std::string> kFourteen{
    "shear_x",  "shear_y",  "translate_x", "translate_y", "rotate",       "color",    "posterize",
    "solarize", "contrast", "sharpness",   "brightness",  "autocontrast", "equalize", "identity"};
const std::vector<std::string> kUniform{"identity",    "shear_x",    "shear_y",      "translate_x",
                                        "translate_y", "rotate",     "autocontrast", "invert",
                                        "equalize",    "solarize",   "posterize",    "contrast",
                                        "color",       "brightness", "sharpness",    "cutout"};
const std::vector<std::string> kSixteen{"autocontrast", "equalize",   "invert",       "rotate",
                                        "posterize",    "solarize",   "solarize_add", "color",
                                        "contrast",     "brightness", "sharpness",    "shear_x",
                                        "shear_y",      "cutout_abs", "translate_x",  "translate_y"};

std::vector<int> histogram(const std::map<int, int>& counts, int kinds) {
  std::vector<int> all(static_cast<std::size_t>(kinds));
  for (const auto& [value, count] : counts) all.at(static_cast<std::size_t>(value)) = count;
  return all;
}

FoundSpace spaceOf(const char* json, int epochs = 1) {
  return {foundPolicyFromJson(parseJson(json, "test"), "test"),
          FrameSettings{},
          {squareInput(kSide, kPad), epochs}};
}

}  // namespace

class TestPolicies : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void autoAugmentDrawsItsTable_data();
  void autoAugmentDrawsItsTable();
  void framesAreDrawnAsStated();
  void randAugmentDrawsUniformly_data();
  void randAugmentDrawsUniformly();
  void presetsAreThePublishedSettings_data();
  void presetsAreThePublishedSettings();
  void trivialAugmentDrawsOneOp_data();
  void trivialAugmentDrawsOneOp();
  void uniformAugmentFiresHalf();
  void sharesStayExact();
  void scheduleIsStretched();
  void segmentsCountTheirOps();
  void segmentsFollowTheEpoch();
  void elementsFollowTheirDistribution();
  void publishedErrorsAreAskedFor();
  void probesTakeOnlyFiredSteps();
  void eachStepIsAGroup();
  void skippedOpsAreNotProbed();
  void oneSubpolicyAlone();
  void drawsAreTheSameForEver();
};

void TestPolicies::autoAugmentDrawsItsTable_data() {
  QTest::addColumn<QString>("table");
  QTest::addColumn<int>(
      "different");  // ImageNet's table has five rows twice, SVHN's two that differ in a probability
  QTest::newRow("cifar10") << "cifar10" << 25;
  QTest::newRow("imagenet") << "imagenet" << 20;
  QTest::newRow("svhn") << "svhn" << 24;
}

void TestPolicies::autoAugmentDrawsItsTable() {
  QFETCH(QString, table);
  QFETCH(int, different);
  const FoundPolicy policy = loadPolicy("autoaugment-" + table.toStdString()).policy;
  QCOMPARE(policy.count(), std::size_t{25});
  const auto key = [](int a, int levelA, int b, int levelB) {
    return ((a * 32 + levelA) * 32 + b) * 32 + levelB;
  };
  std::map<int, double> share;  // of each different row
  std::map<int, std::array<double, 2>> probability;
  for (const auto& row : policy.lists) {
    QCOMPARE(row.size(), std::size_t{2});
    const int k = key(row[0].op, static_cast<int>(row[0].level), row[1].op, static_cast<int>(row[1].level));
    share[k] += 1 / 25.0;
    for (std::size_t i = 0; i < 2; ++i) probability[k][i] += row[i].probability / 25;
  }
  QCOMPARE(static_cast<int>(share.size()), different);

  const auto space = makeSpace("autoaugment", ("{\"table\":\"" + table + "\"}").toUtf8().constData());
  std::map<int, int> rows, signs;
  std::map<int, std::array<int, 2>> fired;
  for (std::uint32_t index = 0; index < kDraws; ++index) {
    const Plan plan = samplePlan(*space, index);
    QVERIFY(plan.chain().size() == 2 && plan.grid == Grid::aa10);
    const int k = key(plan.chain()[0].op, plan.chain()[0].at[0], plan.chain()[1].op, plan.chain()[1].at[0]);
    QVERIFY(share.contains(k));
    ++rows[k];
    for (std::size_t i = 0; i < 2; ++i)
      fired[k][i] += plan.chain()[i].fired, ++signs[plan.chain()[i].sign > 0];
  }
  std::vector<int> counts;
  std::vector<double> expected;
  for (const auto& [k, part] : share) counts.push_back(rows[k]), expected.push_back(part);
  QVERIFY(follows(counts, expected) && isUniform(signs, 0, 2));
  for (const auto& [k, p] : probability)
    for (std::size_t i = 0; i < 2; ++i)
      QVERIFY(follows({fired[k][i], rows[k] - fired[k][i]},
                      {p[i] / share[k], std::max(0.0, 1 - p[i] / share[k])}));
}

/// Crop, flip and box do not depend on the chain.
void TestPolicies::framesAreDrawnAsStated() {
  const auto space = makeSpace("autoaugment");
  std::map<int, int> row, col, flip, left, top;
  for (std::uint32_t index = 0; index < kDraws; ++index) {
    const Plan plan = samplePlan(*space, index);
    ++row[at(plan, "crop", 0)], ++col[at(plan, "crop", 1)], ++flip[isFlipped(plan)],
        ++left[at(plan, "cutout", 0)], ++top[at(plan, "cutout", 1)];
    QVERIFY(plan.order() == RenderOrder::chainFirst && plan.boxFill == BoxFill::mean);
    QCOMPARE(at(plan, "cutout", 2), std::min(32, at(plan, "cutout", 0) + 16));
  }
  QVERIFY(isUniform(row, 0, 9) && isUniform(col, 0, 9) && isUniform(flip, 0, 2));
  QVERIFY(isUniform(left, -8, 32) && isUniform(top, -8, 32));

  const Plan black =
      samplePlan(*makeSpace("autoaugment", R"({"order":"crop_first","cutout_fill":"black"})"), 0);
  QVERIFY(black.order() == RenderOrder::cropFirst && black.boxFill == BoxFill::black && black.find("cutout"));
  QVERIFY(!samplePlan(*makeSpace("autoaugment", R"({"cutout":false})"), 0).find("cutout"));
}

void TestPolicies::randAugmentDrawsUniformly_data() {
  QTest::addColumn<QString>("grid");
  QTest::addColumn<bool>("sixteen");
  for (const char* grid : {"tv31", "ta31"}) QTest::newRow(grid) << grid << false;
  for (const char* grid : {"ra30", "ra30-published"}) QTest::newRow(grid) << grid << true;
}

void TestPolicies::randAugmentDrawsUniformly() {
  QFETCH(QString, grid);
  QFETCH(bool, sixteen);
  const auto& names = sixteen ? kSixteen : kFourteen;
  const auto space =
      makeSpace("randaugment", (R"({"ops":3,"magnitude":11,"grid":")" + grid + "\"}").toUtf8().constData());
  std::map<int, int> op, pair, sign;
  for (std::uint32_t index = 0; index < kDraws; ++index) {
    const Plan plan = samplePlan(*space, index);
    QVERIFY(plan.chain().size() == 3 && gridName(plan.grid) == grid.toStdString());
    for (const Part& step : plan.chain()) {
      QVERIFY(step.fired && step.at[0] == 11);
      ++op[placeIn(names, step)], ++sign[step.sign > 0];
    }
    ++pair[placeIn(names, plan.chain()[0]) * static_cast<int>(names.size()) +
           placeIn(names, plan.chain()[2])];
  }
  const int kinds = static_cast<int>(names.size());
  QVERIFY(isUniform(op, 0, kinds) && isUniform(pair, 0, kinds * kinds) && isUniform(sign, 0, 2));
}

void TestPolicies::presetsAreThePublishedSettings_data() {
  QTest::addColumn<int>("ops");
  QTest::addColumn<int>("magnitude");
  QTest::newRow("cifar10-wrn-28-10") << 3 << 5;
  QTest::newRow("cifar10-wrn-28-2") << 3 << 4;
  QTest::newRow("cifar10-shake-shake") << 3 << 9;
  QTest::newRow("cifar10-pyramidnet") << 3 << 9;
  QTest::newRow("cifar100-wrn-28-10") << 2 << 14;
  QTest::newRow("cifar100-wrn-28-2") << 1 << 2;
  QTest::newRow("svhn-wrn-28-10") << 3 << 7;
  QTest::newRow("imagenet-resnet-50") << 2 << 9;
  QTest::newRow("efficientnet-b5") << 2 << 17;
  QTest::newRow("efficientnet-b7") << 2 << 28;
}

void TestPolicies::presetsAreThePublishedSettings() {
  QFETCH(int, ops);
  QFETCH(int, magnitude);
  const std::string settings = std::string(R"({"preset":")") + QTest::currentDataTag() + "\"}";
  const Plan plan = samplePlan(*makeSpace("randaugment", settings.c_str()), 0);
  QCOMPARE(static_cast<int>(plan.chain().size()), ops);
  QCOMPARE(int{plan.chain()[0].at[0]}, magnitude);
}

void TestPolicies::trivialAugmentDrawsOneOp_data() {
  QTest::addColumn<QString>("grid");
  QTest::newRow("wide") << "ta-wide31";
  QTest::newRow("ra") << "ta31";
  QTest::newRow("tv-wide") << "tv-wide31";
}

void TestPolicies::trivialAugmentDrawsOneOp() {
  QFETCH(QString, grid);
  const auto space =
      makeSpace("trivialaugment", (std::string(R"({"space":")") + QTest::currentDataTag() + "\"}").c_str());
  std::map<int, int> op, level;
  for (std::uint32_t index = 0; index < kDraws; ++index) {
    const Plan plan = samplePlan(*space, index);
    QVERIFY(plan.chain().size() == 1 && gridName(plan.grid) == grid.toStdString() && plan.chain()[0].fired);
    ++op[placeIn(kFourteen, plan.chain()[0])], ++level[plan.chain()[0].at[0]];
  }
  QVERIFY(isUniform(op, 0, 14) && isUniform(level, 0, 31));
}

void TestPolicies::uniformAugmentFiresHalf() {
  const auto space = makeSpace("uniformaugment");
  std::map<int, int> op, level, fired, x;
  for (std::uint32_t index = 0; index < kDraws; ++index) {
    const Plan plan = samplePlan(*space, index);
    QCOMPARE(static_cast<int>(plan.chain().size()), 2);
    ++fired[2 * plan.chain()[0].fired + plan.chain()[1].fired];
    for (const Part& step : plan.chain()) {
      ++op[placeIn(kUniform, step)], ++level[step.at[0]];
      if (ops()[step.op].hasPlace) ++x[static_cast<int>(step.x * 16)];
    }
  }
  QVERIFY(isUniform(op, 0, 16) && isUniform(level, 0, 31) && isUniform(fired, 0, 4) && isUniform(x, 0, 16));
}

/// The found share itself is used until a step is moved; then by ninths of the range, and never beyond it.
void TestPolicies::sharesStayExact() {
  const FoundSpace space =
      spaceOf(R"({"format":"uada-policy","version":1,"name":"n","decoding":"faa","subpolicies":[
      [{"op":"rotate","probability":1,"level":0.49884310562180767}],[{"op":"color","probability":1,"level":0.97}]]})");
  int rotations = 0;
  for (std::uint32_t index = 0; index < 64; ++index) {
    const Plan plan = samplePlan(space, index);
    const Part& step = plan.chain()[0];
    const bool rotate = ops()[step.op].name == "rotate";
    rotations += rotate;
    QCOMPARE(placeOnGrid(step, plan.grid), rotate ? 0.49884310562180767 : 0.97);
    QCOMPARE(int{step.at[0]}, rotate ? 4 : 9);
    Random random(7, 1, index, Purpose::probe);
    const Probe probe = space.probe(plan, groupNamed("chain"), random);
    const double moved = placeOnGrid(probe.plan.chain()[0], Grid::faa);
    QVERIFY(std::abs(moved - (rotate ? 0.49884310562180767 : 0.97) - probe.delta[0] / 9.0) < 1e-12);
    QCOMPARE(probe.clamped, !rotate && probe.delta[0] > 0);
    QCOMPARE(probe.unchanged, probe.clamped);
  }
  QVERIFY(rotations > 16 && rotations < 48);
}

void TestPolicies::scheduleIsStretched() {
  const FoundPolicy policy = loadPolicy("example-timed").policy;  // 0: 0..29, 1: 20..99, 2: 60..99 of 100
  const auto at = [&](int epoch, int of) { return policy.listsAt(epoch, of); };
  using Lists = std::vector<std::size_t>;
  QVERIFY((at(1, 100) == Lists{0} && at(20, 100) == Lists{0} && at(21, 100) == Lists{0, 1}));
  QVERIFY((at(31, 100) == Lists{1} && at(60, 100) == Lists{1} && at(61, 100) == Lists{1, 2} &&
           at(100, 100) == Lists{1, 2}));
  QVERIFY((at(61, 300) == Lists{0, 1} && at(60, 300) == Lists{0} && at(300, 300) == Lists{1, 2}));
  QVERIFY((at(1, 1) == Lists{0} && at(7, 5) == Lists{1, 2} &&
           at(-3, 10) == Lists{0}));  // beyond the training: its end

  const auto space = makeSpace("found", R"({"file":"example-timed"})", kSide, 10);
  std::map<std::string, int> early, late;
  for (std::uint32_t index = 0; index < 2000; ++index) {
    ++early[ops()[samplePlan(*space, index, 7, 1).chain()[0].op].name];
    ++late[ops()[samplePlan(*space, index, 7, 10).chain()[0].op].name];
  }
  QVERIFY(early.size() == 1 && early.contains("rotate"));
  QVERIFY(late.size() == 2 && follows({late["shear_x"], late["solarize"]}, {0.5, 0.5}));
}

constexpr const char* kSure =
    R"({"format":"uada-policy-schedule","version":1,"name":"n","decoding":"pba","epochs":10,
  "apply_count_probabilities":[0.2,0.3,0.5],"segments":[{"start_epoch":0,"epochs":10,
  "first_half":[{"op":"rotate","probability_10":10,"level":1},{"op":"color","probability_10":10,"level":2}],
  "second_half":[{"op":"invert","probability_10":0,"level":3},{"op":"cutout","probability_10":10,"level":4}]}]})";

void TestPolicies::segmentsCountTheirOps() {
  const FoundSpace space = spaceOf(kSure);
  std::map<int, int> count, first, pairs;
  for (std::uint32_t index = 0; index < kDraws; ++index) {
    const Plan plan = samplePlan(space, index);
    ++count[plan.chain().size()];
    const std::vector<std::string> names{"rotate", "color", "cutout"};
    if (plan.chain().size() > 0) ++first[placeIn(names, plan.chain()[0])];
    if (plan.chain().size() == 2)
      ++pairs[placeIn(names, plan.chain()[0]) * 3 + placeIn(names, plan.chain()[1])];
    for (const Part& step : plan.chain())
      QVERIFY(step.fired && step.at[0] == 1 + placeIn(names, step) + (step.at[0] == 4));
  }
  QVERIFY(follows(histogram(count, 3), {0.2, 0.3, 0.5}));
  QVERIFY(isUniform(first, 0, 3));
  constexpr double p = 1.0 / 6;  // each op once
  QVERIFY(follows(histogram(pairs, 9), {0, p, p, p, 0, p, p, p, 0}));
}

void TestPolicies::segmentsFollowTheEpoch() {
  const auto space =
      makeSpace("found", R"({"file":"example-segments"})", kSide, 100);  // 20 and 30 of 50 epochs
  std::map<int, std::map<int, int>> levels;                              // of rotations, by epoch
  for (const int epoch : {1, 40, 41, 100})
    for (std::uint32_t index = 0; index < 500; ++index) {
      const Plan plan = samplePlan(*space, index, 7, epoch);
      for (const Part& step : plan.chain())
        if (ops()[step.op].name == "rotate") ++levels[epoch][step.at[0]];
    }
  for (const int epoch : {1, 40}) QVERIFY(levels[epoch].size() == 1 && levels[epoch].contains(2));
  for (const int epoch : {41, 100}) QVERIFY(levels[epoch].size() == 1 && levels[epoch].contains(5));
}

void TestPolicies::elementsFollowTheirDistribution() {
  const auto space = makeSpace("found", R"({"file":"example-elements"})", kSide, 4);
  for (const int epoch : {2, 3}) {  // the last of the first half, the first of the second
    std::map<int, int> element, fired;
    for (std::uint32_t index = 0; index < kDraws; ++index) {
      const Plan plan = samplePlan(*space, index, 7, epoch);
      QVERIFY(plan.chain().size() == 2 && plan.chain()[0].fired == plan.chain()[1].fired &&
              plan.grid == Grid::ddas);
      ++fired[plan.chain()[0].fired];
      for (const Part& step : plan.chain()) {
        const int place = placeIn({"identity", "flip_ud", "rotate", "", "sharpness"}, step);
        ++element[place + (place == 2 && step.at[0] == 14)];
      }
    }
    const bool early = epoch == 2;
    QVERIFY(follows(histogram(fired, 2), early ? std::vector{0.7, 0.3} : std::vector{0.4, 0.6}));
    QVERIFY(follows(histogram(element, 5),
                    early ? std::vector{0.2, 0.2, 0.2, 0.2, 0.2} : std::vector{0.1, 0.05, 0.4, 0.25, 0.2}));
  }
}

void TestPolicies::publishedErrorsAreAskedFor() {
  QVERIFY(samplePlan(*makeSpace("found", R"({"as_published":true})"), 0).grid == Grid::aa10Published);
  QVERIFY(samplePlan(*makeSpace("found"), 0).grid == Grid::aa10);
  FoundPolicy policy = loadPolicy("example-elements").policy;
  policy.releasedLevel = 14;
  for (const bool asPublished : {false, true}) {
    const FoundSpace space(asPublished ? uada::asPublished(policy) : policy, FrameSettings{},
                           {squareInput(kSide, kPad), 1});
    std::map<int, int> levels;
    for (std::uint32_t index = 0; index < 500; ++index) ++levels[samplePlan(space, index).chain()[0].at[0]];
    QCOMPARE(levels.size(), std::size_t{asPublished ? 1u : 4u});
    QVERIFY(levels.contains(14));
  }
}

/// Of a sub-policy's two ops one or none may be there to move.
void TestPolicies::probesTakeOnlyFiredSteps() {
  const auto space = makeSpace("autoaugment");
  int none = 0, second = 0;
  for (std::uint32_t index = 0; index < 4000; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random random(7, 1, index, Purpose::probe);
    const Probe probe = space->probe(plan, groupNamed("chain"), random);
    QCOMPARE(probe.position < 0, !plan.chain()[0].fired && !plan.chain()[1].fired);
    if (probe.position >= 0) QVERIFY(plan.chain()[probe.position].fired);
    none += probe.position < 0;
    second += probe.position == 1 && !plan.chain()[0].fired;
    for (std::size_t i = 0; i < 2; ++i) QVERIFY(probe.plan.chain()[i].fired == plan.chain()[i].fired);
    QVERIFY(space->update(plan, probe, groupNamed("chain"), 1, 1).plan.chain()[1].fired ==
            plan.chain()[1].fired);
  }
  QVERIFY(none > 400 && second > 400);
}

void TestPolicies::eachStepIsAGroup() {
  const auto space = makeSpace("uada-cifar", R"({"chain_probe":"each"})");
  std::string names;
  for (const Group group : space->groups()) names += std::string(groupName(group)) + ", ";
  QCOMPARE(names, std::string("flip, crop, step 1, step 2, cutout, "));
  const Plan plan = examplePlan();
  Random random(7, 1, 0, Purpose::probe);
  for (int i = 0; i < 2; ++i) {
    const Probe probe = space->probe(plan, stepGroup(i), random);
    QVERIFY(probe.position == i && probe.plan.chain()[1 - i] == plan.chain()[1 - i]);
    QCOMPARE(int{probe.plan.chain()[i].at[0]}, plan.chain()[i].at[0] + probe.delta[0]);
  }
  QVERIFY(space->probe(plan, stepGroup(2), random).inert);
}

void TestPolicies::skippedOpsAreNotProbed() {
  const auto space = makeSpace("uada-cifar", R"({"skip_inert":true})");
  Plan plan = examplePlan();
  plan.chain()[0] = makeStep("equalize", 4);
  for (std::uint32_t index = 0; index < 50; ++index) {
    Random random(7, 1, index, Purpose::probe);
    const Probe probe = space->probe(plan, groupNamed("chain"), random);
    QVERIFY(probe.position == 1 && !probe.inert);
  }
  plan.chain()[1] = makeStep("identity", 4);
  Random random(7, 1, 0, Purpose::probe);
  const Probe probe = space->probe(plan, groupNamed("chain"), random);
  QVERIFY(probe.position == -1 && probe.inert && probe.unchanged);
}

/// Looked at alone a sub-policy is the one that is drawn; whatever else is drawn stays the same.
void TestPolicies::oneSubpolicyAlone() {
  const Policy& entry = findPolicy("autoaugment");
  const Choice choice =
      entry.read(entry.name, parseJson(R"({"table":"svhn","grid":"dv10"})", "test"), "test");
  const FoundPolicy policy = entry.written(choice);
  QCOMPARE(policy.lists.size(), std::size_t{25});
  QVERIFY(policy.grid == Grid::dv10);
  PolicyContext context{squareInput(kSide, kPad)};
  const auto whole = entry.make(choice, context);
  for (std::size_t k = 0; k < policy.lists.size(); ++k) {
    context.subpolicy = k;
    const auto alone = entry.make(choice, context);
    for (std::uint32_t index = 0; index < 20; ++index) {
      const Plan plan = samplePlan(*alone, index), usual = samplePlan(*whole, index);
      QCOMPARE(plan.chain().size(), policy.lists[k].size());
      for (std::size_t i = 0; i < plan.chain().size(); ++i) {
        QCOMPARE(plan.chain()[i].op, policy.lists[k][i].op);
        QCOMPARE(static_cast<double>(plan.chain()[i].at[0]), policy.lists[k][i].level);
      }
      QVERIFY(samePart(plan, usual, "crop") && samePart(plan, usual, "flip") &&
              samePart(plan, usual, "cutout"));
    }
  }
  context.subpolicy = 25;
  QVERIFY_THROWS_EXCEPTION(UsageError, entry.make(choice, context));
  QVERIFY(!findPolicy("randaugment").written);
}

/// A stored seed must go on meaning the same plans.
void TestPolicies::drawsAreTheSameForEver() {
  QStringList got;
  for (const SpaceCase& one : spaceCases(false)) {
    const auto space = makeSpace(one.policy, one.settings.c_str(), kSide, 10);
    got << QString::fromStdString(one.name + ": " + toJson(samplePlan(*space, 12345, 42, 7)).dump());
  }
  QFile file(QStringLiteral(TEST_SOURCE_DIR) + "/policy_draws.txt");
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QStringList expected = QString::fromUtf8(file.readAll()).trimmed().split('\n');
  for (int i = 0; i < std::min(got.size(), expected.size()); ++i) QCOMPARE(got[i], expected[i]);
  QCOMPARE(got.size(), expected.size());
}

QTEST_GUILESS_MAIN(TestPolicies)
#include "tst_policies.moc"

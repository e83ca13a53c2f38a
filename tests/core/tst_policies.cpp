#include <QtTest>
#include <map>

#include "core/augment/found/Library.h"
#include "core/base/Error.h"
#include "tests/core/ChiSquare.h"
#include "tests/core/DrawTools.h"

using namespace uada;
using namespace uada::test;

namespace {

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

#include <QtTest>
#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/Error.h"
#include "core/ops/Op.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/ChiSquare.h"

using namespace uada;
using namespace uada::test;

class TestAugment : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void groupsHaveTheOrderOfTheCandidates();
  void policyIsListed_data() { policyRows(); }
  void policyIsListed();
  void plansComeFromTheirOwnStream_data() { policyRows(); }
  void plansComeFromTheirOwnStream();
  void settingsChooseTheGroups();
  void settingsAreStrict();
  void drawsAreUniform();
  void chiSquareSeesABiasedDie();
  void drawsAreTheSameForEver();

 private:
  static void policyRows() { addSpaceRows(); }
  std::unique_ptr<Space> rowSpace() {
    QFETCH(QString, policy);
    QFETCH(QString, settings);
    return makeSpace(policy.toStdString(), settings.toUtf8().constData());
  }
};

void TestAugment::groupsHaveTheOrderOfTheCandidates() {
  std::string names;
  for (const Group group : makeSpace("uada-cifar")->groups()) names += std::string(groupName(group)) + " ";
  QCOMPARE(names, std::string("flip crop chain cutout "));
  QVERIFY(makeSpace("crop-flip")->groups().empty());
}

void TestAugment::policyIsListed() {
  QFETCH(QString, policy);
  const Policy& entry = findPolicy(policy.toStdString());
  QVERIFY(!entry.title.empty() && !entry.source.empty());
  Json settings = Json::object();
  for (const auto& [field, value] : entry.fields()) settings[field.name] = value;
  const PolicyContext context{squareInput(kSide, kPad)};
  const auto stated = makeSpace(entry.read(entry.name, settings, "test"), context);  // as listed
  const auto silent = makeSpace(policyFromJson(entry.name, "test"), context);
  for (std::uint32_t index = 0; index < 50; ++index)
    QVERIFY(samplePlan(*stated, index) == samplePlan(*silent, index));
  QVERIFY_THROWS_EXCEPTION(UsageError,
                           entry.read(entry.name, parseJson(R"({"no_such_key":1})", "test"), "test"));
}

void TestAugment::plansComeFromTheirOwnStream() {
  const auto space = rowSpace();
  std::vector<Plan> forward, backward(100);
  for (std::uint32_t index = 0; index < 100; ++index) forward.push_back(samplePlan(*space, index));
  for (std::uint32_t index = 100; index-- > 0;) backward[index] = samplePlan(*space, index);
  QVERIFY(forward == backward);

  int sameSeed = 0, sameEpoch = 0, sameIndex = 0, samePurpose = 0;
  for (std::uint32_t index = 0; index < 100; ++index) {
    Random otherEpoch = planStream(index, 7, 2), otherPurpose(7, 1, index, Purpose::probe);
    sameSeed += forward[index] == samplePlan(*space, index, 8);
    sameEpoch += forward[index] == space->sample(otherEpoch);
    samePurpose += forward[index] == space->sample(otherPurpose);
    sameIndex += index > 0 && forward[index] == forward[index - 1];
  }
  // Crop and flip have only 162 plans, so a few are equal by chance.
  QVERIFY2(sameSeed < 6 && sameEpoch < 6 && sameIndex < 6 && samePurpose < 6,
           "streams depend on one another");
}

void TestAugment::settingsChooseTheGroups() {
  const auto bare = makeSpace("uada-cifar", R"({"ops":0,"cutout":false})");
  QVERIFY((bare->groups() == std::vector<Group>{groupNamed("flip"), groupNamed("crop")}));
  const Plan plan = samplePlan(*bare, 0);
  QVERIFY(plan.find("crop") && plan.find("flip") && plan.parts().size() == 2);
  QCOMPARE(samplePlan(*makeSpace("uada-cifar", R"({"ops":8})"), 0).chain().size(), std::size_t{8});

  const auto small = makeSpace("uada-cifar", R"({"cutout_size":7})", 28);  // odd size, side of Fashion-MNIST
  int least = 99, most = -99;
  for (std::uint32_t index = 0; index < 2000; ++index) {
    const Plan boxed = samplePlan(*small, index);
    const auto& [left, top, right, bottom] = boxed.find("cutout")->at;
    least = std::min({least, left, top});
    most = std::max({most, left, top});
    QVERIFY(right == std::min(28, left + 7) && bottom == std::min(28, top + 7));
  }
  QCOMPARE(least, -3);
  QCOMPARE(most, 24);
}

void TestAugment::settingsAreStrict() {
  for (const char* wrong : {R"({"ops":9})", R"({"ops":-1})", R"({"ops":1.5})", R"({"cutout":1})",
                            R"({"cutout_size":0})", R"({"size":16})"})
    QVERIFY_THROWS_EXCEPTION(UsageError, makeSpace("uada-cifar", wrong));
  QVERIFY_THROWS_EXCEPTION(UsageError, findPolicy("uada"));
}

/// Every draw of the space, and some pairs of draws.
void TestAugment::drawsAreUniform() {
  const auto space = makeSpace("uada-cifar");
  std::map<int, int> row, col, place, flip, op, opPair, level, sign, left, top;
  for (std::uint32_t index = 0; index < 40000; ++index) {
    const Plan plan = samplePlan(*space, index);
    QCOMPARE(static_cast<int>(plan.chain().size()), 2);
    ++row[at(plan, "crop", 0)], ++col[at(plan, "crop", 1)],
        ++place[at(plan, "crop", 0) * 9 + at(plan, "crop", 1)], ++flip[isFlipped(plan)];
    for (const Part& step : plan.chain()) ++op[step.op], ++level[step.at[0]], ++sign[step.sign > 0];
    ++opPair[plan.chain()[0].op * 1000 + plan.chain()[1].op];
    ++left[at(plan, "cutout", 0)], ++top[at(plan, "cutout", 1)];
    QCOMPARE(at(plan, "cutout", 2), std::min(32, at(plan, "cutout", 0) + 16));
    QCOMPARE(at(plan, "cutout", 3), std::min(32, at(plan, "cutout", 1) + 16));
  }
  QVERIFY(isUniform(row, 0, 9) && isUniform(col, 0, 9) && isUniform(place, 0, 81));
  QVERIFY(isUniform(flip, 0, 2) && isUniform(sign, 0, 2) && isUniform(level, 0, 10));
  QVERIFY(isUniform(left, -8, 32) && isUniform(top, -8, 32));

  std::map<int, int> opRank, pairRank;  // by rank: the 14 need not stand side by side in the catalogue
  for (const auto& entry : op) opRank[static_cast<int>(opRank.size())] = entry.second;
  for (const auto& entry : opPair) pairRank[static_cast<int>(pairRank.size())] = entry.second;
  QVERIFY(isUniform(opRank, 0, 14) && isUniform(pairRank, 0, 14 * 14));  // with replacement
  for (const char* name :
       {"shear_x", "shear_y", "translate_x", "translate_y", "rotate", "color", "posterize", "solarize",
        "contrast", "sharpness", "brightness", "autocontrast", "equalize", "identity"})
    QVERIFY2(op.contains(static_cast<int>(opIndex(name))), name);
}

void TestAugment::chiSquareSeesABiasedDie() {
  QVERIFY(std::abs(chiSquareLimit(13) - 34.528) < 0.2);  // tables of the distribution
  QVERIFY(std::abs(chiSquareLimit(31) - 61.098) < 0.2);
  std::map<int, int> die{{0, 4000}, {1, 4000}, {2, 4000}, {3, 4000}, {4, 4000}, {5, 4330}};
  QVERIFY(!isUniform(die, 0, 6));
  die[5] = 4100;
  QVERIFY(isUniform(die, 0, 6));
  QVERIFY(!isUniform(die, 0, 5));  // a value outside
}

/// A stored seed must go on meaning the same plans: if this fails, recorded runs cannot be replayed.
void TestAugment::drawsAreTheSameForEver() {
  const auto space = makeSpace("uada-cifar");
  const Plan plan = samplePlan(*space, 12345, 42);
  QCOMPARE(planText(plan), std::string("crop (3, 4) · identity + brightness -3 · cutout (-1, 22, 15, 32)"));
  Random random(42, 1, 12345, Purpose::probe);
  std::string probes;
  for (const Group group : space->groups()) probes += planText(space->probe(plan, group, random).plan) + "\n";
  QCOMPARE(probes, std::string("crop (3, 4) · flip · identity + brightness -3 · cutout (-1, 22, 15, 32)\n"
                               "crop (2, 5) · identity + brightness -3 · cutout (-1, 22, 15, 32)\n"
                               "crop (3, 4) · identity + brightness -4 · cutout (-1, 22, 15, 32)\n"
                               "crop (3, 4) · identity + brightness -3 · cutout (0, 23, 14, 33)\n"));
}

QTEST_GUILESS_MAIN(TestAugment)
#include "tst_augment.moc"

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

namespace {

/// The plan with one group's coordinates taken from another plan.
Plan withGroup(Plan plan, const Plan& from, Group group) {
  switch (group) {
    case Group::flip: plan.flip = from.flip; break;
    case Group::crop:
      plan.crop = from.crop;
      plan.resizedCrop = from.resizedCrop;
      break;
    case Group::cutout: plan.cutout = from.cutout; break;
    case Group::chain:
    default:
      plan.steps = from.steps;
      plan.stepCount = from.stepCount;
  }
  return plan;
}

/// A probe made by hand, as the space would have made it with these coins.
Probe probeByHand(const Plan& plan, const std::vector<int>& delta, int position = -1) {
  Probe probe;
  probe.plan = plan;
  probe.coordinates = static_cast<std::uint8_t>(delta.size());
  for (std::size_t k = 0; k < delta.size(); ++k) probe.delta[k] = static_cast<std::int16_t>(delta[k]);
  probe.position = static_cast<std::int8_t>(position);
  return probe;
}

void checkRange(const Plan& used) {
  if (used.crop)
    for (const int offset : {used.crop->row, used.crop->col}) QVERIFY(offset >= 0 && offset <= 2 * kPad);
  if (const auto& part = used.resizedCrop)
    QVERIFY(part->row >= 0 && part->row + part->height <= kSide && part->col >= 0 &&
            part->col + part->width <= kSide);
  for (const Step& step : used.chain()) {
    QVERIFY(step.level >= 0 && step.level <= used.topLevel());
    const Op& op = ops()[step.op];
    if (!op.hasValue || op.geometric || used.grid == Grid::ddas) continue;  // DDAS goes beyond on purpose
    const double value = rawValue(op, used.grid, placeOnGrid(step, used.grid), step.sign, kSide);
    QVERIFY2(value >= std::min(op.min, -1.0) && value <= op.max, op.name.c_str());
  }
  if (const auto& box = used.cutout)
    for (const int edge : {box->left, box->top, box->right, box->bottom}) QVERIFY(edge >= 0 && edge <= kSide);
}

}  // namespace

class TestAugment : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void groupsHaveTheOrderOfTheCandidates();
  void policyIsListed_data() { policyRows(); }
  void policyIsListed();
  void plansComeFromTheirOwnStream_data() { policyRows(); }
  void plansComeFromTheirOwnStream();
  void probesMoveOneGroupByOne_data() { policyRows(); }
  void probesMoveOneGroupByOne();
  void updatesStayInRangeWhenUsed_data() { policyRows(); }
  void updatesStayInRangeWhenUsed();
  void epsilonZeroChangesNothing_data() { policyRows(); }
  void epsilonZeroChangesNothing();
  void handWorkedExample();
  void updateRoundsTowardZero();
  void flipKeepsTheToggleOnlyWhenHarder();
  void unchangedProbesMoveNothing();
  void inertStepsAreMarked();
  void missingGroupsAreRefused();
  void settingsChooseTheGroups();
  void settingsAreStrict();
  void drawsAreUniform();
  void probeCoinsAreFair();
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
  const auto stated = entry.make(settings, {kSide, kPad});  // the listed defaults are the defaults
  const auto silent = entry.make(Json(), {kSide, kPad});
  for (std::uint32_t index = 0; index < 50; ++index)
    QVERIFY(samplePlan(*stated, index) == samplePlan(*silent, index));
  QVERIFY_THROWS_EXCEPTION(UsageError, entry.make(parseJson(R"({"no_such_key":1})", "test"), {}));
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

void TestAugment::probesMoveOneGroupByOne() {
  const auto space = rowSpace();
  const auto counted = [](const Probe& probe, Group group) {
    if (isChain(group)) return probe.position < 0 ? 0 : 1;
    return group == Group::flip ? 1 : group == Group::crop ? 2 : 4;
  };
  for (std::uint32_t index = 0; index < 2000; ++index) {
    const Plan plan = samplePlan(*space, index);
    QVERIFY(space->clamped(plan).crop == plan.crop && space->clamped(plan).steps == plan.steps);
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const Probe probe = space->probe(plan, group, random);
      const auto before = Space::coordinates(plan, group, probe.position);
      const auto after = Space::coordinates(probe.plan, group, probe.position);
      const auto used = Space::coordinates(space->clamped(probe.plan), group, probe.position);
      QCOMPARE(int{probe.coordinates}, counted(probe, group));
      QCOMPARE(static_cast<int>(before.size()), counted(probe, group));
      for (std::size_t k = 0; k < before.size(); ++k) {
        QCOMPARE(std::abs(probe.delta[k]), 1);
        QCOMPARE(after[k], before[k] + probe.delta[k]);
      }
      if (!isChain(group)) QCOMPARE(int{probe.position}, -1);
      QVERIFY(withGroup(plan, probe.plan, group) == probe.plan);  // nothing else moved
      QCOMPARE(probe.clamped, used != after);
      QCOMPARE(probe.unchanged, used == Space::coordinates(space->clamped(plan), group, probe.position));
      if (!isChain(group)) continue;
      if (probe.position < 0) {  // nothing there that could be moved
        QVERIFY(probe.inert && probe.unchanged && probe.plan == plan);
        continue;
      }
      QVERIFY(plan.steps[probe.position].fired);
      Plan others = probe.plan;  // op types, signs and the other steps stay
      others.steps[probe.position].level = plan.steps[probe.position].level;
      QVERIFY(others == plan);
      QCOMPARE(probe.inert, !ops()[plan.steps[probe.position].op].hasValue);
    }
  }
}

void TestAugment::updatesStayInRangeWhenUsed() {
  const auto space = rowSpace();
  for (std::uint32_t index = 0; index < 1000; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const Probe probe = space->probe(plan, group, random);
      for (const float dL : {-0.5f, 0.5f}) {
        const Candidate candidate = space->update(plan, probe, group, dL, 1 + index % 3);
        QVERIFY(withGroup(plan, candidate.plan, group) == candidate.plan);
        const Plan used = space->clamped(candidate.plan);
        QCOMPARE(candidate.clamped, Space::coordinates(candidate.plan, group, probe.position) !=
                                        Space::coordinates(used, group, probe.position));
        QVERIFY(used == space->clamped(used));
        checkRange(used);
      }
    }
  }
}

void TestAugment::epsilonZeroChangesNothing() {
  const auto space = rowSpace();
  for (std::uint32_t index = 0; index < 200; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const Probe probe = space->probe(plan, group, random);
      for (const float dL : {-1.0f, 0.0f, 1.0f})
        QVERIFY(space->update(plan, probe, group, dL, 0).plan == plan);
    }
  }
}

/// methods.md 1.5, its four rows.
void TestAugment::handWorkedExample() {
  const auto space = makeSpace("uada-cifar");
  const Plan plan = examplePlan();
  const float L0 = 1.0f;
  const Candidate crop = space->update(plan, probeByHand(plan, {1, -1}), Group::crop, 1.2f - L0, 1);
  const Candidate flip = space->update(plan, probeByHand(plan, {1}), Group::flip, 0.9f - L0, 1);
  const Candidate chain = space->update(plan, probeByHand(plan, {1}, 1), Group::chain, 1.0f - L0, 1);
  const Candidate cutout =
      space->update(plan, probeByHand(plan, {1, -1, -1, 1}), Group::cutout, 0.7f - L0, 1);

  Plan expected = plan;
  expected.crop = Crop{5, 6};
  QVERIFY(crop.plan == expected && !crop.clamped);
  QVERIFY(flip.plan == plan);
  QVERIFY(chain.plan == plan && !chain.clamped);
  expected = plan;
  expected.cutout = Box{1, 21, 19, 31};
  QVERIFY(cutout.plan == expected && space->clamped(cutout.plan) == expected && !cutout.clamped);
}

void TestAugment::updateRoundsTowardZero() {
  const auto space = makeSpace("uada-cifar");
  Plan plan = examplePlan();
  plan.cutout = Box{-3, 0, 13, 16};
  const Probe probe = probeByHand(plan, {1, 1, 1, 1});
  QVERIFY(space->update(plan, probe, Group::cutout, 1, 0.5).plan.cutout == (Box{-2, 0, 13, 16}));
  QVERIFY(space->update(plan, probe, Group::cutout, -1, 0.5).plan.cutout == (Box{-3, 0, 12, 15}));
  QVERIFY(space->update(plan, probe, Group::cutout, 1, 2.9).plan.cutout == (Box{0, 2, 15, 18}));
  QVERIFY(space->update(plan, probe, Group::cutout, -1, 3).plan.cutout == (Box{-6, -3, 10, 13}));
  QVERIFY(space->update(plan, probe, Group::cutout, std::nanf(""), 3).plan == plan);  // no sign, no move
  const Candidate far = space->update(plan, probeByHand(plan, {1}, 1), Group::chain, 0.1f, 3);
  QCOMPARE(int{far.plan.steps[1].level}, 12);  // raw
  QCOMPARE(int{space->clamped(far.plan).steps[1].level}, 9);
  QVERIFY(far.clamped);
}

void TestAugment::flipKeepsTheToggleOnlyWhenHarder() {
  const auto space = makeSpace("uada-cifar");
  for (const bool flipped : {false, true}) {
    Plan plan = examplePlan();
    plan.flip = flipped;
    Random random(1, 1, 1, Purpose::probe);
    const Probe probe = space->probe(plan, Group::flip, random);
    QCOMPARE(*probe.plan.flip, !flipped);
    for (const double epsilon : {1.0, 3.0}) {
      QCOMPARE(*space->update(plan, probe, Group::flip, 1e-6f, epsilon).plan.flip, !flipped);
      QCOMPARE(*space->update(plan, probe, Group::flip, 0, epsilon).plan.flip, flipped);
      QCOMPARE(*space->update(plan, probe, Group::flip, -1, epsilon).plan.flip, flipped);
    }
  }
}

/// A12: the clamped probe equals the original in every coordinate.
void TestAugment::unchangedProbesMoveNothing() {
  const auto space = makeSpace("uada-cifar", R"({"ops":1})");
  Plan plan = examplePlan();
  plan.stepCount = 1;
  int unchanged = 0;
  for (std::uint32_t index = 0; index < 64; ++index) {
    plan.steps[0].level = index % 2 ? 9 : 0;
    Random random(3, 1, index, Purpose::probe);
    const Probe probe = space->probe(plan, Group::chain, random);
    const bool outward = probe.delta[0] == (index % 2 ? 1 : -1);
    QCOMPARE(probe.unchanged, outward);
    QCOMPARE(probe.clamped, outward);
    if (outward) QVERIFY(space->update(plan, probe, Group::chain, 1, 1).plan == plan);
    unchanged += outward;
  }
  QVERIFY2(unchanged > 15 && unchanged < 49, "about half of the coins point outward");
}

void TestAugment::inertStepsAreMarked() {
  const auto space = makeSpace("uada-cifar");
  Plan plan = examplePlan();
  for (const char* name : {"autocontrast", "equalize", "identity"}) {
    plan.steps[0] = plan.steps[1] = makeStep(name, 4);
    Random random(3, 1, 0, Purpose::probe);
    const Probe probe = space->probe(plan, Group::chain, random);
    QVERIFY(probe.inert && !probe.clamped && !probe.unchanged);
  }
}

void TestAugment::missingGroupsAreRefused() {
  const auto space = makeSpace("uada-cifar");
  Random random(3, 1, 0, Purpose::probe);
  for (const Group group : space->groups()) {
    QVERIFY(Space::coordinates(Plan{}, group, 0).empty());
    if (isChain(group)) {  // may be empty: inert
      const Probe probe = space->probe(Plan{}, group, random);
      QVERIFY(probe.inert && probe.unchanged && space->update(Plan{}, probe, group, 1, 1).plan == Plan{});
      continue;
    }
    QVERIFY_THROWS_EXCEPTION(Error, space->probe(Plan{}, group, random));
    QVERIFY_THROWS_EXCEPTION(Error, space->update(Plan{}, Probe{}, group, 1, 1));
  }
}

void TestAugment::settingsChooseTheGroups() {
  const auto bare = makeSpace("uada-cifar", R"({"ops":0,"cutout":false})");
  QVERIFY((bare->groups() == std::vector<Group>{Group::flip, Group::crop}));
  const Plan plan = samplePlan(*bare, 0);
  QVERIFY(plan.crop && plan.flip && plan.stepCount == 0 && !plan.cutout);
  QCOMPARE(int{samplePlan(*makeSpace("uada-cifar", R"({"ops":8})"), 0).stepCount}, 8);

  const auto small = makeSpace("uada-cifar", R"({"cutout_size":7})", 28);  // odd size, side of Fashion-MNIST
  int least = 99, most = -99;
  for (std::uint32_t index = 0; index < 2000; ++index) {
    const Box box = *samplePlan(*small, index).cutout;
    least = std::min({least, box.left, box.top});
    most = std::max({most, box.left, box.top});
    QVERIFY(box.right == std::min(28, box.left + 7) && box.bottom == std::min(28, box.top + 7));
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

/// methods.md 1.2: every draw of the space, and some pairs of draws.
void TestAugment::drawsAreUniform() {
  const auto space = makeSpace("uada-cifar");
  std::map<int, int> row, col, place, flip, op, opPair, level, sign, left, top;
  for (std::uint32_t index = 0; index < 40000; ++index) {
    const Plan plan = samplePlan(*space, index);
    QCOMPARE(int{plan.stepCount}, 2);
    ++row[plan.crop->row], ++col[plan.crop->col], ++place[plan.crop->row * 9 + plan.crop->col],
        ++flip[*plan.flip];
    for (const Step& step : plan.chain()) ++op[step.op], ++level[step.level], ++sign[step.sign > 0];
    ++opPair[plan.steps[0].op * 1000 + plan.steps[1].op];
    ++left[plan.cutout->left], ++top[plan.cutout->top];
    QCOMPARE(plan.cutout->right, std::min(32, plan.cutout->left + 16));
    QCOMPARE(plan.cutout->bottom, std::min(32, plan.cutout->top + 16));
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

void TestAugment::probeCoinsAreFair() {
  const auto space = makeSpace("uada-cifar");
  std::map<int, int> position, chain, crop, cutout;
  for (std::uint32_t index = 0; index < 20000; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const Probe probe = space->probe(plan, group, random);
      int coins = 0;
      for (int k = 0; k < probe.coordinates; ++k) coins = 2 * coins + (probe.delta[k] > 0);
      if (group == Group::crop) ++crop[coins];
      if (group == Group::chain) ++chain[coins], ++position[probe.position];
      if (group == Group::cutout) ++cutout[coins];
    }
  }
  QVERIFY(isUniform(position, 0, 2) && isUniform(chain, 0, 2));
  QVERIFY(isUniform(crop, 0, 4) && isUniform(cutout, 0, 16));  // each coordinate by itself
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

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
  if (isChain(group))
    setSteps(plan, from.chain());
  else if (const Part* part = partOf(from, group, -1))
    plan.set(*part);
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
  if (used.find("crop"))
    for (const int offset : {at(used, "crop", 0), at(used, "crop", 1)})
      QVERIFY(offset >= 0 && offset <= 2 * kPad);
  if (const Part* part = used.find("resized_crop"))
    for (const int k : {0, 1}) QVERIFY(part->at[k] >= 0 && part->at[k] + part->size[k] <= kSide);
  for (const char* kind : {"scale", "rotation", "gaussian_blur", "noise", "quantise"})
    if (const Part* part = used.find(kind))
      QVERIFY(part->at[0] >= part->size[0] && part->at[0] <= part->size[1]);
  for (const Part& step : used.chain()) {
    QVERIFY(step.at[0] >= 0 && step.at[0] <= used.topLevel());
    const Op& op = ops()[step.op];
    if (!op.hasValue || op.geometric || used.grid == Grid::ddas || used.grid == Grid::fraaPublished)
      continue;  // which go beyond on purpose
    const double value = rawValue(op, used.grid, placeOnGrid(step, used.grid), step.sign, kSide);
    QVERIFY2(value >= std::min(op.min, -1.0) && value <= op.max, op.name.c_str());
  }
  if (const Part* box = used.find("cutout"))
    for (const int edge : box->at) QVERIFY(edge >= 0 && edge <= kSide);
}

/// alone  the only coordinate that moves; -1: all of them
void checkProbe(const Space& space, const Plan& plan, Group group, const Probe& probe, int alone) {
  const Part* part = partOf(plan, group, probe.position);
  const std::map<std::string, int> all{{"scale", 1},
                                       {"rotate", 1},
                                       {"blur", 1},
                                       {"flip", 1},
                                       {"crop", plan.find("sample_crop") ? 4 : 2},
                                       {"cutout", 4},
                                       {"photometric", 4},
                                       {"expand", 3},
                                       {"gaussian_blur", 1},
                                       {"noise", 1},
                                       {"quantise", 1}};
  const int coordinates = isChain(group) ? (probe.position < 0 ? 0 : 1) : all.at(groupName(group));
  const auto before = Space::coordinates(plan, group, probe.position);
  const auto after = Space::coordinates(probe.plan, group, probe.position);
  const auto used = Space::coordinates(space.clamped(probe.plan), group, probe.position);
  QCOMPARE(int{probe.coordinates}, coordinates);
  QCOMPARE(static_cast<int>(before.size()), coordinates);
  for (std::size_t k = 0; k < before.size(); ++k) {
    const bool isMoved = part->fired && (alone < 0 || alone == static_cast<int>(k));
    const int unit = kindOf(*part).unitOf(*part, squareInput(kSide, kPad), static_cast<int>(k));
    QCOMPARE(std::abs(probe.delta[k]), isMoved ? unit : 0);
    QCOMPARE(after[k], before[k] + probe.delta[k]);
  }
  if (!isChain(group)) QCOMPARE(int{probe.position}, -1);
  QVERIFY(withGroup(plan, probe.plan, group) == probe.plan);  // nothing else moved
  QCOMPARE(probe.clamped, used != after);
  QCOMPARE(probe.unchanged, used == Space::coordinates(space.clamped(plan), group, probe.position));
  if (!isChain(group)) QCOMPARE(probe.inert, !part->fired);
  if (!isChain(group)) return;
  if (probe.position < 0) {  // nothing there that could be moved
    QVERIFY(probe.inert && probe.unchanged && probe.plan == plan);
    return;
  }
  QVERIFY(plan.chain()[probe.position].fired);
  Plan others = probe.plan;  // op types, signs and the other steps stay
  others.chain()[probe.position].at[0] = plan.chain()[probe.position].at[0];
  QVERIFY(others == plan);
  QCOMPARE(probe.inert, !ops()[plan.chain()[probe.position].op].hasValue);
}

}  // namespace

/// How every space perturbs, updates and clamps its groups (docs/methods.md, "Choices").
class TestProbes : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void probesMoveOneGroupByOne_data() { addSpaceRows(); }
  void probesMoveOneGroupByOne();
  void updatesStayInRangeWhenUsed_data() { addSpaceRows(); }
  void updatesStayInRangeWhenUsed();
  void epsilonZeroChangesNothing_data() { addSpaceRows(); }
  void epsilonZeroChangesNothing();
  void handWorkedExample();
  void updateRoundsTowardZero();
  void flipKeepsTheToggleOnlyWhenHarder();
  void unchangedProbesMoveNothing();
  void inertStepsAreMarked();
  void missingGroupsAreRefused();
  void probeCoinsAreFair();
  void coordinatewiseTakesTheSameCoins();
  void coordinatewiseMovesEachByItsOwnSign();
  void probesMayBeLarger_data() { addSpaceRows(); }
  void probesMayBeLarger();
  void largerProbesByHand();

 private:
  std::unique_ptr<Space> rowSpace() {
    QFETCH(QString, policy);
    QFETCH(QString, settings);
    return makeSpace(policy.toStdString(), settings.toUtf8().constData());
  }
};

/// Nothing but the group moved, each coordinate by one: all of them, or the probe's own.
void TestProbes::probesMoveOneGroupByOne() {
  const auto space = rowSpace();
  for (std::uint32_t index = 0; index < 2000; ++index) {
    const Plan plan = samplePlan(*space, index);
    QVERIFY(samePart(space->clamped(plan), plan, "crop") && stepsOf(space->clamped(plan)) == stepsOf(plan));
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const std::vector<Probe> probes = probesOf(*space, plan, group, random);
      QCOMPARE(static_cast<int>(probes.size()), space->probes(group));
      for (std::size_t number = 0; number < probes.size(); ++number)
        checkProbe(*space, plan, group, probes[number], probes.size() > 1 ? static_cast<int>(number) : -1);
    }
  }
}

void TestProbes::updatesStayInRangeWhenUsed() {
  const auto space = rowSpace();
  for (std::uint32_t index = 0; index < 1000; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const std::vector<Probe> probes = probesOf(*space, plan, group, random);
      const int position = probes[0].position;
      for (const float sign : {-0.5f, 0.5f}) {
        std::vector<float> dL(probes.size(), sign);
        dL.back() = 0.5f;
        const Candidate candidate = space->update(plan, probes, group, dL, 1 + index % 3);
        QVERIFY(withGroup(plan, candidate.plan, group) == candidate.plan);
        const Plan used = space->clamped(candidate.plan);
        QCOMPARE(candidate.clamped, Space::coordinates(candidate.plan, group, position) !=
                                        Space::coordinates(used, group, position));
        QVERIFY(used == space->clamped(used));
        checkRange(used);
      }
    }
  }
}

void TestProbes::epsilonZeroChangesNothing() {
  const auto space = rowSpace();
  for (std::uint32_t index = 0; index < 200; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const std::vector<Probe> probes = probesOf(*space, plan, group, random);
      for (const float dL : {-1.0f, 0.0f, 1.0f})
        QVERIFY(space->update(plan, probes, group, std::vector(probes.size(), dL), 0).plan == plan);
    }
  }
}

/// The four rows of docs/methods.md, "A worked example".
void TestProbes::handWorkedExample() {
  const auto space = makeSpace("uada-cifar");
  const Plan plan = examplePlan();
  const float L0 = 1.0f;
  const Candidate crop = space->update(plan, probeByHand(plan, {1, -1}), groupNamed("crop"), 1.2f - L0, 1);
  const Candidate flip = space->update(plan, probeByHand(plan, {1}), groupNamed("flip"), 0.9f - L0, 1);
  const Candidate chain = space->update(plan, probeByHand(plan, {1}, 1), groupNamed("chain"), 1.0f - L0, 1);
  const Candidate cutout =
      space->update(plan, probeByHand(plan, {1, -1, -1, 1}), groupNamed("cutout"), 0.7f - L0, 1);

  Plan expected = plan;
  expected.set(cropPart(5, 6));
  QVERIFY(crop.plan == expected && !crop.clamped);
  QVERIFY(flip.plan == plan);
  QVERIFY(chain.plan == plan && !chain.clamped);
  expected = plan;
  expected.set(cutoutPart(1, 21, 19, 31));
  QVERIFY(cutout.plan == expected && space->clamped(cutout.plan) == expected && !cutout.clamped);
}

void TestProbes::updateRoundsTowardZero() {
  const auto space = makeSpace("uada-cifar");
  Plan plan = examplePlan();
  plan.set(cutoutPart(-3, 0, 13, 16));
  const Probe probe = probeByHand(plan, {1, 1, 1, 1});
  QVERIFY(*space->update(plan, probe, groupNamed("cutout"), 1, 0.5).plan.find("cutout") ==
          cutoutPart(-2, 0, 13, 16));
  QVERIFY(*space->update(plan, probe, groupNamed("cutout"), -1, 0.5).plan.find("cutout") ==
          cutoutPart(-3, 0, 12, 15));
  QVERIFY(*space->update(plan, probe, groupNamed("cutout"), 1, 2.9).plan.find("cutout") ==
          cutoutPart(0, 2, 15, 18));
  QVERIFY(*space->update(plan, probe, groupNamed("cutout"), -1, 3).plan.find("cutout") ==
          cutoutPart(-6, -3, 10, 13));
  QVERIFY(space->update(plan, probe, groupNamed("cutout"), std::nanf(""), 3).plan ==
          plan);  // no sign, no move
  const Candidate far = space->update(plan, probeByHand(plan, {1}, 1), groupNamed("chain"), 0.1f, 3);
  QCOMPARE(int{far.plan.chain()[1].at[0]}, 12);  // raw
  QCOMPARE(int{space->clamped(far.plan).chain()[1].at[0]}, 9);
  QVERIFY(far.clamped);
}

void TestProbes::flipKeepsTheToggleOnlyWhenHarder() {
  const auto space = makeSpace("uada-cifar");
  for (const bool flipped : {false, true}) {
    Plan plan = examplePlan();
    plan.set(flipPart(flipped));
    Random random(1, 1, 1, Purpose::probe);
    const Probe probe = space->probe(plan, groupNamed("flip"), random);
    QCOMPARE(isFlipped(probe.plan), !flipped);
    for (const double epsilon : {1.0, 3.0}) {
      QCOMPARE(isFlipped(space->update(plan, probe, groupNamed("flip"), 1e-6f, epsilon).plan), !flipped);
      QCOMPARE(isFlipped(space->update(plan, probe, groupNamed("flip"), 0, epsilon).plan), flipped);
      QCOMPARE(isFlipped(space->update(plan, probe, groupNamed("flip"), -1, epsilon).plan), flipped);
    }
  }
}

/// The clamped probe equals the original in every coordinate.
void TestProbes::unchangedProbesMoveNothing() {
  const auto space = makeSpace("uada-cifar", R"({"ops":1})");
  Plan plan = examplePlan();
  keepSteps(plan, 1);
  int unchanged = 0;
  for (std::uint32_t index = 0; index < 64; ++index) {
    plan.chain()[0].at[0] = index % 2 ? 9 : 0;
    Random random(3, 1, index, Purpose::probe);
    const Probe probe = space->probe(plan, groupNamed("chain"), random);
    const bool outward = probe.delta[0] == (index % 2 ? 1 : -1);
    QCOMPARE(probe.unchanged, outward);
    QCOMPARE(probe.clamped, outward);
    if (outward) QVERIFY(space->update(plan, probe, groupNamed("chain"), 1, 1).plan == plan);
    unchanged += outward;
  }
  QVERIFY2(unchanged > 15 && unchanged < 49, "about half of the coins point outward");
}

void TestProbes::inertStepsAreMarked() {
  const auto space = makeSpace("uada-cifar");
  Plan plan = examplePlan();
  for (const char* name : {"autocontrast", "equalize", "identity"}) {
    plan.chain()[0] = plan.chain()[1] = makeStep(name, 4);
    Random random(3, 1, 0, Purpose::probe);
    const Probe probe = space->probe(plan, groupNamed("chain"), random);
    QVERIFY(probe.inert && !probe.clamped && !probe.unchanged);
  }
}

void TestProbes::missingGroupsAreRefused() {
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

void TestProbes::probeCoinsAreFair() {
  const auto space = makeSpace("uada-cifar");
  std::map<int, int> position, chain, crop, cutout;
  for (std::uint32_t index = 0; index < 20000; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const Probe probe = space->probe(plan, group, random);
      int coins = 0;
      for (int k = 0; k < probe.coordinates; ++k) coins = 2 * coins + (probe.delta[k] > 0);
      if (group == groupNamed("crop")) ++crop[coins];
      if (group == groupNamed("chain")) ++chain[coins], ++position[probe.position];
      if (group == groupNamed("cutout")) ++cutout[coins];
    }
  }
  QVERIFY(isUniform(position, 0, 2) && isUniform(chain, 0, 2));
  QVERIFY(isUniform(crop, 0, 4) && isUniform(cutout, 0, 16));  // each coordinate by itself
}

/// Crop 2 and cutout 4 probes, which move together what the one probe moves.
void TestProbes::coordinatewiseTakesTheSameCoins() {
  const auto joint = makeSpace("uada-cifar"), apart = makeSpace("uada-cifar", R"({"coordinatewise":true})");
  QCOMPARE(joint->probes(), 4);
  QCOMPARE(apart->probes(), 1 + 2 + 1 + 4);
  for (std::uint32_t index = 0; index < 100; ++index) {
    const Plan plan = samplePlan(*joint, index);
    QVERIFY(plan == samplePlan(*apart, index));
    Random one(7, 1, index, Purpose::probe), other = one;
    for (const Group group : joint->groups()) {
      const Probe together = joint->probe(plan, group, one);
      std::array<std::int16_t, kMaxCoordinates> sum{};
      for (const Probe& probe : probesOf(*apart, plan, group, other))
        for (std::size_t k = 0; k < sum.size(); ++k)
          sum[k] = static_cast<std::int16_t>(sum[k] + probe.delta[k]);
      QVERIFY(sum == together.delta);
    }
  }
}

/// The box (2, 20, 18, 32) of the example probed by (+1, -1, -1, +1): harder, easier, equal, and past the
/// image's edge, which is the same image whatever its loss.
void TestProbes::coordinatewiseMovesEachByItsOwnSign() {
  const auto space = makeSpace("uada-cifar", R"({"coordinatewise":true})");
  Plan plan = examplePlan();
  std::vector<Probe> probes;
  const std::vector<std::vector<int>> deltas{{1, 0, 0, 0}, {0, -1, 0, 0}, {0, 0, -1, 0}, {0, 0, 0, 1}};
  for (const auto& delta : deltas) probes.push_back(probeByHand(plan, delta));
  probes[3].unchanged = true;
  const std::vector<float> dL{0.25f, -0.5f, 0, 3};
  QVERIFY(*space->update(plan, probes, groupNamed("cutout"), dL, 1).plan.find("cutout") ==
          cutoutPart(3, 21, 18, 32));
  QVERIFY(*space->update(plan, probes, groupNamed("cutout"), dL, 3).plan.find("cutout") ==
          cutoutPart(5, 23, 18, 32));
}

/// A probe of delta units has the coins of one of a single unit; epsilon stays the number of units that are
/// moved. Toggles toggle.
void TestProbes::probesMayBeLarger() {
  const auto space = rowSpace();
  for (std::uint32_t index = 0; index < 200; ++index) {
    const Plan plan = samplePlan(*space, index);
    Random one(7, 1, index, Purpose::probe), other = one;
    for (const Group group : space->groups()) {
      for (int number = 0; number < space->probes(group); ++number) {
        const Probe small = space->probe(plan, group, one, number);
        const Probe large = space->probe(plan, group, other, number, 3);
        QCOMPARE(large.position, small.position);
        const auto before = Space::coordinates(plan, group, small.position),
                   after = Space::coordinates(large.plan, group, small.position);
        for (std::size_t k = 0; k < before.size(); ++k) {
          QCOMPARE(int{large.delta[k]}, (toggles(group) ? 1 : 3) * small.delta[k]);
          QCOMPARE(after[k], before[k] + large.delta[k]);
        }
        if (space->probes(group) > 1 || large.unchanged) continue;
        const Plan along = space->update(plan, large, group, 1, 1).plan;
        QVERIFY(Space::coordinates(along, group, small.position) ==
                Space::coordinates(small.plan, group, small.position));
        QVERIFY(space->update(plan, large, group, 1, 3).plan == large.plan);
      }
    }
  }
}

/// The example's crop (4, 7), chain at level 9 and box, probed with delta 2.
void TestProbes::largerProbesByHand() {
  const auto space = makeSpace("uada-cifar");
  const Plan plan = examplePlan();
  const auto byTwo = [&](const std::vector<int>& delta, int position = -1) {
    Probe probe = probeByHand(plan, delta, position);
    probe.units = 2;
    return probe;
  };
  const Group crop = groupNamed("crop"), chain = groupNamed("chain"), cutout = groupNamed("cutout");
  QVERIFY(*space->update(plan, byTwo({2, -2}), crop, 0.2f, 1).plan.find("crop") == cropPart(5, 6));
  QVERIFY(*space->update(plan, byTwo({2, -2}), crop, -0.2f, 3).plan.find("crop") == cropPart(1, 10));
  QCOMPARE(int{space->update(plan, byTwo({-2}, 1), chain, 0.2f, 1).plan.chain()[1].at[0]}, 8);
  QCOMPARE(int{space->update(plan, byTwo({-2}, 1), chain, 0.2f, 2).plan.chain()[1].at[0]}, 7);
  QVERIFY(*space->update(plan, byTwo({2, -2, -2, 2}), cutout, -0.3f, 1).plan.find("cutout") ==
          cutoutPart(1, 21, 19, 31));
  Random random(3, 1, 0, Purpose::probe);
  const Probe probe = space->probe(plan, crop, random, 0, 2);
  QVERIFY(std::abs(probe.delta[0]) == 2 && std::abs(probe.delta[1]) == 2 && probe.units == 2);
}

QTEST_GUILESS_MAIN(TestProbes)
#include "tst_probes.moc"

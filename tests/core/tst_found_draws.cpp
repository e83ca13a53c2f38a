#include <QtTest>
#include <map>

#include "core/augment/found/Library.h"
#include "tests/core/ChiSquare.h"
#include "tests/core/DrawTools.h"

using namespace uada;
using namespace uada::test;

/// What is drawn from policies that are files.
class TestFoundDraws : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void sharesStayExact();
  void scheduleIsStretched();
  void segmentsCountTheirOps();
  void segmentsFollowTheEpoch();
  void elementsFollowTheirDistribution();
  void publishedErrorsAreAskedFor();
};

/// The found share itself is used until a step is moved; then by ninths of the range, and never beyond it.
void TestFoundDraws::sharesStayExact() {
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

void TestFoundDraws::scheduleIsStretched() {
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

void TestFoundDraws::segmentsCountTheirOps() {
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

void TestFoundDraws::segmentsFollowTheEpoch() {
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

void TestFoundDraws::elementsFollowTheirDistribution() {
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

void TestFoundDraws::publishedErrorsAreAskedFor() {
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

QTEST_GUILESS_MAIN(TestFoundDraws)
#include "tst_found_draws.moc"

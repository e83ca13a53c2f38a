#include <QtTest>
#include <algorithm>
#include <map>

#include "core/augment/Clamp.h"
#include "core/augment/Stages.h"
#include "tests/core/ChiSquare.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/SegmentationTools.h"

using namespace uada;
using namespace uada::test;

/// The policy of semantic segmentation as a space: what it draws, and how its groups move
/// (docs/methods.md, "Semantic segmentation").
class TestSegmentationSpace : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void notFiredIsInertAndUndrawn();
  void groupsMoveByTheirUnits();
  void togglesAreKeptWhereHarder();
  void elevenVariantsOfASample();
  void drawsAreUniform();
  void settingsCount();
  void imagesOfAnySizeAreDrawnFor();

 private:
  ThreadPool pool_{1};
};

void TestSegmentationSpace::notFiredIsInertAndUndrawn() {
  const ImageSize size{kSide, kSide};
  const ResidentDataset data = makeData(size, 1);
  const Renderer renderer(data, settingsOf(size), pool_);
  const auto space = makeSpace("segmentation");
  Plan plan = wholePlan(size);
  plan.find("rotation")->fired = false;
  Plan without = plan;
  without.remove("rotation");
  QVERIFY(renderer.picture(0, plan) == renderer.picture(0, without));
  Random random(1, 1, 1, Purpose::probe);
  const Group group = groupNamed("rotate");
  const Probe probe = space->probe(plan, group, random);
  QVERIFY(probe.inert && probe.unchanged && !probe.clamped && probe.plan == plan);
  QCOMPARE(int{probe.coordinates}, 1);
  QCOMPARE(int{probe.delta[0]}, 0);
  QVERIFY(space->update(plan, probe, group, 3, 9).plan == plan);
  plan.find("rotation")->fired = true;
  QVERIFY(!space->probe(plan, group, random).inert);
}

/// A tenth of the range of scale and angle; of the window a 32nd of the input's side: 22 pixels of 713.
void TestSegmentationSpace::groupsMoveByTheirUnits() {
  std::string names;
  const auto space = makeSpace("segmentation", "{}", 713, 1, {2048, 1024});
  for (const Group group : space->groups()) names += groupName(group) + " ";
  QCOMPARE(names, std::string("scale rotate blur flip crop "));
  Plan plan = wholePlan({2048, 1024});
  const std::map<std::string, std::vector<int>> units{
      {"scale", {150}}, {"rotate", {200}}, {"blur", {1}}, {"flip", {1}}, {"crop", {22, 22}}};
  for (const Group group : space->groups()) {
    Random random(5, 1, 1, Purpose::probe);
    const Probe probe = space->probe(plan, group, random);
    const std::vector<int> wanted = units.at(groupName(group));
    QCOMPARE(static_cast<std::size_t>(probe.coordinates), wanted.size());
    const auto before = Space::coordinates(plan, group, -1),
               moved = Space::coordinates(probe.plan, group, -1);
    const auto after = Space::coordinates(space->update(plan, probe, group, 1, 1).plan, group, -1);
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      QCOMPARE(std::abs(probe.delta[k]), wanted[k]);
      QCOMPARE(moved[k], before[k] + probe.delta[k]);
    }
    QCOMPARE(after, moved);
  }
  // Other ranges and inputs: (3000 - 1000) / 10; 32nds of 16 rows and 100 columns.
  QCOMPARE(kindOf(*plan.find("scale")).unitOf(scalePart(1, {1000, 3000}, {9, 9}), {}, 0), 200);
  QCOMPARE(kindOf(*plan.find("scale")).unitOf(scalePart(1, {1000, 1000}, {9, 9}), {}, 0), 1);
  const PartKind& window = kindOf(*plan.find("window"));
  QCOMPARE(window.unitOf(windowPart(0, 0), {.height = 16, .width = 100}, 0), 1);
  QCOMPARE(window.unitOf(windowPart(0, 0), {.height = 16, .width = 100}, 1), 3);
}

void TestSegmentationSpace::togglesAreKeptWhereHarder() {
  const auto space = makeSpace("segmentation");
  for (const char* name : {"blur", "flip"}) {
    const Group group = groupNamed(name);
    QVERIFY(toggles(group) && toggles(name));
    const Plan plan = wholePlan({kSide, kSide});
    Random random(1, 1, 1, Purpose::probe);
    const Probe probe = space->probe(plan, group, random);
    QCOMPARE(at(probe.plan, name, 0), 0);
    QCOMPARE(at(space->update(plan, probe, group, 0.1f, 3).plan, name, 0), 0);
    QCOMPARE(at(space->update(plan, probe, group, -0.1f, 3).plan, name, 0), 1);
  }
}

/// The unperturbed plan, five probes, five candidates; all can be drawn, and hold to one group.
void TestSegmentationSpace::elevenVariantsOfASample() {
  const ImageSize size{45, 38};
  const ResidentDataset data = makeData(size, 12);
  const auto space = makeSpace("segmentation", "{}", kSide, 1, size);
  QCOMPARE(space->probes(), 5);
  const Batch batch = uadaBatch(*space, data.size());
  QCOMPARE(batch.plans.size(), 11 * data.size());
  ThreadPool pair(2);
  const Renderer renderer(data, settingsOf({kSide, kSide}), pair),
      alone(data, settingsOf({kSide, kSide}), pool_);
  constexpr std::size_t bytes = 3 * kSide * kSide;
  std::vector<std::uint8_t> all(bytes * batch.plans.size());
  renderer.renderBytes(batch.indices, batch.plans, all.data());
  for (std::size_t i = 0; i < batch.plans.size(); ++i) {
    const Plan stored = planFromJson(parseJson(toJson(batch.plans[i]).dump(), "test"));
    QVERIFY(stored == batch.plans[i]);
    const Image picture = alone.picture(batch.indices[i % data.size()], stored);
    QVERIFY(std::equal(picture.rgb.begin(), picture.rgb.end(),
                       all.begin() + static_cast<std::ptrdiff_t>(bytes * i)));
  }
}

void TestSegmentationSpace::drawsAreUniform() {
  constexpr int kDraws = 40000;
  const auto space = makeSpace("segmentation", R"({"rotate_chance":0.25,"blur_chance":0.75})");
  std::map<int, int> scale, angle, flip;
  std::vector<int> fired(2), blur(2);
  for (std::uint32_t index = 0; index < kDraws; ++index) {
    const Plan plan = samplePlan(*space, index);
    ++scale[at(plan, "scale", 0) / 3], ++angle[at(plan, "rotation", 0)], ++flip[isFlipped(plan)];
    ++fired[plan.find("rotation")->fired], ++blur[static_cast<std::size_t>(at(plan, "blur", 0))];
    QVERIFY(space->clamped(plan) == plan);
  }
  scale.erase(166);  // 500 alone; the others are three factors each
  QVERIFY(isUniform(scale, 167, 500) && isUniform(angle, -1000, 2001) && isUniform(flip, 0, 2));
  QVERIFY(follows(fired, {0.75, 0.25}) && follows(blur, {0.25, 0.75}));

  const auto doubled = makeSpace("segmentation", R"({"min_scale":2})", kSide, 1, {40, 26});
  std::map<int, int> row, col;
  for (std::uint32_t index = 0; index < kDraws; ++index) {
    const Plan plan = samplePlan(*doubled, index);
    ++row[at(plan, "window", 0)], ++col[at(plan, "window", 1)];
  }
  QVERIFY(isUniform(row, 0, 52 - 32 + 1) && isUniform(col, 0, 80 - 32 + 1));
}

void TestSegmentationSpace::settingsCount() {
  const auto space =
      makeSpace("segmentation",
                R"({"min_scale":0.75,"max_scale":1.25,"max_angle":2.5,"rotate_chance":1,"blur_chance":0})");
  for (std::uint32_t index = 0; index < 200; ++index) {
    const Plan plan = samplePlan(*space, index);
    const Part &scale = *plan.find("scale"), &rotation = *plan.find("rotation");
    QVERIFY(scale.at[0] >= 750 && scale.at[0] <= 1250 && scale.size[0] == 750 && scale.size[1] == 1250);
    QVERIFY(std::abs(rotation.at[0]) <= 250 && rotation.fired && rotation.size[0] == -250);
    QCOMPARE(at(plan, "blur", 0), 0);
  }
  QVERIFY(errorOf([] {
            makeSpace("segmentation", R"({"min_scale":1.5,"max_scale":1})");
          }).contains("min_scale: 1.5 found, at most the 1.0 of max_scale expected"));
}

void TestSegmentationSpace::imagesOfAnySizeAreDrawnFor() {
  const auto space = makeSpace("segmentation");
  QVERIFY(space->takesAnySize() && !makeSpace("uada-cifar")->takesAnySize());
  for (const ImageSize size : {ImageSize{90, 20}, {20, 90}, {kSide, kSide}, {3, 2}}) {
    const ResidentDataset data = makeData(size, 6);
    const Renderer renderer(data, settingsOf({kSide, kSide}), pool_);
    for (std::uint32_t index = 0; index < data.size(); ++index) {
      Random random = planStream(index);
      const Plan plan = space->sample(random, 1, size);
      QVERIFY(sourceSize(plan) == size);
      const Image picture = renderer.picture(index, plan);
      QVERIFY(picture.width == kSide && picture.height == kSide);
    }
  }
}

QTEST_GUILESS_MAIN(TestSegmentationSpace)
#include "tst_segmentation_space.moc"

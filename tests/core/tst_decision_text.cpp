#include <QtTest>

#include "core/augment/Parts.h"
#include "core/augment/Space.h"
#include "core/engine/DecisionText.h"
#include "tests/core/AugmentTools.h"

using namespace uada;
using namespace uada::test;

namespace {

GroupDecision groupOf(const char* name, std::vector<int> before, std::vector<int> after, int position = -1) {
  GroupDecision group;
  group.group = name;
  group.position = position;
  group.before = std::move(before);
  group.after = std::move(after);
  return group;
}

/// Long and brief.
std::vector<std::string> texts(const Plan& plan, const GroupDecision& group) {
  Decision decision;
  decision.plan = plan;
  return {moveText(decision, group), briefMoveText(decision, group)};
}

using Texts = std::vector<std::string>;

}  // namespace

/// The captions of samples, in the window and on sheets.
class TestDecisionText : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void samplesAreNamed();
  void groupsHaveOneTitle();
  void opsReadAsTheirTitles();
  void numbersAlone();
  void unitsAndDirections();
  void whatDoesNotMove();
};

void TestDecisionText::samplesAreNamed() {
  const std::vector<std::string> names{"airplane", "automobile", "bird"};
  Decision decision;
  decision.index = 12;
  decision.label = 2;
  QCOMPARE(sampleText(decision, names), std::string("bird"));
  QCOMPARE(sampleText(decision, {}), std::string("class 2"));
  decision.label = 3;
  QCOMPARE(sampleText(decision, names), std::string("class 3"));
  decision.label = -1;
  QCOMPARE(sampleText(decision, names), std::string("image 12"));
}

/// The title of what is drawn, whatever the name that is stored.
void TestDecisionText::groupsHaveOneTitle() {
  QCOMPARE(groupTitle("photometric"), std::string("Light and colour"));
  QCOMPARE(groupTitle("rotate"), std::string("Rotation"));
  QCOMPARE(groupTitle("crop"), std::string("Crop"));
  QCOMPARE(groupTitle("chain"), std::string("Chain"));
  QCOMPARE(groupTitle("gaussian_blur"), std::string("Gaussian blur"));
  QCOMPARE(groupTitle("step 2"), std::string("Step 2"));
  QCOMPARE(groupTitle("unperturbed"), std::string("Unperturbed"));
}

void TestDecisionText::opsReadAsTheirTitles() {
  Plan plan;
  plan.add(makeStep("shear_x", 6));
  plan.add(makeStep("color", 3, -1));
  plan.add(makeStep("autocontrast", 0));
  QCOMPARE(chainText(plan), std::string("shear x 6 + color −3 + auto-contrast"));
  QCOMPARE(texts(plan, groupOf("chain", {6}, {7}, 0)), (Texts{"shear x 6 → 7", "shear x 6 → 7"}));
  QCOMPARE(texts(plan, groupOf("step 2", {3}, {-1}, 1))[0], std::string("color 3 → −1"));
  GroupDecision none = groupOf("chain", {0}, {0}, 2);
  none.inert = true;
  QCOMPARE(texts(plan, none)[0], std::string("auto-contrast has no level"));
}

void TestDecisionText::numbersAlone() {
  Plan plan;
  plan.add(cropPart(4, 7));
  plan.add(cutoutPart(1, 2, 17, 18));
  const Texts crop{"(4, 7) → (5, −1)", "(4, 7) → (5, −1)"};
  QCOMPARE(texts(plan, groupOf("crop", {4, 7}, {5, -1})), crop);
  QCOMPARE(texts(plan, groupOf("cutout", {1, 2, 17, 18}, {2, 1, 17, 19})),
           (Texts{"(1, 2, 17, 18) → (2, 1, 17, 19)", "+1 −1 0 +1"}));
  QCOMPARE(texts({}, groupOf("crop", {4, 7}, {5, -1})), crop);  // the plan has no such part
}

void TestDecisionText::unitsAndDirections() {
  Plan plan;
  plan.add(wholePart({40, 30}));
  plan.add(photometricPart({.brightness = 1250, .hue = -300}));
  plan.add(expandPart(1500, 4, 3, true, {40, 30}));
  plan.add(sampleCropPart({4, 6, 24, 28}, true));
  QCOMPARE(texts(plan, groupOf("photometric", {1250, 1000, 1000, -300}, {1890, 1100, 900, -660})),
           (Texts{"brightness 12.5 → 18.9, hue −3° → −6.6°", "brightness +6.4, hue −3.6°"}));
  QCOMPARE(texts(plan, groupOf("expand", {1500, 4, 3}, {1800, 5, 2})),
           (Texts{"ratio 1.5 → 1.8, image's left 4 px → 5 px, image's top 3 px → 2 px",
                  "ratio +0.3, image's left → 1 px, image's top ↑ 1 px"}));
  QCOMPARE(texts(plan, groupOf("crop", {4, 6, 24, 28}, {7, 4, 24, 29})),
           (Texts{"left 4 px → 7 px, top 6 px → 4 px, bottom 28 px → 29 px",
                  "left → 3 px, top ↑ 2 px, bottom ↓ 1 px"}));
  Plan scene;
  scene.add(scalePart(1350, {500, 2000}, {40, 30}));
  scene.add(rotationPart(-420, {-1000, 1000}, true));
  scene.add(noisePart(120, {0, 500}, 1));
  QCOMPARE(texts(scene, groupOf("scale", {1350}, {1500})), (Texts{"factor 1.35 → 1.5", "factor +0.15"}));
  QCOMPARE(texts(scene, groupOf("rotate", {-420}, {-220})), (Texts{"angle −4.2° → −2.2°", "angle +2°"}));
  QCOMPARE(texts(scene, groupOf("noise", {120}, {170}))[0], std::string("deviation 12 of 255 → 17 of 255"));
}

void TestDecisionText::whatDoesNotMove() {
  Plan plan;
  plan.add(flipPart(false));
  plan.add(rotationPart(0, {-1000, 1000}, false));
  QCOMPARE(texts(plan, groupOf("flip", {0}, {1}))[0], std::string("off → on"));
  QCOMPARE(texts(plan, groupOf("flip", {0}, {0}))[0], std::string("off, unchanged"));
  QCOMPARE(texts(plan, groupOf("rotate", {0}, {0})), (Texts{"unchanged", "unchanged"}));
  GroupDecision inert = groupOf("rotate", {0}, {0});
  inert.inert = true;
  QCOMPARE(texts(plan, inert), (Texts{"not applied", "not applied"}));
  QCOMPARE(texts(plan, groupOf("crop", {}, {}))[0], std::string());
}

QTEST_GUILESS_MAIN(TestDecisionText)
#include "tst_decision_text.moc"

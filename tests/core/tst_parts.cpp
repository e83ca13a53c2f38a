#include <fmt/core.h>

#include <QtTest>
#include <map>
#include <set>

#include "core/augment/Clamp.h"
#include "core/augment/Stages.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/ErrorOf.h"

using namespace uada;
using namespace uada::test;

namespace {

/// What a kind may look like: as policies draw it, with its other styles, and out of range.
std::map<std::string, std::vector<Part>> madeExamples() {
  Part placed = makeStep("cutout_abs", 3);
  placed.x = 0.25f;
  placed.partner = 7;
  Part shut = makeStep("rotate", 3, -1);
  shut.fired = false;
  return {{"crop", {cropPart(1, 7), cropPart(-3, 20, true)}},
          {"resized_crop",
           {resizedCropPart(3, 9, {20, 11}, {kSide, kSide}),
            resizedCropPart(-5, 40, {8, 30}, {kSide, kSide}, Filter::nearest)}},
          {"scale",
           {scalePart(1350, {500, 2000}, {kSide, kSide}),
            scalePart(5000, {750, 1500}, {kSide, kSide}, Filter::nearest)}},
          {"rotation",
           {rotationPart(-420, {-1000, 1000}, true), rotationPart(3000, {-500, 2000}, true, Filter::bicubic),
            rotationPart(7, {-1000, 1000}, false)}},
          {"whole", {wholePart({kSide, kSide})}},
          {"blur", {blurPart(true), blurPart(false)}},
          {"photometric",
           {photometricPart({.brightness = 1250, .contrast = 700, .saturation = 1200, .hue = -300}),
            photometricPart({.brightness = 9000, .hue = 1800, .contrastLast = true, .permutation = 3}),
            photometricPart({}), photometricPart({.contrast = 1300, .hue = 9000, .eightBit = true}),
            photometricPart({.eightBit = true})}},
          {"expand",
           {expandPart(1500, 4, 3, true, {kSide, kSide}), expandPart(9000, -4, 999, true, {kSide, kSide}),
            expandPart(1000, 0, 0, false, {kSide, kSide}), expandPart(1500, 4, 3, true, {kSide, kSide}, 1200),
            expandPart(800, 4, 3, true, {kSide, kSide}, 800)}},
          {"first_crop",
           {firstCropPart({4, 6, 24, 28}, true), firstCropPart({-5, 9, 99, 3}, true),
            firstCropPart({0, 0, kSide, kSide}, false)}},
          {"sample_crop",
           {sampleCropPart({4, 6, 24, 28}, true), sampleCropPart({-5, 9, 99, 3}, true),
            sampleCropPart({0, 0, kSide, kSide}, false)}},
          {"resize", {resizePart(), resizePart(CvResize::lanczos4)}},
          {"gaussian_blur", {gaussianBlurPart(70, {0, 100}), gaussianBlurPart(-9, {0, 200})}},
          {"noise", {noisePart(120, {0, 500}, 4'000'000'000), noisePart(600, {0, 300}, 0)}},
          {"quantise", {quantisePart(9, {1, 16}), quantisePart(0, {1, 40}), quantisePart(1, {1, 16})}},
          {"flip", {flipPart(true), flipPart(false)}},
          {"window", {windowPart(0, 0), windowPart(7, -2)}},
          {"step", {makeStep("rotate", 5, -1), makeStep("translate_x", 40), placed, shut}},
          {"cutout", {cutoutPart(2, 20, 18, 32), cutoutPart(-9, 3, 7, 40)}}};
}

const std::vector<Part>& examplesOf(const std::string& kind) {
  static const std::map<std::string, std::vector<Part>> all = madeExamples();
  static const std::vector<Part> none;
  const auto at = all.find(kind);
  return at == all.end() ? none : at->second;
}

/// On this grid each of the ops above has levels.
Plan planOf(const Part& part) {
  Plan plan;
  plan.grid = Grid::ra30;
  plan.add(part);
  return plan;
}

void addKinds() {
  QTest::addColumn<QString>("name");
  for (const PartKind& kind : partKinds())
    QTest::newRow(kind.name.c_str()) << QString::fromStdString(kind.name);
}

Frame frameOf(const Plan& plan) { return {squareInput(kSide, kPad), plan, {kSide, kSide}}; }

/// The part as it is drawn with the nearest pixel.
Part nearestOf(Part part) {
  for (const char* kind : {"resized_crop", "scale", "rotation"})
    if (part.kind == partIndex(kind)) part.style = static_cast<std::uint8_t>(Filter::nearest);
  return part;
}

}  // namespace

/// What holds for every kind of part in the catalogue.
class TestParts : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void areComplete_data() { addKinds(); }
  void areComplete();
  void surviveJson_data() { addKinds(); }
  void surviveJson();
  void areClampedToTheirRanges_data() { addKinds(); }
  void areClampedToTheirRanges();
  void moveOneUnit_data() { addKinds(); }
  void moveOneUnit();
  void changesAreDrawnAsMapped_data() { addKinds(); }
  void changesAreDrawnAsMapped();
  void areDescribed_data() { addKinds(); }
  void areDescribed();
  void movesAreReadable();
  void keysAreTheirOwn();
  void standInRenderingOrder();
  void partsAreSetAndRemoved();
  void plansHaveALimit();
  void groupsHaveNames();

 private:
  const ResidentDataset data_ = makeData(kSide, 8);
  ThreadPool pool_{1};
  const Renderer renderer_{data_, settingsOf(kSide), pool_};
};

void TestParts::areComplete() {
  QFETCH(QString, name);
  const PartKind& kind = partKinds()[partIndex(name.toStdString())];
  QVERIFY2(!examplesOf(kind.name).empty(), "give an example of this kind");
  QVERIFY(!kind.group.empty() && !kind.keys.empty());
  QVERIFY(kind.coordinates >= 0 && kind.coordinates <= kMaxCoordinates);  // none: it never moves
  QVERIFY(kind.range && kind.append && kind.text && kind.describe && kind.write && kind.read);
  QCOMPARE(kind.source != nullptr, kind.phase == RenderPhase::source);
  QVERIFY(!kind.source || (kind.made && kind.map));
  QCOMPARE(kind.isOp, kind.phase == RenderPhase::chain);
  QVERIFY(!kind.toggles || kind.coordinates == 1);
  for (const Part& part : examplesOf(kind.name)) QVERIFY(&kindOf(part) == &kind);
}

void TestParts::surviveJson() {
  QFETCH(QString, name);
  for (const Part& part : examplesOf(name.toStdString())) {
    const Plan plan = planOf(part);
    const Json json = toJson(plan);
    QVERIFY2(planFromJson(parseJson(json.dump(), "test")) == plan, json.dump().c_str());
    for (const auto& [key, value] : json.asObject())
      QVERIFY(key == "grid" || std::ranges::count(kindOf(part).keys, key) == 1);
  }
}

void TestParts::areClampedToTheirRanges() {
  QFETCH(QString, name);
  const std::vector<Part>& all = examplesOf(name.toStdString());
  const PartKind& kind = kindOf(all.front());
  int outside = 0;
  for (Part part : all) {
    const Plan plan = planOf(part);
    const Part used = clampPart(part, frameOf(plan));
    QVERIFY(clampPlan(plan, squareInput(kSide, kPad)) == planOf(used));
    for (int k = 0; k < kind.coordinates; ++k) {
      const Range range = kind.range(part, frameOf(plan), k);
      QVERIFY(range.low <= range.high && range.low >= kind.stored.low && range.high <= kind.stored.high);
      QCOMPARE(used.at[k], std::clamp(part.at[k], range.low, range.high));
    }
    outside += used != part;
    part.at = used.at;
    QVERIFY(part == used);  // nothing else is changed
    QVERIFY(renderer_.picture(0, plan) == renderer_.picture(0, planOf(used)));
  }
  QCOMPARE(outside > 0, !kind.toggles && kind.coordinates > 0);
}

/// A probe moves each coordinate by one unit and nothing else; a step back leads to the plan.
void TestParts::moveOneUnit() {
  QFETCH(QString, name);
  const auto space = makeSpace("uada-cifar");
  const std::vector<Part>& all = examplesOf(name.toStdString());
  const Part& part = all.front();
  const PartKind& kind = kindOf(part);
  if (kind.coordinates == 0) return;
  const Plan plan = planOf(part);
  const Group group = groupNamed(kind.group);
  for (std::uint32_t index = 0; index < 8; ++index) {
    Random random(1, 1, index, Purpose::probe);
    const Probe probe = space->probe(plan, group, random);
    QCOMPARE(int{probe.coordinates}, kind.coordinates);
    Plan moved = plan;
    for (int k = 0; k < kind.coordinates; ++k) {
      const int unit = kind.toggles ? 1 : kind.unitOf(part, squareInput(kSide, kPad), k);
      QCOMPARE(std::abs(int{probe.delta[k]}), unit);
      moved.parts()[0].at[k] += probe.delta[k];
    }
    QVERIFY(probe.plan == moved && !(moved == plan));
    QVERIFY(space->update(plan, probe, group, 1, 1).plan == (probe.unchanged ? plan : moved));
    QVERIFY(space->update(plan, probe, group, 0, 1).plan == plan);
  }
}

/// With the nearest pixel and black outside, what is drawn is what the map says: pictures and targets stay
/// together.
void TestParts::changesAreDrawnAsMapped() {
  QFETCH(QString, name);
  RenderSettings settings = settingsOf(kSide);
  settings.sampling = Sampling{};
  settings.mean = {0, 0, 0};
  const Renderer renderer(data_, settings, pool_);
  for (const Part& part : examplesOf(name.toStdString())) {
    const Plan plan = planOf(nearestOf(part));
    const std::vector<Map> maps = renderer.maps(plan);
    if (maps.empty()) continue;
    QCOMPARE(maps.size(), std::size_t{1});
    Image mapped(maps[0].out.width, maps[0].out.height);
    warp(data_.view(2), mapped.span(), maps[0], Filter::nearest, {0, 0, 0});
    QVERIFY2(mapped == renderer.picture(2, plan), planText(plan).c_str());
    QVERIFY(!(mapped == Image(data_.view(2))));
  }
}

void TestParts::areDescribed() {
  QFETCH(QString, name);
  for (const Part& part : examplesOf(name.toStdString())) {
    const std::size_t words = kindOf(part).words.size();
    QVERIFY(words == 0 || words == static_cast<std::size_t>(kindOf(part).coordinates));
    QVERIFY(!kindOf(part).title.empty());
    const std::vector<Stage> stages = stagesOf(renderer_, 1, planOf(part));
    QCOMPARE(stages.size(), std::size_t{2});
    QCOMPARE(stages[1].part, name.toStdString());
    QCOMPARE(stages[1].step, kindOf(part).isOp ? 0 : -1);
    QVERIFY(!stages[1].title.empty() && !stages[1].detail.empty());
    // What is not done changes nothing, and has no caption.
    const bool isDone = stages[1].done;
    QVERIFY(isDone || stages[1].image == stages[0].image);
    QCOMPARE(kindOf(part).text(part, planOf(part)).empty(), !isDone);
  }
}

/// With units and directions; what is not applied does not move.
void TestParts::movesAreReadable() {
  const auto texts = [](const Part& before, const Part& after) {
    const std::vector<Moved> moved = movedBetween(before, after);
    return moveText(moved) + " | " + briefMoveText(moved);
  };
  const ImageSize image{kSide, kSide};
  const Part light = photometricPart({.brightness = 1250, .hue = -300});
  Part brighter = light;
  brighter.at = {1890, 1100, 900, -660};
  QCOMPARE(texts(light, brighter),
           std::string("brightness 12.5 → 18.9, hue −3° → −6.6° | brightness +6.4, hue −3.6°"));
  QCOMPARE(texts(expandPart(1500, 4, 3, true, image), expandPart(1200, 5, 2, true, image)),
           std::string("ratio 1.5 → 1.2, image's left 4 px → 5 px, image's top 3 px → 2 px | "
                       "ratio −0.3, image's left → 1 px, image's top ↑ 1 px"));
  QCOMPARE(texts(sampleCropPart({4, 6, 24, 28}, true), sampleCropPart({7, 4, 23, 29}, true)),
           std::string("left 4 px → 7 px, top 6 px → 4 px, right 24 px → 23 px, bottom 28 px → 29 px | "
                       "left → 3 px, top ↑ 2 px, right ← 1 px, bottom ↓ 1 px"));
  QCOMPARE(texts(light, light), std::string("unchanged | unchanged"));
}

void TestParts::keysAreTheirOwn() {
  std::set<std::string> seen{"grid", "order", "cutout_fill", "outside"};
  for (const PartKind& kind : partKinds())
    for (const std::string& key : kind.keys) QVERIFY2(seen.insert(key).second, key.c_str());
}

/// Whatever the order in which they are drawn.
void TestParts::standInRenderingOrder() {
  std::vector<Part> parts{makeStep("rotate", 1), cutoutPart(0, 0, 1, 1), flipPart(true), cropPart(1, 2),
                          makeStep("color", 2)};
  Plan scene;
  scene.setOrder(RenderOrder::chainFirst);
  for (const Part& part : {windowPart(0, 0), flipPart(true), makeStep("color", 1), blurPart(true),
                           rotationPart(0, {0, 0}, true), scalePart(1, {1, 1}, {1, 1})})
    scene.add(part);
  const auto order = [](const Plan& plan) {
    std::string names;
    for (const Part& part : plan.parts())
      names += (kindOf(part).isOp ? ops()[part.op].name : kindOf(part).name) + " ";
    return names;
  };
  QCOMPARE(order(scene), std::string("scale color rotation blur flip window "));
  for (int turn = 0; turn < 5; ++turn) {
    std::ranges::rotate(parts, parts.begin() + 1);
    Plan plan, family;
    family.setOrder(RenderOrder::chainFirst);
    for (const Part& part : parts) plan.add(part), family.add(part);
    const bool colorFirst = ops()[plan.chain()[0].op].name == "color";
    const std::string chain = colorFirst ? "color rotate " : "rotate color ";
    QCOMPARE(order(plan), "crop flip " + chain + "cutout ");
    QCOMPARE(order(family), chain + "crop flip cutout ");
    plan.setOrder(RenderOrder::chainFirst);
    QVERIFY(plan == family);
    plan.setOrder(RenderOrder::cropFirst);
    QCOMPARE(order(plan), "crop flip " + chain + "cutout ");
    QCOMPARE(order(plan.first(3)), "crop flip " + chain.substr(0, chain.find(' ') + 1));
  }
}

void TestParts::partsAreSetAndRemoved() {
  Plan plan = examplePlan();
  plan.set(cropPart(0, 1));
  QVERIFY(*plan.find("crop") == cropPart(0, 1));
  QCOMPARE(plan.parts().size(), std::size_t{5});
  plan.remove("step");
  QVERIFY(plan.chain().empty());
  QVERIFY(!plan.find("step") && plan.find("cutout"));
  plan.remove("crop");
  QVERIFY(!plan.find("crop"));
  QCOMPARE(planText(plan), std::string("cutout (2, 20, 18, 32)"));
  QVERIFY(!(plan == examplePlan()));
  QVERIFY_THROWS_EXCEPTION(UsageError, static_cast<void>(plan.find("crap")));
}

void TestParts::plansHaveALimit() {
  Plan plan;
  for (int i = 0; i < kMostParts; ++i) plan.add(flipPart(true));
  const QString error = errorOf([&] { plan.add(flipPart(true)); });
  QCOMPARE(error, QStringLiteral("a plan of more than %1 parts").arg(kMostParts));
}

void TestParts::groupsHaveNames() {
  for (const char* name : {"flip", "crop", "chain", "cutout", "scale", "rotate", "blur"})
    QCOMPARE(groupName(groupNamed(name)), std::string(name));
  QCOMPARE(groupName(stepGroup(0)) + ", " + groupName(stepGroup(7)), std::string("step 1, step 8"));
  QVERIFY(isChain(groupNamed("chain")) && isChain(stepGroup(3)) && !isChain(groupNamed("crop")));
  QVERIFY(toggles(groupNamed("flip")) && toggles("flip") && !toggles("crop") && !toggles("step 1"));
  QVERIFY(toggles("blur") && !toggles("rotate"));
  QVERIFY(errorOf([] { groupNamed("crap"); }).contains("unknown group 'crap'; known:"));
}

QTEST_GUILESS_MAIN(TestParts)
#include "tst_parts.moc"

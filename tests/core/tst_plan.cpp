#include <QtTest>

#include "core/augment/Plan.h"
#include "core/base/Error.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/PolicyTools.h"

using namespace uada;
using namespace uada::test;

class TestPlan : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void jsonHasTheStatedForm();
  void jsonRefusesWhatIsNotAPlan_data();
  void jsonRefusesWhatIsNotAPlan();
  void plansSurviveJson_data();
  void plansSurviveJson();
  void textNamesWhatIsDone();
  void signsAndIdleLevelsMayBeLeftOut();
  void plansAreTakenFromLines();
};

void TestPlan::jsonHasTheStatedForm() {
  QCOMPARE(toJson(examplePlan()).dump(),
           std::string(R"({"crop":[4,7],"flip":false,"chain":[{"op":"rotate","level":3,"sign":1},)"
                       R"({"op":"color","level":9,"sign":-1}],"cutout":[2,20,18,32]})"));
  QCOMPARE(toJson(Plan{}).dump(), std::string("{}"));
  QVERIFY(planFromJson(parseJson("{}", "test")) == Plan{});
  QVERIFY(planFromJson(toJson(examplePlan())) == examplePlan());

  Plan plan;  // what is not as it was before there were other policies
  plan.set(cropPart(1, 2, true));
  plan.grid = Grid::faa;
  plan.setOrder(RenderOrder::chainFirst);
  plan.boxFill = BoxFill::mean;
  Part step = makeStep("cutout_abs", 4);
  step.fired = false;
  step.x = 0.25f;
  step.y = 0.75f;
  step.partner = 7;
  step.found = 0.4321;
  plan.add(step);
  QCOMPARE(toJson(plan).dump(),
           std::string(
               R"({"crop":[1,2],"crop_padding":"reflect",)"
               R"("chain":[{"op":"cutout_abs","level":4,"sign":1,"fired":false,"at":[0.25,0.75],"partner":7,)"
               R"("found":0.4321}],"grid":"faa","order":"chain-first","cutout_fill":"mean"})"));
  QVERIFY(planFromJson(toJson(plan)) == plan);
}

void TestPlan::jsonRefusesWhatIsNotAPlan_data() {
  QTest::addColumn<QString>("json");
  QTest::addColumn<QString>("named");
  QTest::newRow("array") << "[]" << "object";
  QTest::newRow("unknown key") << R"({"crops":[1,2]})" << "crops";
  QTest::newRow("crop of three") << R"({"crop":[1,2,3]})" << "crop";
  QTest::newRow("crop of fractions") << R"({"crop":[1.5,2]})" << "crop";
  QTest::newRow("crop too far") << R"({"crop":[1,3000000000]})" << "crop";
  QTest::newRow("crop null") << R"({"crop":null})" << "crop";
  QTest::newRow("flip as number") << R"({"flip":1})" << "flip";
  QTest::newRow("cutout of text") << R"({"cutout":["1","2","3","4"]})" << "cutout";
  QTest::newRow("chain as object") << R"({"chain":{}})" << "chain";
  QTest::newRow("chain of numbers") << R"({"chain":[1]})" << "chain";
  QTest::newRow("unknown op") << R"({"chain":[{"op":"rotat","level":1,"sign":1}]})" << "rotat";
  QTest::newRow("op as number") << R"({"chain":[{"op":3,"level":1,"sign":1}]})" << "op";
  QTest::newRow("level missing") << R"({"chain":[{"op":"rotate","sign":1}]})" << "level";
  QTest::newRow("level too far") << R"({"chain":[{"op":"rotate","level":32768,"sign":1}]})" << "level";
  QTest::newRow("sign zero") << R"({"chain":[{"op":"rotate","level":1,"sign":0}]})" << "sign";
  QTest::newRow("sign two") << R"({"chain":[{"op":"rotate","level":1,"sign":2}]})" << "sign";
  QTest::newRow("unknown key of a step")
      << R"({"chain":[{"op":"rotate","level":1,"sign":1,"p":1}]})" << "'p'";
  const auto step = [](const char* rest) {
    return QString(R"({"chain":[{"op":"rotate","level":1,"sign":1,%1}]})").arg(rest);
  };
  QTest::newRow("fired as number") << step(R"("fired":1)") << "fired";
  QTest::newRow("place of three") << step(R"("at":[0.1,0.2,0.3])") << "at";
  QTest::newRow("place outside") << step(R"("at":[0.1,1.0])") << "at";
  QTest::newRow("place that becomes 1 in single precision")
      << step(R"("at":[0.1,0.999999999])") << "chain[0]: at";
  QTest::newRow("place of NaN as text") << step(R"("at":["NaN",0.5])") << "chain[0]: at: a number expected";
  QTest::newRow("unknown op of the second step")
      << R"({"chain":[{"op":"rotate","level":1,"sign":1},{"op":"\u001brotat","level":1,"sign":1}]})"
      << "plan: chain[1]: unknown op '?rotat'";
  QTest::newRow("op of a million letters")
      << QString(R"({"chain":[{"op":"%1","level":1,"sign":1}]})").arg(QString(1'000'000, 'x'))
      << "chain[0]: unknown op 'xxx";
  QTest::newRow("key of a million letters")
      << QString(R"({"%1":1})").arg(QString(1'000'000, 'x')) << "unknown key 'xxx";
  QTest::newRow("order of a million letters")
      << QString(R"({"order":"%1"})").arg(QString(1'000'000, 'x')) << "order";
  QTest::newRow("partner below zero") << step(R"("partner":-1)") << "partner";
  QTest::newRow("share on whole levels") << step(R"("found":0.5)") << "found";
  QTest::newRow("unknown padding") << R"({"crop":[1,2],"crop_padding":"mirror"})" << "reflect";
  QTest::newRow("padding without a crop") << R"({"crop_padding":"reflect"})" << "crop_padding";
  QTest::newRow("unknown grid") << R"({"grid":"uc11"})" << "uc11";
  QTest::newRow("unknown order") << R"({"order":"chain"})" << "chain-first";
  QTest::newRow("unknown fill") << R"({"cutout_fill":"grey"})" << "cutout_fill";
  QTest::newRow("op that the grid has not") << R"({"chain":[{"op":"cutout","level":1,"sign":1}]})"
                                            << "chain[0]: the op cutout has no levels on the grid uc10";
  QTest::newRow("scale without a source") << R"({"scale":{"thousandths":1000}})"
                                          << "plan: scale: the key 'source' is missing";
  const auto scale = [](const char* rest) {
    return QString(R"({"scale":{"thousandths":1000,"source":[9,9]%1}})").arg(rest);
  };
  QTest::newRow("scale of text") << R"({"scale":"1.5"})" << "scale";
  QTest::newRow("scale with a stranger") << scale(R"(,"factor":2)") << "'factor'";
  QTest::newRow("scale of one end") << scale(R"(,"range":[500])") << "scale: range: 2 numbers expected";
  QTest::newRow("scale of turned ends") << scale(R"(,"range":[900,800])") << "scale: range: 900 to 800 found";
  QTest::newRow("scale too large") << scale(R"(,"range":[900,4001])")
                                   << "scale: range: 4001 found, 100 to 4000";
  QTest::newRow("scale of no filter") << scale(R"(,"filter":"area")") << "area";
  QTest::newRow("scale of a giant") << R"({"scale":{"thousandths":1000,"source":[9,20000]}})"
                                    << "an image of 20000 x 9 pixels cannot be scaled by up to 2";
  QTest::newRow("two sources")
      << R"({"resized_crop":[0,0,3,3],"source":[9,9],"scale":{"thousandths":1000,"source":[9,9]}})"
      << "a resized_crop or a scale expected";
  QTest::newRow("two windows") << R"({"crop":[1,2],"window":[1,2]})" << "a crop or a window expected";
  QTest::newRow("window and part") << R"({"resized_crop":[0,0,3,3],"source":[9,9],"window":[1,2]})"
                                   << "a resized_crop or a window expected";
  QTest::newRow("window of three") << R"({"window":[1,2,3]})" << "window: 2 numbers expected";
  QTest::newRow("blur as number") << R"({"blur":1})" << "blur";
  QTest::newRow("rotation without angle") << R"({"rotation":{}})" << "rotation: the key 'hundredths'";
  QTest::newRow("rotation beyond a half turn")
      << R"({"rotation":{"hundredths":1,"range":[-1,18001]}})" << "rotation: range: 18001 found";
  QTest::newRow("rotation fired as text") << R"({"rotation":{"hundredths":1,"fired":"no"}})"
                                          << "rotation: fired";
  const QString one = R"({"op":"identity","level":0,"sign":1})";
  QTest::newRow("nine ops") << R"({"chain":[)" + QStringList(kMaxSteps + 1, one).join(",") + "]}" << "chain";
}

void TestPlan::jsonRefusesWhatIsNotAPlan() {
  QFETCH(QString, json);
  QFETCH(QString, named);
  const Json parsed = parseJson(json.toStdString(), "test");
  try {
    planFromJson(parsed);
    QFAIL("taken as a plan");
  } catch (const Error& error) {
    QVERIFY2(QString(error.what()).contains(named), error.what());
    QVERIFY(QString(error.what()).size() < 1000);
  }
}

void TestPlan::textNamesWhatIsDone() {
  Plan plan = examplePlan();
  QCOMPARE(planText(plan), std::string("crop (4, 7) · rotate 3 + color -9 · cutout (2, 20, 18, 32)"));
  plan.set(flipPart(true));
  plan.remove("cutout");
  plan.chain()[0] = makeStep("identity", 4);
  plan.chain()[1] = makeStep("shear_x", -1, -1);
  QCOMPARE(planText(plan), std::string("crop (4, 7) · flip · identity + shear x -(-1)"));
  plan.chain()[0].fired = false;
  QCOMPARE(planText(plan), std::string("crop (4, 7) · flip · shear x -(-1)"));
  QCOMPARE(planText(Plan{}), std::string("unchanged"));
  plan.chain()[1] = makeStep("shear_x", 0, -1);
  QCOMPARE(planText(plan), std::string("crop (4, 7) · flip · shear x 0"));
  QCOMPARE(toJson(plan)["chain"].asArray()[1].at("sign").asInt(), -1);
}

void TestPlan::plansSurviveJson_data() { addSpaceRows(); }

void TestPlan::plansSurviveJson() {
  QFETCH(QString, policy);
  QFETCH(QString, settings);
  const auto space = makeSpace(policy.toStdString(), settings.toUtf8().constData());
  for (std::uint32_t index = 0; index < 300; ++index) {
    const Plan plan = samplePlan(*space, index);
    QVERIFY(planFromJson(parseJson(toJson(plan).dump(), "test")) == plan);
    Random random(7, 1, index, Purpose::probe);
    for (const Group group : space->groups()) {
      const Plan raw = space->probe(plan, group, random).plan;
      QVERIFY(planFromJson(parseJson(toJson(raw).dump(2), "test")) == raw);
    }
  }
}

void TestPlan::signsAndIdleLevelsMayBeLeftOut() {
  const auto read = [](const char* text) { return planFromJson(parseJson(text, "test")); };
  QVERIFY(read(R"({"chain":[{"op":"rotate","level":3}]})") ==
          read(R"({"chain":[{"op":"rotate","level":3,"sign":1}]})"));
  QVERIFY(read(R"({"chain":[{"op":"invert"}]})") ==
          read(R"({"chain":[{"op":"invert","level":0,"sign":1}]})"));
  QVERIFY(toJson(read(R"({"chain":[{"op":"invert"}]})")) ==
          toJson(read(R"({"chain":[{"op":"invert","level":0,"sign":1}]})")));
}

void TestPlan::plansAreTakenFromLines() {
  const std::string plan = toJson(examplePlan()).dump();
  const GivenPlan alone = planFromText(plan, "test");
  QVERIFY(alone.plan == examplePlan() && !alone.isMember);
  const GivenPlan line =
      planFromText(R"({"step":3,"plan":)" + plan + R"(,"groups":[{"candidate":{}}]})", "test");
  QVERIFY(line.plan == examplePlan() && line.isMember);
  for (const char* text : {"{\"plan\":{}}\n{\"plan\":{}}\n", R"({"plan":3})", R"({"plan":{"plan":{}}})",
                           R"({"step":3})", R"([{"plan":{}}])"})
    QVERIFY_THROWS_EXCEPTION(Error, planFromText(text, "test"));
  for (const char* between : {"\n", "\r\n", "\n\n", "\n \t", "\r\n\r\n"})
    QVERIFY2(refusal([&] {
               planFromText(plan + between + plan, "test");
             }).startsWith("test: several lines found, one expected"),
             between);
  // In a text the same is none of ours.
  const GivenPlan text = planFromText(R"({"note":"} {","plan":)" + plan + "}\r\n\r\n", "test");
  QVERIFY(text.plan == examplePlan());
}

QTEST_GUILESS_MAIN(TestPlan)
#include "tst_plan.moc"

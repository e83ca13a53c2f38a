#include <QTemporaryDir>
#include <QtTest>
#include <limits>

#include "core/base/Error.h"
#include "core/engine/DecisionLine.h"
#include "core/engine/Decisions.h"
#include "core/engine/RunImages.h"
#include "tests/core/AugmentTools.h"
#include "tests/core/DataTools.h"
#include "tests/core/ErrorOf.h"
#include "tests/core/Resident.h"

using namespace uada;
using namespace uada::test;

namespace {

Plan flipped() {
  Plan plan = examplePlan();
  plan.set(flipPart(true));
  return plan;
}

/// A decision of two groups of which the second, the chain, won.
Decision chainWon() {
  Decision decision;
  decision.step = 26;
  decision.epoch = 2;
  decision.index = 5;
  decision.label = 3;
  decision.plan = examplePlan();
  decision.unperturbedLoss = 0.5;
  for (const char* name : {"flip", "chain"}) {
    GroupDecision group;
    group.group = name;
    group.candidate = name == std::string("flip") ? flipped() : examplePlan();
    decision.groups.push_back(group);
  }
  decision.groups[1].candidate.chain()[0].at[0] = 4;
  decision.winner = 1;
  decision.pixelHash = "abc";
  return decision;
}

const DecisionOrigin kOrigin{"3fa2c1d0", "cifar10", 23, "train+test"};

std::string lineOf(const Decision& decision, const DecisionOrigin& origin = kOrigin) {
  return decisionToJson(decision, origin).dump();
}

/// The error of a line, or "".
std::string refused(const std::string& text) {
  return errorOf([&] { planLineFromText(text, "test"); }).toStdString();
}

}  // namespace

/// A decision's plans and the line that it is exported as.
class TestDecisionLine : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void plansAreCountedFromTheUnperturbed();
  void picturesAreTheRenderers();
  void linesStandForThemselves();
  void plansAreTakenFromLines();
  void olderLinesAreRead();
  void wrongLinesAreRefused();
  void otherImagesAreTold();
  void imagesAreLimitedAsInTraining();
  void hashesAreOfTheTrainingFiles();
};

void TestDecisionLine::plansAreCountedFromTheUnperturbed() {
  const Decision decision = chainWon();
  QVERIFY(planOf(decision, -1) == examplePlan());
  QVERIFY(planOf(decision, 0) == flipped());
  QCOMPARE(planOf(decision, decision.winner).chain()[0].at[0], 4);
  QCOMPARE(nameOf(decision, -1), std::string("unperturbed"));
  QCOMPARE(nameOf(decision, 1), std::string("chain"));
  QVERIFY(pictureOf(decision, 1).empty());
  for (const int which : {-2, 2, std::numeric_limits<int>::max()}) {
    QVERIFY_THROWS_EXCEPTION(Error, planOf(decision, which));
    QVERIFY_THROWS_EXCEPTION(Error, pictureOf(decision, which));
    QVERIFY_THROWS_EXCEPTION(Error, nameOf(decision, which));
  }
}

void TestDecisionLine::picturesAreTheRenderers() {
  const ResidentDataset data = makeData(32, 8);
  ThreadPool pool(1);
  const Renderer renderer(data, runRendering({}, data), pool);
  Decision decision = chainWon();
  drawPictures(decision, renderer);
  QVERIFY(decision.original == Image(data.view(5)));
  for (int which = -1; which < 2; ++which)
    QVERIFY(pictureOf(decision, which) == renderer.picture(5, planOf(decision, which)));
  QVERIFY(!(pictureOf(decision, 0) == pictureOf(decision, -1)));
  decision.index = 8;
  QVERIFY_THROWS_EXCEPTION(Error, drawPictures(decision, renderer));
}

void TestDecisionLine::linesStandForThemselves() {
  const PlanLine line = planLineFromText(lineOf(chainWon()), "test");
  QVERIFY(line.kind == PlanLine::Kind::decision);
  QVERIFY(line.plan == planOf(chainWon(), 1));  // the winner's, not the unperturbed one
  QCOMPARE(line.winner, std::string("chain"));
  QCOMPARE(line.step, std::int64_t{26});
  QCOMPARE(line.index.value(), 5U);
  QCOMPARE(line.pixelHash, std::string("abc"));
  QCOMPARE(line.dataset, std::string("cifar10"));
  QCOMPARE(line.trainLimit, 23);
  QCOMPARE(line.trainHash, std::string("train"));
  QCOMPARE(lineText(line),
           std::string("the candidate of chain, which was trained on at step 26 of run 3fa2c1d0"));
  Decision decision = chainWon();
  decision.winner = -1;
  decision.unperturbedLoss = std::numeric_limits<double>::quiet_NaN();
  const PlanLine unmoved = planLineFromText(lineOf(decision), "test");
  QVERIFY(unmoved.plan == examplePlan());
  QCOMPARE(lineText(unmoved),
           std::string("the unperturbed plan, which was trained on at step 26 of run 3fa2c1d0"));
  decision.winner = 2;
  QVERIFY_THROWS_EXCEPTION(Error, decisionToJson(decision, kOrigin));
}

void TestDecisionLine::plansAreTakenFromLines() {
  const std::string plan = toJson(examplePlan()).dump();
  const PlanLine alone = planLineFromText(plan, "test");
  QVERIFY(alone.plan == examplePlan() && alone.kind == PlanLine::Kind::plan && !alone.index);
  const PlanLine sample =
      planLineFromText(R"({"index":3,"label":null,"plan":)" + plan + R"(,"stages":[]})", "test");
  QVERIFY(sample.plan == examplePlan() && sample.kind == PlanLine::Kind::sample);
  QCOMPARE(lineText(sample), std::string("the plan in the given line"));
  for (const char* between : {"\n", "\r\n", "\n\n", "\n \t", "\r\n\r\n"})
    QVERIFY2(refused(plan + between + plan).starts_with("test: several lines found, one expected"), between);
  // In a text the same is none of ours.
  QVERIFY(planLineFromText(R"({"note":"} {","plan":)" + plan + "}\r\n\r\n", "test").plan == examplePlan());
}

/// As they were written before they named their data set.
void TestDecisionLine::olderLinesAreRead() {
  Json json = decisionToJson(chainWon(), kOrigin);
  Json::Object older;
  for (const auto& [key, value] : json.asObject())
    if (key != "run" && key != "dataset" && key != "train_limit" && key != "data_hash")
      older.emplace_back(key, value);
  const PlanLine line = planLineFromText(Json(older).dump(), "test");
  QVERIFY(line.plan == planOf(chainWon(), 1));
  QCOMPARE(line.index.value(), 5U);
  QVERIFY(line.dataset.empty() && line.trainHash.empty() && line.trainLimit == 0);
  QCOMPARE(foreignText(line, "cifar10", "train"),
           std::string(
               "nothing says which data set the plan is of: whether these are its images cannot be known"));
}

void TestDecisionLine::wrongLinesAreRefused() {
  for (const char* text :
       {"{\"plan\":{}}\n{\"plan\":{}}\n", R"({"plan":3})", R"({"plan":{"plan":{}}})", R"({"step":3})",
        R"([{"plan":{}}])", R"({"plan":{},"winner":"chain","groups":null})",
        R"({"plan":{},"winner":"chain","groups":[{"group":"chain"}]})",
        R"({"plan":{},"winner":"chain","groups":[3,{"group":3}]})"})
    QVERIFY2(!refused(text).empty(), text);
  const auto with = [](const char* key, const Json& value) {
    Json json = decisionToJson(chainWon(), kOrigin);
    json[key] = value;
    return refused(json.dump());
  };
  QCOMPARE(with("winner", "cutout"),
           std::string("test: winner: 'cutout' is none of its groups; give the line as 'uada "
                       "export --what decisions' wrote it"));
  QCOMPARE(with("winner", 1), std::string("test: winner: a text expected, 1 found"));
  QCOMPARE(with("index", -1),
           std::string("test: index: a whole number from 0 to 2147483647 expected, -1 found"));
  QCOMPARE(with("index", 2.5),
           std::string("test: index: a whole number from 0 to 2147483647 expected, 2.5 found"));
  QCOMPARE(with("train_limit", "23"),
           std::string("test: train_limit: a whole number from 0 to 2147483647 expected, \"23\" found"));
  QCOMPARE(with("data_hash", true), std::string("test: data_hash: a text expected, true found"));
}

void TestDecisionLine::otherImagesAreTold() {
  const PlanLine line = planLineFromText(lineOf(chainWon()), "test");
  QCOMPARE(foreignText(line, "cifar10", "train"), std::string());
  QCOMPARE(foreignText(line, "cifar100", "train"),
           std::string("the plan is of an image of cifar10, not of cifar100: the images are others"));
  QCOMPARE(foreignText(line, "cifar10", "else"),
           std::string(
               "the images are not those that the plan was made for: the hash of the training files is else, "
               "recorded is train"));
  QCOMPARE(
      foreignText(line, "", ""),
      std::string(
          "the plan is of an image of cifar10, not of this picture: the mean colour and second images are "
          "others"));
  DecisionOrigin unknown = kOrigin;
  unknown.dataHash.clear();
  QCOMPARE(foreignText(planLineFromText(lineOf(chainWon(), unknown), "test"), "cifar10", "train"),
           std::string(
               "no hash is recorded of the plan's data set: whether these are its images cannot be known"));
  QCOMPARE(foreignText(planLineFromText("{}", "test"), "cifar10", "train"), std::string());  // of no image
}

/// The training images of a run are the limited ones, and so is their mean.
void TestDecisionLine::imagesAreLimitedAsInTraining() {
  QTemporaryDir dir;
  const fs::path folder = dir.path().toStdString();
  writeCifar10(folder);  // labels 1 0, 2 0, 3 0, 4 0, 5 0; red is 0 or 1: the second of each file
  Choice choice{"cifar10", DataSettings{folder, 6, 2}};
  const ResidentDataset limited = resident(runImages(choice, Split::train, folder));
  QCOMPARE(limited.labels, (std::vector<std::int32_t>{1, 0, 2, 3, 4, 5}));
  QCOMPARE(runImages(choice, Split::test, folder)->size(), std::size_t{2});
  QCOMPARE(runRendering({}, limited).mean[0], 1.0F / 6 / 255);  // one of the six is 1
  QVERIFY(runRendering({}, limited).input == squareInput(32));
  choice = {"cifar10", DataSettings{folder, 0, 0}};
  QCOMPARE(runRendering({}, *runImages(choice, Split::train, folder)).mean[0], 0.5F / 255);
  ResidentDataset grey = limited;
  std::ranges::fill(grey.rgb, 7);
  QCOMPARE(
      errorOf([&] { runRendering({}, grey); }),
      QString(
          "the training images cannot be normalised: every pixel of a colour channel has the same value"));
  grey.width = 16;
  grey.height = 64;
  QCOMPARE(
      errorOf([&] { runRendering({}, grey); }),
      QString("recipe.input.height: none found, and the images have 16 x 64 pixels, a square expected; give "
              "height and width alike"));
}

void TestDecisionLine::hashesAreOfTheTrainingFiles() {
  ResidentDataset train, test;
  train.hash = "a1";
  test.hash = "b2";
  QCOMPARE(trainingHash(dataIdentity(train, test).hash), std::string("a1"));
  QCOMPARE(trainingHash("a1+b2"), std::string("a1"));
  QCOMPARE(trainingHash("a1"), std::string("a1"));
  QCOMPARE(trainingHash(""), std::string());
}

QTEST_GUILESS_MAIN(TestDecisionLine)
#include "tst_decision_line.moc"
